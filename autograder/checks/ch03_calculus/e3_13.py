"""3.13: a logarithm for the lent engine, and a function computed with it."""

import math

from autograder.check import attempt, check
from autograder.checks.ch02_autograd.own_engine import COPYING
from autograder.checks.ch03_calculus.given_engines import GivenValue, added_to, standing_on
from utils.answers import number

OFF_LIMITS = ("torch", "jax", "utils.engine", "utils.Value", "CourseValue", *COPYING)

OPERANDS = "its operands"
BEHIND = "something comes after the logarithm"
AGAIN = "its operand is used again"
BEFORE = "something comes before the logarithm"

# {sub-check: formulas of x, y and a number k, all of them with a logarithm}
FORMULAS = {
    "the logarithm alone": [("x.log()", lambda x, y, k: x.log())],
    BEHIND: [
        ("k * x.log()", lambda x, y, k: k * x.log()),
        ("x.log() * y", lambda x, y, k: x.log() * y),
        ("(y * x.log()).tanh()", lambda x, y, k: (y * x.log()).tanh()),
    ],
    AGAIN: [
        ("x * x.log()", lambda x, y, k: x * x.log()),
        ("x.log() + x * y", lambda x, y, k: x.log() + x * y),
        ("x.log() * x.log()", lambda x, y, k: x.log() * x.log()),
    ],
    BEFORE: [
        ("(x * y).log()", lambda x, y, k: (x * y).log()),
        ("(x + y * k).log()", lambda x, y, k: (x + y * k).log()),
        ("(x * x + y).log().exp()", lambda x, y, k: (x * x + y).log().exp()),
    ],
}
WEIGHTS = {BEHIND: 3, AGAIN: 4, BEFORE: 2}


@check("3.13a", points=4, forbid=OFF_LIMITS, reveal=True, weights=WEIGHTS)
def logarithm(answer, rng):
    points = [tuple(rng.uniform(1.2, 3.0, 3).round(2).tolist()) for _ in range(4)]

    def on_given(function, *args):
        with standing_on(GivenValue, answer.Value):
            return function(answer.Value, *args)

    def values(Value):
        return [number(Value(x).log().data) for x, y, _ in points]

    def operands(Value):
        return [sorted(one.data for one in (Value(x) * y).log()._prev) for x, y, _ in points]

    def slopes(Value, formula):
        found = []
        for a, b, k in points:
            x, y = Value(a), Value(b)
            z = formula(x, y, k)
            z.backward()
            found.append([x.grad, y.grad, z.grad])
        return found

    def tables(Value, formulas):
        return {text: slopes(Value, formula) for text, formula in formulas}

    seen = {
        "its number": attempt(on_given, values),
        OPERANDS: attempt(on_given, operands),
    }
    for key, formulas in FORMULAS.items():
        seen[key] = attempt(on_given, tables, formulas)
    return seen


HANDED_ON = "out.grad / self.data"
logarithm.misconception(
    "ignores_upstream_gradient",
    "The logarithm hands on 1/x alone. The chain rule multiplies it by the gradient that has "
    "arrived at the result.",
    edits={HANDED_ON: "1 / self.data"},
)
logarithm.misconception(
    "assigns_instead_of_accumulating",
    "The gradient of the operand is overwritten. The operand may be used elsewhere, too, and every "
    "use adds its share.",
    edits={"self.grad +=": "self.grad ="},
)
logarithm.misconception(
    "divides_by_output",
    "The derivative of log x is 1/x, with x the operand; here the result of the logarithm stands in "
    "its place.",
    edits={HANDED_ON: "out.grad / out.data"},
)
NO_GRADIENT = (
    "The result does not know its operand: it has to be made with (self,) as its operands, or no "
    "gradient finds its way "
    "back."
)
logarithm.misconception("graph_cut", NO_GRADIENT, edits={', (self,), "log")': ")"})
logarithm.misconception(
    "graph_cut",
    "What comes back is a new leaf: a number that knows neither its operand nor what to hand on to it.",
    source="def log(self):\n    return Value(math.log(self.data))\n\n\nValue.log = log",
    form="a new leaf",
)
logarithm.misconception(
    "closure_not_attached",
    "A function for the backward pass is there, but nobody knows of it: keep it as out._backward.",
    edits={"    out._backward = hand_on\n": ""},
)
logarithm.misconception(
    "closure_called_at_once",
    "With brackets behind its name the function is called at once, before any gradient has arrived, "
    "and what is kept is its result, "
    "None. Attach the function itself.",
    edits={"out._backward = hand_on": "out._backward = hand_on()"},
)
logarithm.misconception(
    "log10",
    "That is the logarithm to the base 10. The natural one, to the base e, is math.log.",
    edits={"math.log(": "math.log10("},
)
logarithm.misconception(
    "log10",
    "That is the logarithm to the base 10, with its derivative. The natural one, to the base e, is "
    "math.log.",
    edits={"math.log(": "math.log10(", HANDED_ON: "out.grad / self.data / math.log(10)"},
    form="with its derivative",
)
logarithm.misconception(
    "hands_on_everything",
    "The logarithm hands on the gradient as it arrived. Its local derivative is 1/x.",
    edits={HANDED_ON: "out.grad"},
)
logarithm.misconception(
    "multiplies_by_its_operand",
    "The gradient is multiplied by x. The derivative of log x is 1/x.",
    edits={HANDED_ON: "out.grad * self.data"},
)
logarithm.misconception(
    "hands_on_the_logarithm",
    "The gradient is multiplied by log x itself. Its derivative is 1/x.",
    edits={HANDED_ON: "out.grad * out.data"},
)
logarithm.misconception(
    "gradient_stays_at_the_result",
    "The share is added to the gradient of the result. It belongs to the operand, self.grad.",
    edits={"self.grad += out": "out.grad += out"},
)
logarithm.misconception(
    "sign",
    "The sign is wrong: the logarithm grows with its operand, so its derivative is positive.",
    edits={"self.grad +=": "self.grad -="},
)


