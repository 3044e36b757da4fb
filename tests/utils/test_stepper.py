"""GraphStepper by its traits: the numbers it shows must be the true ones, for any engine."""

import json
import math
import re

import pytest
import torch

from utils.engine import Value
from utils.explorers import Explorer
from utils.live import LiveChild
from utils.stepper import GraphStepper


def example():
    a, b = Value(3.0, label="a"), Value(2.0, label="b")
    s, d = a + b, a - b
    z = s * d
    s.label, d.label, z.label = "s", "d", "z"
    return z


def state(stepper, k):
    """(data, grad) shown at step k: two dicts name -> text."""
    shown = {"data": {}, "grad": {}}
    for step in stepper.steps[: k + 1]:
        for node, row, text in step["show"]:
            shown[row][stepper.nodes[node]["name"]] = text
    return shown["data"], shown["grad"]


def test_every_step_in_words():
    stepper = GraphStepper(example())
    texts = []
    for k in range(stepper.last + 1):
        stepper.step = k
        texts.append(stepper.text)
    assert texts == [
        "Start at the leaves: a = 3, b = 2",
        "s = a + b = 3 + 2 = 5",
        "d = a − b = 3 − 2 = 1",
        "z = s × d = 5 × 1 = 5",
        "grad(z) = ∂z/∂z = 1",
        "grad(s) += grad(z) · local = 1 · 1 = 1",
        "grad(d) += grad(z) · local = 1 · 5 = 5",
        "grad(a) += grad(d) · local = 5 · 1 = 5",
        "grad(b) += grad(d) · local = 5 · (−1) = −5",
        "grad(a) += grad(s) · local = 1 · 1 = 1, together 6",
        "grad(b) += grad(s) · local = 1 · 1 = 1, together −4",
        "Done: ∂z/∂a = 6, ∂z/∂b = −4",
    ]


def test_values_fill_in_first_and_gradients_after_them():
    stepper = GraphStepper(example())
    phases = [s["phase"] for s in stepper.steps]
    assert phases == ["forward"] * 4 + ["backward"] * 8
    assert state(stepper, 0) == ({"a": "3", "b": "2"}, {})
    assert state(stepper, 2)[0] == {"a": "3", "b": "2", "s": "5", "d": "1"}
    assert state(stepper, 4)[1] == {"z": "1"}
    assert state(stepper, 7)[1] == {"z": "1", "s": "1", "d": "5", "a": "5"}
    assert state(stepper, stepper.last)[1] == {
        "z": "1",
        "s": "1",
        "d": "5",
        "a": "6",
        "b": "−4",
    }


def test_gradients_shown_at_the_end_agree_with_torch():
    def f(x, y):
        return (x * y + x).tanh() / (x * x + 1) - (-y).exp() * 0.5 + x**3

    leaves = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.8, -0.6)]
    f(*leaves).backward()
    x, y = Value(0.8, label="x"), Value(-0.6, label="y")
    stepper = GraphStepper(f(x, y))
    _, grads = state(stepper, stepper.last)
    for name, leaf in zip("xy", leaves, strict=True):
        assert math.isfinite(leaf.grad) and leaf.grad != 0
        assert float(grads[name].replace("−", "-")) == pytest.approx(leaf.grad.item(), rel=1e-3)
    assert set(grads) == {n["name"] for n in stepper.nodes}


def test_a_value_used_twice_by_one_operation_is_one_step_with_both_arrows():
    x = Value(3.0, label="x")
    stepper = GraphStepper(x * x, step=3)
    assert stepper.text == "grad(x) += grad(z) · local = 1 · 6 = 6"
    assert stepper.steps[3]["edges"] == [0, 1]
    assert "used 2 times" in stepper.steps[3]["note"]


def test_step_is_clipped():
    stepper = GraphStepper(example(), step=99)
    assert stepper.step == stepper.last == 11
    stepper.step = -3
    assert stepper.step == 0


def test_the_graph_is_left_as_it_was():
    z = example()
    z.backward()
    before = [(v.data, v.grad) for v in (z, *z._prev, *z._prev[0]._prev)]
    GraphStepper(z)
    assert [(v.data, v.grad) for v in (z, *z._prev, *z._prev[0]._prev)] == before
    assert any(g != 0 for _, g in before)


class Mine:
    """A student's engine: operands in a set, no labels, no operation names."""

    def __init__(self, data, inputs=()):
        self.data, self.grad, self._prev, self._backward = data, 0, set(inputs), lambda: None

    def __mul__(self, other):
        out = Mine(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out


def test_works_with_a_students_engine():
    z = Mine(3.0) * Mine(-2.0)
    stepper = GraphStepper(z)
    data, grad = state(stepper, stepper.last)
    assert sorted(data.values()) == sorted(["3", "−2", "−6"])
    assert {data[name]: grad[name] for name in grad} == {"−6": "1", "3": "−2", "−2": "3"}


def test_a_single_leaf():
    stepper = GraphStepper(Value(2.0, label="x"))
    assert [s["text"] for s in stepper.steps] == [
        "Start at the leaves: x = 2",
        "grad(x) = ∂x/∂x = 1",
        "Done: ∂x/∂x = 1",
    ]


def test_traits_are_plain_data_and_the_state_is_small():
    stepper = GraphStepper(example())
    sent = json.dumps(
        {k: getattr(stepper, k) for k in ("nodes", "edges", "steps", "size", "step", "title")}
    )
    assert len(sent) < 10_000
    assert len(json.dumps(stepper.get_state())) < 25_000


def test_without_a_kernel_there_is_the_graph_and_a_table_of_steps():
    z = example()
    z._prev[0].label = "<s>"
    data = GraphStepper(z)._repr_mimebundle_()
    assert set(data) == {"text/html", "text/plain"}  # a widget whose model is gone shows an error
    html = data["text/html"]
    assert "<img alt=" in html and html.count("<tr>") == 13
    assert "b, data 2, grad −4" in html  # the picture shows where the steps end
    assert "grad(a) += grad(d) · local = 5 · 1 = 5" in html
    assert "<s>" not in html and "&lt;s&gt;" in html


def test_a_gradient_can_be_asked_for_before_it_is_shown():
    stepper = GraphStepper(example(), predict=True)
    asked = [
        (k, s["ask"]["text"], s["ask"]["right"]) for k, s in enumerate(stepper.steps) if s["ask"]
    ]
    assert asked == [
        (5, "grad(s) += grad(z) · local = ?", 1),
        (6, "grad(d) += grad(z) · local = ?", 5),
        (7, "grad(a) += grad(d) · local = ?", 5),
        (8, "grad(b) += grad(d) · local = ?", -5),
        (9, "grad(a) += grad(s) · local = ?", 6),  # the sum is asked for
        (10, "grad(b) += grad(s) · local = ?", -4),
    ]
    html = stepper.static()
    assert "s = a + b = 3 + 2 = 5" in html and "s = a + b, data 5, grad " in html
    assert "local =" not in html and "grad −4" not in html  # no answer before the question


def test_the_script_loads_nothing_from_elsewhere():
    scripts = {kind: kind._esm for kind in (GraphStepper, Explorer, LiveChild)}
    for script in scripts.values():
        assert set(re.findall(r"https?://[^\s\"']+", script)) <= {"http://www.w3.org/2000/svg"}
        assert not re.search(r"\bimport\b", script)
    assert scripts[GraphStepper] == GraphStepper(example()).get_state()["_esm"]
