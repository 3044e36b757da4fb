"""The scalar engine, Op and sigmoid, against torch in float64 and finite differences."""

import math
import warnings

import numpy as np
import pytest
import torch

from utils.autograd import Op, sigmoid
from utils.engine import Value, topological_order

EXPRESSIONS = {
    "add": lambda a, b: a + b,
    "add number": lambda a, b: a + 2 + b,
    "number add": lambda a, b: 2 + a + b,
    "sub": lambda a, b: a - b,
    "sub number": lambda a, b: (a - 3) * b,
    "number sub": lambda a, b: (3 - a) * b,
    "mul": lambda a, b: a * b,
    "mul number": lambda a, b: a * 2.5 + b,
    "number mul": lambda a, b: 2.5 * a + b,
    "div": lambda a, b: a / b,
    "div number": lambda a, b: a / 4 + b,
    "number div": lambda a, b: 4 / a + b,
    "neg": lambda a, b: -a * b,
    "square": lambda a, b: a**2 * b,
    "cube of a sum": lambda a, b: (a + b) ** 3,
    "negative power": lambda a, b: a**-1.5 * b,
    "power of a number": lambda a, b: 2**a * 0.5**b,
    "exp": lambda a, b: (a * b).exp(),
    "log": lambda a, b: (a * a + b * b).log(),
    "tanh": lambda a, b: (a * b).tanh(),
    "sigmoid": lambda a, b: (a - b).sigmoid() * b,
    "relu on": lambda a, b: (a * b * b).relu(),
    "relu off": lambda a, b: (-a * b * b).relu() + a * b,
    "used twice": lambda a, b: a * a + b * a,
    "same operand": lambda a, b: (a + a) * (b - b * a),
    "diamond": lambda a, b: ((a + b) * (a - b)).tanh() * (a + b),
    "shared deep": lambda a, b: (lambda s: (s * s + s).exp() / (s * s * s + 3))(a * b),
    "sum of list": lambda a, b: sum([a, b, a * b]),
}
POINTS = [(0.7, -1.3), (1.6, 0.4), (2.0, -0.5)]


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_agrees_with_torch(name, point):
    f = EXPRESSIONS[name]
    leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in point]
    expected = f(*leaves)
    expected.backward()
    grads = [t.grad.item() for t in leaves]
    assert all(math.isfinite(g) for g in grads) and any(g != 0 for g in grads)

    a, b = map(Value, point)
    z = f(a, b)
    z.backward()
    assert z.data == pytest.approx(expected.item(), rel=1e-12)
    assert [a.grad, b.grad] == pytest.approx(grads, rel=1e-10, abs=1e-12)
    assert z.grad == 1


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_agrees_with_central_differences(name):
    f, (x, y), h = EXPRESSIONS[name], POINTS[1], 1e-6
    a, b = Value(x), Value(y)
    f(a, b).backward()
    slope = (f(Value(x + h), Value(y)).data - f(Value(x - h), Value(y)).data) / (2 * h)
    assert slope != 0
    assert a.grad == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize("two", [2, 2.0, np.int64(2), np.float32(2), np.float64(2), True + True])
def test_numbers_of_any_kind_stand_on_either_side(two):
    a = Value(3.0)
    results = [
        two + a,
        a + two,
        two - a,
        a - two,
        two * a,
        a * two,
        two / a,
        a / two,
        two**a,
        a**two,
    ]
    assert all(type(r) is Value for r in results)
    assert [r.data for r in results] == pytest.approx([5, 5, -1, 1, 6, 6, 2 / 3, 1.5, 8, 9])


def test_power_zero_has_gradient_zero_everywhere():
    for x in (0.0, -2.0, 3.0):
        v = Value(x)
        z = v**0
        z.backward()
        assert (z.data, v.grad) == (1.0, 0.0)


def test_power_refuses_a_value_as_exponent():
    with pytest.raises(TypeError, match="plain number"):
        Value(2.0) ** Value(3.0)


def test_operands_that_are_no_numbers_are_refused():
    for bad in ("two", None, [1.0], 1j):
        with pytest.raises((TypeError, ValueError)):
            Value(1.0) * bad