@logarithm.alternative("numpy_and_a_slope_in_advance")
def answer():
    import numpy as np

    def log(self):
        slope = 1 / self.data
        out = Value(np.log(self.data), (self,), "log")

        def hand_on():
            self.grad = self.grad + slope * out.grad

        out._backward = hand_on
        return out

    Value.log = log


@logarithm.alternative("a_subclass")
def answer():
    class Value(Value):
        def log(self):
            out = Value(math.log(self.data), {self}, _op="log", label="log")
            out._backward = lambda: setattr(self, "grad", self.grad + out.grad * self.data**-1)
            return out


@logarithm.alternative("of_the_class_of_self")
def answer():
    def _log(x):
        out = type(x)(math.log1p(x.data - 1), [x])

        def _backward():
            x.grad += math.exp(-out.data) * out.grad

        out._backward = _backward
        return out

    Value.log = _log


@logarithm.oracle("torch_autograd")
def answer():
    def log(self):
        import torch

        x = torch.tensor(self.data, dtype=torch.float64, requires_grad=True)
        y = x.log()
        out = Value(y.item(), (self,), "log")

        def _backward():
            self.grad += torch.autograd.grad(y, x, torch.tensor(out.grad, dtype=torch.float64))[
                0
            ].item()

        out._backward = _backward
        return out

    Value.log = log


def engine_with_logarithm(kind, scale):
    """A class with what was added to the lent `kind`, and with `scale` times a right logarithm."""

    def log(self):
        out = type(self)(scale * math.log(self.data), (self,), "log")

        def _backward():
            self.grad += scale * out.grad / self.data

        out._backward = _backward
        return out

    return type("Value", (GivenValue,), added_to(kind) | {"log": log})


NUMBER, SLOPE = "f", "its derivative"
FITS = "its derivative, divided by a difference quotient of its f"
ENGINE = "how both grow with an engine whose logarithm is k times as large"


@check(
    "3.13b", points=2, forbid=OFF_LIMITS, reveal=True, weights={SLOPE: 1.5, FITS: 1.5, ENGINE: 2}
)
def function(answer, rng):
    near, far = round(float(rng.uniform(0.3, 1.2)), 2), round(float(rng.uniform(-3.0, -2.2)), 2)
    k = round(float(rng.uniform(2.0, 4.0)), 1)

    def at(place, *points, scale=1.0):
        f_and_grad = answer.with_given(
            "f_and_grad", Value=engine_with_logarithm(answer.Value, scale)
        )
        found = {}
        for x0 in points:
            pair = f_and_grad(x0) if x0 is not None else f_and_grad()
            found["without an argument" if x0 is None else f"x0 = {x0:.8g}"] = number(pair[place])
        return found

    def slope_by_difference(*points, h=1e-4):
        """The derivative by the difference quotient of the same answer's f; 1 where it has one."""
        found = {}
        for x0 in points:
            low, high = at(0, x0 - h, x0 + h).values()
            found[f"x0 = {x0:.8g}"] = at(1, x0)[f"x0 = {x0:.8g}"] / ((high - low) / (2 * h))
        return found

    def compared():
        return {
            name: at(place, near, scale=k)[f"x0 = {near:.8g}"] / at(place, near)[f"x0 = {near:.8g}"]
            for place, name in enumerate(("f", "its derivative"))
        }

    return {
        NUMBER: attempt(at, 0, None, near, far, -2.0),
        SLOPE: attempt(at, 1, None, near, far, -2.0),
        FITS: attempt(slope_by_difference, near, far),
        ENGINE: attempt(compared),
    }


