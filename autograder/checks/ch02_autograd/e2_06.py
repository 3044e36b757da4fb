"""2.6: powers with a constant exponent, forward and backward."""

import numpy as np

from autograder.check import attempt, check
from utils import Op

WEIGHTS = {
    "value": 2,
    "value for negative and fractional exponents": 2,
    "gradient": 2,
    "value and gradient for exponent 0": 2,
    "two powers alive at once": 2,
}


def inside(gradient):
    """The number in a tuple of one, which costs its points once, under "gradient"."""
    alone = isinstance(gradient, (tuple, list)) and len(gradient) == 1
    return gradient[0] if alone else gradient


@check("2.6", points=4, reveal=True, weights=WEIGHTS)
def power(answer, rng):
    def values(exponents_and_bases):
        return [answer.Pow(n).forward(a) for n, a in exponents_and_bases]

    def gradients(exponents_and_bases, grad_output):
        return [inside(found) for found in as_returned(exponents_and_bases, grad_output)]

    def as_returned(exponents_and_bases, grad_output):
        found = []
        for n, a in exponents_and_bases:
            op = answer.Pow(n)
            op.forward(a)
            found.append(op.backward(grad_output))
        return found

    def interleaved(first, second, grad_output):
        one, two = answer.Pow(first[0]), answer.Pow(second[0])
        one.forward(first[1])
        two.forward(second[1])
        return [inside(op.backward(grad_output)) for op in (one, two)]

    a, b, c = rng.uniform(1.3, 2.8, 3).round(2).tolist()
    g = round(float(rng.uniform(1.5, 4)), 2)
    odd, other = (int(base) for base in rng.choice([3, 5, 6, 7, 9], 2, replace=False))
    others = [(-1, a), (-2, -b), (0.5, c), (2.5, b)]
    return {
        "value": attempt(values, [(2, odd), (3, other)]),
        "value for negative and fractional exponents": attempt(values, others),
        "gradient": attempt(as_returned, [(3, a), (2, b), (4, c)], g),
        "gradient at base 0": attempt(gradients, [(1, 0.0), (2, 0.0)], g),
        "gradient at a negative base": attempt(gradients, [(3, -a), (2, -b)], g),
        "gradient for negative and fractional exponents": attempt(gradients, others, g),
        "value and gradient for exponent 0": [
            attempt(values, [(0, a + 1)]),
            attempt(gradients, [(0, a + 1)], g),
        ],
        "two powers alive at once": attempt(interleaved, (3, b), (2, a + 1), g),
    }


EXPONENT_0 = "        if self.n == 0:\n            return 0.0\n"
POWER_RULE = "grad_output * self.n * self.a ** (self.n - 1)"
EXPONENTIAL = (
    "aⁿ·log(a) is how aⁿ changes with its exponent. Here the exponent is fixed and the base moves."
)
AT_ZERO = "n·aⁿ/a divides by a, and a may be 0. Lower the exponent instead."
XOR = "^ works on the bits of whole numbers; a power is written **."
REPEATED = "Multiplying n times works for whole n from 1 on only; ** takes any exponent."

