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