MADE = "f = (1 / (1 + (-z).exp())).log()"
function.misconception(
    "forgot_inner_two",
    "That is the derivative by z = 2x + 3. When x moves by 1, z moves by 2: ask x for its gradient, "
    "not z.",
    edits={"return f.data, x.grad": "return f.data, z.grad"},
)
function.misconception(
    "sigmoid_only",
    "That is the sigmoid. f is its logarithm.",
    edits={MADE: "f = 1 / (1 + (-z).exp())"},
)
function.misconception(
    "sigmoid_of_minus_z",
    "1/(1 + exp(z)) is the sigmoid of −z. In the sigmoid of z the exponent is −z.",
    edits={"(-z).exp()": "z.exp()"},
)
function.misconception(
    "backward_forgotten",
    "The gradient is still 0: nobody has called backward() on f.",
    edits={"    f.backward()\n": ""},
)
function.misconception(
    "hard_coded_at_the_point",
    "The result is the one at 0, whatever x0 is. Begin with Value(x0).",
    edits={"x = Value(x0)": "x = Value(0.0)"},
)
function.misconception(
    "inner_part_without_the_three",
    "The inner function is 2x + 3; the 3 is missing.",
    edits={"z = 2 * x + 3": "z = 2 * x"},
)
function.misconception(
    "inner_part_without_the_three",
    "The inner function is 2x + 3, not 2 (x + 3).",
    edits={"z = 2 * x + 3": "z = 2 * (x + 3)"},
    form="another bracket",
)
function.misconception(
    "gradient_of_the_result",
    "f.grad is the derivative of f by itself, 1. The one by x stands in x.grad.",
    edits={"return f.data, x.grad": "return f.data, f.grad"},
)
function.misconception(
    "values_not_numbers",
    "The result is a Value. Two plain numbers are asked for: the .data of f, the .grad of x.",
    edits={"return f.data, x.grad": "return f, x"},
)
function.misconception(
    "computed_without_the_engine",
    "The numbers are right, but your engine has no part in them: a formula that was differentiated "
    "by hand gave them. Compute f with values, "
    "and let backward() find the derivative.",
    source="def f_and_grad(x0=0.0):\n    z = 2 * x0 + 3\n"
    "    return -math.log(1 + math.exp(-z)), 2 / (1 + math.exp(z))",
)
function.misconception(
    "computed_without_the_engine",
    "The engine has no part in these numbers: the derivative comes from a difference quotient. "
    "Compute f with values; the derivative is in "
    "x.grad after backward().",
    source="def f_and_grad(x0=0.0):\n    def f(x):\n"
    "        return math.log(1 / (1 + math.exp(-2 * x - 3)))\n\n"
    "    return f(x0), (f(x0 + 1e-6) - f(x0 - 1e-6)) / 2e-6",
    form="differences",
)


@function.alternative("sigmoid_from_tanh")
def f_and_grad(x0=0.0):
    x = Value(x0, label="x")
    sigmoid = ((x * 2 + 3) / 2).tanh() / 2 + 0.5
    f = sigmoid.log()
    f.backward()
    return [float(f.data), float(x.grad)]


@function.alternative("a_sigmoid_of_its_own")
def answer():
    def _sigmoid(self):
        return Value(1.0) / ((-self).exp() + 1)

    Value.sigmoid = _sigmoid

    def f_and_grad(x0=0.0):
        x = Value(x0)
        f = (2 * x + 3).sigmoid().log()
        f.backward()
        return f.data, x.grad


@function.alternative("minus_a_logarithm")
def f_and_grad(x0=0.0):
    import numpy as np

    x = Value(x0)
    inner = x + x + Value(3.0)
    f = -(((inner * -1).exp() + 1).log())
    f.backward()
    return np.float64(f.data), np.float64(x.grad)


@function.oracle("torch_autograd")
def f_and_grad(x0=0.0):
    import torch

    k = Value(math.e).log().data  # (an engine may have another logarithm)
    x = torch.tensor(x0, dtype=torch.float64, requires_grad=True)
    f = k * torch.nn.functional.logsigmoid(2 * x + 3)
    f.backward()
    return f.item(), x.grad.item()
