"""The engine that is lent without a logarithm, and the one that is lent with a mistake."""

import math

import pytest
import torch

from utils import BuggyValue, Value, draw_graph, fresh_engine


def formula(x, y):
    return ((2 * x + y**2 - 1) / (3 - y)).tanh() * (x * x).exp() - (1 / y) * (-x).relu() + 2 - 4 * x


def test_its_gradients_are_those_of_autograd_and_its_results_stay_in_the_class():
    Lent = fresh_engine()
    for at in ((0.3, 0.7), (-0.4, 1.2)):
        x, y = map(Lent, at)
        z = formula(x, y)
        z.backward()
        assert type(z) is Lent and all(isinstance(one, Value) for one in z._prev)
        tensors = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in at]
        right = torch.autograd.grad(formula(*tensors), tensors)
        assert [x.grad, y.grad] == pytest.approx([slope.item() for slope in right])


def test_it_has_no_logarithm_until_somebody_writes_one():
    Lent, Other = fresh_engine(), fresh_engine()
    for name in ("log", "sigmoid"):
        assert not hasattr(Lent, name) and not hasattr(Lent(2.0), name)
        with pytest.raises(AttributeError, match=f"no {name}"):
            getattr(Lent(2.0), name)

    def log(self):
        out = Lent(math.log(self.data), (self,), "log")

        def hand_on():
            self.grad += out.grad / self.data

        out._backward = hand_on
        return out

    Lent.log = log
    x = Lent(2.0)
    z = 3 * (x * x).log() + x
    z.backward()
    assert x.grad == pytest.approx(4.0)
    assert not hasattr(Other, "log") and Value(2.0).log().data == pytest.approx(math.log(2))
    assert "log" in draw_graph(z).text


def test_a_subclass_gives_results_of_its_own():
    class Own(fresh_engine()):
        def double(self):
            return self * 2

    assert type((1 - Own(3.0) * 2).double()) is Own


def log_sigmoid(z):
    """As in 3.13, for a Value with a logarithm of the course's own engine."""
    return (1 / (1 + (-z).exp())).log()


def test_the_formula_of_3_13_overflows_where_its_text_says():
    assert log_sigmoid(Value(-709.0)).data == pytest.approx(-709)
    with pytest.raises(OverflowError):
        log_sigmoid(Value(-710.0))
    z = torch.tensor(-710.0, dtype=torch.float64)
    stable = torch.clamp(z, max=0) - torch.log1p(torch.exp(-z.abs()))
    assert stable.item() == torch.nn.functional.logsigmoid(z).item() == -710


def descent(steps, zeroed, factor=1.0):
    """w and b after some steps towards the line 2 x + 1, by the engine of 3.15."""
    Lent, xs = fresh_engine(), [-1.0, 0.0, 1.5]
    w, b, path = Lent(0.0), Lent(0.0), []
    for _ in range(steps):
        if zeroed:
            w.grad = b.grad = 0.0
        loss = sum((w * x + b - (2 * x + 1)) ** 2 for x in xs) * (factor / len(xs))
        loss.backward()
        w.data -= 0.1 * w.grad
        b.data -= 0.1 * b.grad
        path.append((w.data, b.data))
    return path


def test_without_zeros_the_line_swings_and_half_a_loss_is_slower():
    far = [math.dist(one, (2, 1)) for one in descent(120, zeroed=False)]
    assert max(far[-20:]) > 1 and min(far) < 0.5  # it comes near, and leaves again
    whole, half = descent(60, zeroed=True), descent(60, zeroed=True, factor=0.5)
    assert math.dist(whole[-1], (2, 1)) < math.dist(half[-1], (2, 1)) < 0.1
    momentum, v = [(0.0, 0.0)], (0.0, 0.0)  # heavy ball with a momentum of 1
    for _ in range(5):
        w, b = momentum[-1]
        errors = [(x, w * x + b - (2 * x + 1)) for x in (-1.0, 0.0, 1.5)]
        slope = (sum(2 * x * e for x, e in errors) / 3, sum(2 * e for _, e in errors) / 3)
        v = (v[0] + slope[0], v[1] + slope[1])
        momentum.append((w - 0.1 * v[0], b - 0.1 * v[1]))
    for found, right in zip(descent(5, zeroed=False), momentum[1:], strict=True):
        assert found == pytest.approx(right)


@pytest.mark.parametrize(
    ("formula", "found", "right"),
    [
        (lambda a: a * a, 3, 6),
        (lambda a: a + a, 1, 2),
        (lambda a: a * a * a, 9, 27),
        (lambda a: a * 5, 5, 5),
        (lambda a: 2 * a + 1, 2, 2),
    ],
)
def test_the_buggy_engine_forgets_what_is_used_twice(formula, found, right):
    a, true = BuggyValue(3.0), Value(3.0)
    formula(a).backward()
    formula(true).backward()
    assert (a.grad, true.grad) == (found, right)
    assert formula(a).data == formula(true).data and type(formula(a)) is BuggyValue