@pytest.mark.parametrize("x", [-800.0, -40.0, -1.0, 0.0, 1.0, 40.0, 800.0])
def test_sigmoid_is_stable_and_keeps_its_digits(x):
    v = Value(x)
    s = v.sigmoid()
    s.backward()
    big = torch.tensor(-abs(x), dtype=torch.float64)
    assert s.data == pytest.approx(
        torch.sigmoid(torch.tensor(x, dtype=torch.float64)).item(), rel=1e-12, abs=0
    )
    # sigmoid' is even, and without cancellation on the negative side: s(-|x|) (1 - s(-|x|))
    assert v.grad == pytest.approx(
        (torch.sigmoid(big) * (1 - torch.sigmoid(big))).item(), rel=1e-12, abs=0
    )


def test_relu_at_zero_has_gradient_zero():
    v = Value(0.0)
    v.relu().backward()
    assert v.grad == 0


def test_a_chain_of_5000_additions():
    x = Value(1.0)
    z = x
    for _ in range(5000):
        z = z + x
    z.backward()
    assert (z.data, x.grad) == (5001, 5001)


def test_shared_values_cost_linear_time():
    x = z = Value(1.0)
    for _ in range(300):
        z = z * 0.5 + z * 0.5
    z.backward()
    assert x.grad == pytest.approx(1)
    assert len(topological_order(z)) == 1 + 300 * 5


def test_a_second_backward_accumulates_in_leaves_like_torch():
    t = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    x = Value(3.0)
    for out in (x * x, (x * x) * (x * x)):
        expected = (t * t) if out.data == 9 else (t * t) * (t * t)
        for _ in range(2):
            out.backward()
            expected.backward(retain_graph=True)
            assert x.grad == pytest.approx(t.grad.item())
    x = Value(3.0)
    z = x * x
    z.backward()
    z.backward()
    assert x.grad == 12


def test_backward_of_a_leaf():
    x, t = Value(3.0), torch.tensor(3.0, requires_grad=True)
    for _ in range(2):
        x.backward()
        t.backward()
    assert x.grad == t.grad == 2


def test_topological_order_puts_operands_first_and_each_value_once():
    a, b = Value(1.0), Value(2.0)
    s = a + b
    z = s * s - a
    order = topological_order(z)
    assert len(order) == 5 and order[-1] is z
    assert topological_order(s) == [a, b, s]
    place = {id(v): k for k, v in enumerate(order)}
    assert all(place[id(p)] < place[id(v)] for v in order for p in v._prev)
    assert [id(v) for v in order] == [id(v) for v in topological_order(z)]


def test_operands_keep_their_order_and_number():
    a, b = Value(1.0), Value(2.0)
    assert (a - b)._prev == (a, b)
    assert (3 - a)._prev[1] is a
    assert (a * a)._prev == (a, a)


def test_repr_names_data_grad_and_label():
    assert repr(Value(2.5, label="w")) == "Value(data=2.5, grad=0, label='w')"


def test_given_sigmoid_never_warns_and_keeps_the_shape():
    x = np.array([[-800.0, -40.0, -1.0], [0.0, 2.0, 800.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out = sigmoid(x)
        scalars = [sigmoid(-800.0), sigmoid(3), sigmoid(np.float32(1.5))]
    np.testing.assert_allclose(out, torch.sigmoid(torch.from_numpy(x)).numpy(), rtol=1e-12)
    assert out.shape == x.shape
    assert all(np.ndim(s) == 0 for s in scalars)
    assert scalars[1] == pytest.approx(1 / (1 + math.exp(-3)), rel=1e-14)
    assert sigmoid(np.ones(2, dtype=np.float32)).dtype == np.float32


def test_op_names_what_is_missing_and_calls_forward():
    class Double(Op):
        def forward(self, a):
            return 2 * a

    assert Double()(4) == 8
    with pytest.raises(NotImplementedError, match="Double.backward"):
        Double().backward(1.0)
    with pytest.raises(NotImplementedError, match="Op.forward"):
        Op()(1.0)