power.misconception(
    "operator_precedence",
    "** binds more tightly than -, so a ** n - 1 is (aⁿ) - 1. The exponent n - 1 needs brackets.",
    edits={POWER_RULE: "grad_output * self.n * self.a**self.n - 1"},
)
power.misconception(
    "ignores_grad_output",
    "The upstream gradient is left out: the chain rule multiplies the local derivative by it.",
    edits={POWER_RULE: "self.n * self.a ** (self.n - 1)"},
)
power.misconception(
    "forgot_n",
    "The power rule has two parts: the exponent goes down by one, and n comes in front.",
    edits={POWER_RULE: "grad_output * self.a ** (self.n - 1)"},
)
power.misconception(
    "exponent_not_lowered",
    "The power rule has two parts: n comes in front, and the exponent goes down by one.",
    edits={POWER_RULE: "grad_output * self.n * self.a**self.n"},
)
power.misconception(
    "derivative_of_exponential",
    EXPONENTIAL,
    source="import math",
    edits={POWER_RULE: "grad_output * self.a**self.n * math.log(self.a)"},
)
power.misconception(
    "derivative_of_exponential",
    EXPONENTIAL,
    edits={POWER_RULE: "grad_output * self.a**self.n * np.log(self.a)"},
    form="numpy",
)
power.misconception(
    "derivative_of_exponential",
    EXPONENTIAL,
    edits={POWER_RULE: "grad_output * self.a**self.n * np.log(self.a)", EXPONENT_0: ""},
    form="numpy, without exponent 0",
)
power.misconception(
    "derivative_of_exponential",
    EXPONENTIAL,
    edits={POWER_RULE: "grad_output * self.a**self.n * np.log(abs(self.a) + 1e-12)"},
    form="abs",
)
power.misconception(
    "derivative_of_exponential",
    EXPONENTIAL,
    edits={POWER_RULE: "grad_output * self.a**self.n * np.log(max(self.a, 1e-12))"},
    form="max",
)
power.misconception(
    "divides_by_a",
    AT_ZERO,
    edits={POWER_RULE: "grad_output * self.n * self.a**self.n / self.a"},
)
power.misconception(
    "divides_by_a",
    AT_ZERO,
    edits={POWER_RULE: "grad_output * self.n * np.float64(self.a) ** self.n / np.float64(self.a)"},
    form="numpy",
)
power.misconception(
    "multiplies_n_times",
    REPEATED,
    edits={"return self.a**self.n": "return np.prod([self.a] * int(self.n))"},
)
power.misconception(
    "multiplies_n_times",
    REPEATED,
    edits={"return self.a**self.n": "return np.prod([self.a for _ in range(self.n)])"},
    form="range",
)
power.misconception(
    "product_instead_of_power",
    "a * n is n times a; the power aⁿ is written a ** n.",
    edits={"return self.a**self.n": "return self.a * self.n"},
)
power.misconception(
    "xor_operator",
    XOR,
    edits={
        "self.a = float(a)\n        return self.a**self.n": "self.a = a\n        return a ^ self.n"
    },
)
power.misconception(
    "xor_operator",
    XOR,
    edits={"return self.a**self.n": "return int(a) ^ int(self.n)"},
    form="made whole",
)
power.misconception(
    "cache_on_class",
    "The input is kept on the class, which all powers share; keep it on self.",
    edits={"self.a = float(a)": "Pow.a = float(a)"},
)
power.misconception(
    "returns_a_tuple",
    "There is one input, so backward returns one number; (g,) is a tuple that holds it.",
    edits={"return 0.0": "return (0.0,)", POWER_RULE: f"({POWER_RULE},)"},
)


@power.alternative("numpy_power")
class Pow(Op):
    def __init__(self, n):
        self.n = n

    def forward(self, a):
        self.a = a
        return np.power(a, self.n)

    def backward(self, grad_output):
        return np.power(self.a, self.n - 1.0) * self.n * grad_output


@power.alternative("float32_and_a_stored_slope")
class Pow(Op):
    def __init__(self, n):
        self.n = n

    def forward(self, a):
        a = np.float32(a)
        self.slope = self.n * a ** (self.n - 1)
        return a**self.n

    def backward(self, grad_output):
        return np.float32(grad_output) * self.slope


@power.alternative("closure_and_pow")
class Pow(Op):
    def __init__(self, n):
        self.value = lambda a: pow(a, n)
        self.slope = lambda a: n * pow(a, n - 1)

    def forward(self, a):
        self.kept = [a]
        return self.value(*self.kept)

    def backward(self, grad_output):
        return grad_output * self.slope(*self.kept)


@power.oracle("sympy_derivative")
class Pow(Op):
    def __init__(self, n):
        import sympy

        x = sympy.Symbol("x")
        self.z = sympy.Lambda(x, x ** sympy.nsimplify(n))
        self.dz = sympy.Lambda(x, sympy.diff(x ** sympy.nsimplify(n), x))

    def forward(self, a):
        self.a = a
        return float(self.z(a))

    def backward(self, grad_output):
        return float(grad_output * self.dz(self.a))


@check("2.6-bonus", points=1, bonus=True, reveal=True, all_or_nothing=True)
def power_bonus(answer, rng):
    def run(n, a, grad_output):
        op = answer.Pow(n)
        return [op.forward(a), op.backward(grad_output)]

    g = round(float(rng.uniform(1.5, 4)), 2)
    return {
        "exponent 0 at 0": attempt(run, 0, 0.0, g),
        "exponent 0 at 0, as whole numbers": attempt(run, 0, 0, 2),
        "exponent 0 elsewhere": attempt(run, 0, -1.7, g),
        "exponent 1 at 0": attempt(run, 1, 0.0, g),
        "exponent 2 at 0": attempt(run, 2, 0.0, g),
        "exponent 1 elsewhere": attempt(run, 1, 1.7, g),
        "exponent 2 elsewhere": attempt(run, 2, -1.7, g),
        "exponent 3 elsewhere": attempt(run, 3, 1.7, g),
    }


NEGATIVE_POWER = (
    "At a = 0, n = 0 the general formula needs 0 to the power -1. Treat n = 0 on its own."
)
power_bonus.misconception(
    "formula_at_zero",
    NEGATIVE_POWER,
    edits={EXPONENT_0: ""},
)
power_bonus.misconception(
    "formula_gives_nan_at_zero",
    NEGATIVE_POWER,
    edits={EXPONENT_0: "", "float(a)": "np.float64(a)"},
)
power_bonus.misconception(
    "special_case_on_the_base",
    "The exponent 0 makes the function constant, not the base 0: there the power a¹ has slope 1.",
    edits={"if self.n == 0": "if self.a == 0"},
)
power_bonus.misconception(
    "special_case_of_exponent_1",
    "a¹ is a straight line with slope 1. It is the exponent 0 that makes the function constant.",
    edits={"if self.n == 0": "if self.n == 1"},
)
power_bonus.misconception(
    "every_power_is_constant",
    "Only a⁰ is constant. The other powers have the slope of the power rule, also after the special "
    "case was added.",
    edits={"if self.n == 0": "if True"},
)
power_bonus.misconception(
    "zero_to_the_zero_is_zero",
    "a⁰ is 1 for every a, also for a = 0 (as a product without any factor).",
    edits={"return self.a**self.n": "return self.a**self.n if self.a else 0.0"},
)
power_bonus.misconception(
    "constant_has_gradient_one",
    "The value of a⁰ is 1, but a constant does not change with a: its derivative is 0.",
    edits={"return 0.0": "return grad_output"},
)


@power_bonus.alternative("exception_handler")
class Pow(Op):
    def __init__(self, n):
        self.n = n

    def forward(self, a):
        self.a = a
        return a**self.n

    def backward(self, grad_output):
        try:
            return grad_output * self.n * self.a ** (self.n - 1)
        except ZeroDivisionError:
            return 0.0


@power_bonus.alternative("numpy_where")
class Pow(Op):
    def __init__(self, n):
        self.n = n

    def forward(self, a):
        self.a = np.float64(a)
        return self.a**self.n

    def backward(self, grad_output):
        lowered = self.n - 1 if self.n else 1
        return np.where(self.n == 0, 0, grad_output * self.n * self.a**lowered)


@power.oracle("torch_autograd")
@power_bonus.oracle("torch_autograd")
class Pow(Op):
    def __init__(self, n):
        self.n = n

    def forward(self, a):
        import torch

        self.a = torch.tensor(float(a), dtype=torch.float64, requires_grad=True)
        self.z = self.a**self.n
        return self.z.item()

    def backward(self, grad_output):
        self.z.backward(self.z.new_tensor(float(grad_output)))
        return self.a.grad.item()
