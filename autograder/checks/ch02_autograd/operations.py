"""2.5 to 2.8: operations and gradient checking."""

import numpy as np

from autograder.check import check
from autograder.inside import attempt, named
from utils import Op


@check("2.5", points=4, reveal=True)
def div(answer, rng):
    def quotient(a, b):
        return answer.Div().forward(a, b)

    def both(a, b, grad_output):
        op = answer.Div()
        op.forward(a, b)
        return op.backward(grad_output)

    def for_a(a, b, grad_output):
        return list(both(a, b, grad_output))[0]

    def for_b(a, b, grad_output):
        return list(both(a, b, grad_output))[1]

    def interleaved(first, second, grad_output):
        one, two = answer.Div(), answer.Div()
        one.forward(*first)
        two.forward(*second)
        return [*one.backward(grad_output), *two.backward(grad_output)]

    a, b, g = rng.uniform(1.5, 5, 3).round(2).tolist()
    return {
        "forward": attempt(quotient, a, b),
        "forward with whole numbers": attempt(quotient, 7, 2),
        "gradient for a": attempt(for_a, a, b, g),
        "gradient for b": attempt(for_b, a, b, g),
        "gradients at a negative denominator": attempt(both, a, -b, g + 1),
        "two divisions alive at once": attempt(interleaved, (a, b), (b, a + 1), g),
    }


div.misconception(
    "ignores_grad_output",
    "The upstream gradient is left out: the chain rule multiplies each local derivative by it.",
    edits={"grad_output / self.b, -grad_output * self.a": "1 / self.b, -self.a"},
)
div.misconception(
    "sign_of_db",
    "The gradient for b has the wrong sign: a larger denominator makes the quotient smaller.",
    edits={"-grad_output": "grad_output"},
)
div.misconception(
    "forgot_square",
    "The derivative with respect to b is -a/b², with the denominator squared.",
    edits={"self.b**2": "self.b"},
)
div.misconception(
    "order_swapped",
    "The two gradients are in the wrong order: first the one for a, then the one for b.",
    edits={
        "return grad_output / self.b, ": "return ",
        "self.a / self.b**2": "self.a / self.b**2, grad_output / self.b",
    },
)
div.misconception(
    "cache_on_class",
    "The inputs are kept on the class, which all divisions share; keep them on self.",
    edits={"self.a, self.b = a, b": "Div.a, Div.b = a, b"},
)
div.misconception(
    "hard_coded_for_the_example",
    "The numbers of the example are written into backward; compute them from the inputs.",
    edits={"return grad_output / self.b, -grad_output * self.a / self.b**2": "return 0.5, -1.5"},
)
div.misconception(
    "floor_division",
    "// cuts the fraction off; division of real numbers is written /.",
    edits={"return a / b": "return a // b"},
)
div.misconception(
    "forgot_the_numerator",
    "The gradient for b misses a factor: a times 1/b changes with b a times as fast as 1/b does.",
    edits={"-grad_output * self.a / self.b**2": "-grad_output / self.b**2"},
)


@div.alternative("gradients_as_a_list_through_the_quotient")
class Div(Op):
    def forward(self, a, b):
        self.b = b
        self.z = a / b
        return self.z

    def backward(self, grad_output):
        da = grad_output / self.b
        return [da, -da * self.z]


@div.alternative("float32_numpy")
class Div(Op):
    def forward(self, a, b):
        self.inputs = np.float32(a), np.float32(b)
        return self.inputs[0] / self.inputs[1]

    def backward(self, grad_output):
        a, b = self.inputs
        return np.array([1 / b, -a / (b * b)], dtype=np.float32) * np.float32(grad_output)


@div.oracle("torch_autograd")
class Div(Op):
    def forward(self, a, b):
        import torch

        self.inputs = [
            torch.tensor(float(v), dtype=torch.float64, requires_grad=True) for v in (a, b)
        ]
        self.z = self.inputs[0] / self.inputs[1]
        return self.z.item()

    def backward(self, grad_output):
        self.z.backward(self.z.new_tensor(float(grad_output)))
        return tuple(v.grad.item() for v in self.inputs)


@div.oracle("central_differences")
class Div(Op):
    def forward(self, a, b):
        self.a, self.b = float(a), float(b)
        return self.a * self.b**-1.0

    def backward(self, grad_output):
        a, b, h = self.a, self.b, 1e-5
        da = ((a + h) * b**-1.0 - (a - h) * b**-1.0) / (2 * h)
        db = (a * (b + h) ** -1.0 - a * (b - h) ** -1.0) / (2 * h)
        return grad_output * da, grad_output * db


@check("2.6", points=4, reveal=True)
def power(answer, rng):
    def values(exponents_and_bases):
        return [answer.Pow(n).forward(a) for n, a in exponents_and_bases]

    def gradients(exponents_and_bases, grad_output):
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
        return [one.backward(grad_output), two.backward(grad_output)]

    a, b, c = rng.uniform(1.3, 2.8, 3).round(2).tolist()
    g = round(float(rng.uniform(1.5, 4)), 2)
    others = [(-1, a), (-2, -b), (0.5, c), (2.5, b)]
    return {
        "value": attempt(values, [(2, 3), (3, 5)]),
        "value for negative and fractional exponents": attempt(values, others),
        "gradient": attempt(gradients, [(3, a), (2, b), (4, c)], g),
        "gradient at base 0": attempt(gradients, [(1, 0.0), (2, 0.0)], g),
        "gradient at a negative base": attempt(gradients, [(3, -a), (2, -b)], g),
        "gradient for negative and fractional exponents": attempt(gradients, others, g),
        "value and gradient for exponent 0": [
            attempt(values, [(0, a)]),
            attempt(gradients, [(0, a)], g),
        ],
        "two powers alive at once": attempt(interleaved, (3, b), (2, a + 1), g),
    }


POWER_RULE = "grad_output * self.n * self.a ** (self.n - 1)"
EXPONENTIAL = (
    "The base varies and the exponent is fixed: aⁿ·log(a) is the derivative for the exponent."
)
AT_ZERO = "n·aⁿ/a divides by a, and a may be 0. Lower the exponent instead."
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
    edits={POWER_RULE: "grad_output * self.a**self.n * __import__('math').log(self.a)"},
)
power.misconception(
    "derivative_of_exponential_numpy",
    EXPONENTIAL,
    edits={
        POWER_RULE: "grad_output * self.a**self.n * np.log(self.a)",
        "        if self.n == 0:\n            return 0.0\n": "",
    },
)
power.misconception(
    "divides_by_a_breaks_at_zero",
    AT_ZERO,
    edits={POWER_RULE: "grad_output * self.n * self.a**self.n / self.a"},
)
power.misconception(
    "divides_by_a_gives_nan_at_zero",
    AT_ZERO,
    edits={POWER_RULE: "grad_output * self.n * np.float64(self.a) ** self.n / np.float64(self.a)"},
)
power.misconception(
    "multiplies_n_times",
    REPEATED,
    edits={"return self.a**self.n": "return np.prod([self.a] * int(self.n))"},
)
power.misconception(
    "multiplies_n_times_with_range",
    REPEATED,
    edits={"return self.a**self.n": "return np.prod([self.a for _ in range(self.n)])"},
)
power.misconception(
    "product_instead_of_power",
    "a * n is n times a; the power aⁿ is written a ** n.",
    edits={"return self.a**self.n": "return self.a * self.n"},
)
power.misconception(
    "xor_operator",
    "In Python ^ is a bit operation on whole numbers; powers are written **.",
    edits={
        "self.a = float(a)\n        return self.a**self.n": "self.a = a\n        return a ^ self.n"
    },
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


TORCH_POWER = """
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
"""
power.oracle("torch_autograd", source=TORCH_POWER)


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
    }


NEGATIVE_POWER = (
    "At a = 0, n = 0 the general formula needs 0 to the power -1. Treat n = 0 on its own."
)
power_bonus.misconception(
    "formula_at_zero",
    NEGATIVE_POWER,
    edits={"        if self.n == 0:\n            return 0.0\n": ""},
)
power_bonus.misconception(
    "formula_gives_nan_at_zero",
    NEGATIVE_POWER,
    edits={
        "        if self.n == 0:\n            return 0.0\n": "",
        "float(a)": "np.float64(a)",
    },
)
power_bonus.misconception(
    "special_case_on_the_base",
    "The exponent 0 makes the function constant, not the base 0: there the power a¹ has slope 1.",
    edits={"if self.n == 0": "if self.a == 0"},
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


power_bonus.oracle("torch_autograd", source=TORCH_POWER)


@check("2.7", points=3, reveal=True)
def sigmoid_gradient(answer, rng):
    def signs(*shape):
        return rng.choice([-1, 1], shape) * rng.uniform(0.4, 2.5, shape)

    x, g = round(signs(1).item(), 2), round(float(rng.uniform(1.5, 4)), 2)
    upstream = [signs(5), signs(3, 4), signs(3, 3)]
    far = np.array([-7.5, -5.0, 5.0, 7.5])
    return {
        "a number": answer.sigmoid_backward(x, g),
        "a number, with upstream gradient 1": answer.sigmoid_backward(round(x / 2, 2), 1.0),
        "a vector": answer.sigmoid_backward(signs(5), upstream[0]),
        "a matrix": answer.sigmoid_backward(signs(3, 4), upstream[1]),
        "a square matrix": answer.sigmoid_backward(signs(3, 3), upstream[2]),
        "far from 0": answer.sigmoid_backward(far, rng.uniform(20, 40, 4)),
    }


SLOPE = "grad_output * s * (1 - s)"
sigmoid_gradient.misconception(
    "ignores_grad_output",
    "The upstream gradient is left out: the chain rule multiplies the local derivative by it.",
    edits={SLOPE: "s * (1 - s)"},
)
sigmoid_gradient.misconception(
    "x_taken_as_output",
    "x goes into the sigmoid, it is not what came out: the formula needs σ(x) in both places.",
    edits={SLOPE: "grad_output * x * (1 - x)"},
)
sigmoid_gradient.misconception(
    "mixed",
    "One of the two factors uses x itself: both σ(x) and 1 - σ(x) are made of the output.",
    edits={SLOPE: "grad_output * s * (1 - x)"},
)
sigmoid_gradient.misconception(
    "sigmoid_only",
    "This multiplies by the value of the sigmoid; the chain rule asks for its slope.",
    edits={SLOPE: "grad_output * s"},
)
sigmoid_gradient.misconception(
    "complement_only",
    "The slope is a product of two factors, σ(x) and 1 - σ(x); one of them is missing.",
    edits={SLOPE: "grad_output * (1 - s)"},
)
sigmoid_gradient.misconception(
    "sums_over_elements",
    "The sigmoid acts on every element by itself, so every element keeps a gradient of its own.",
    edits={SLOPE: "np.sum(grad_output * s * (1 - s))"},
)
sigmoid_gradient.misconception(
    "plus_sign",
    "The second factor is what is left to 1, so it shrinks as σ(x) grows: look at the sign.",
    edits={SLOPE: "grad_output * s * (1 + s)"},
)
sigmoid_gradient.misconception(
    "double_sigmoid",
    "The sigmoid is applied twice. x is the pre-activation: one sigmoid gives the output.",
    edits={"s = sigmoid(x)": "s = sigmoid(sigmoid(x))"},
)
sigmoid_gradient.misconception(
    "derivative_of_tanh",
    "1 - s² is the derivative that belongs to tanh; the sigmoid has another one.",
    edits={SLOPE: "grad_output * (1 - s**2)"},
)
sigmoid_gradient.misconception(
    "adds_grad_output",
    "The chain rule multiplies the upstream gradient and the local derivative; it adds nothing.",
    edits={SLOPE: "grad_output + s * (1 - s)"},
)
sigmoid_gradient.misconception(
    "sigmoid_of_the_product",
    "The upstream gradient stays outside: the slope is taken at x, not at x times the gradient.",
    edits={"s = sigmoid(x)": "s = sigmoid(x * grad_output)", SLOPE: "s * (1 - s)"},
)


@sigmoid_gradient.alternative("through_exponentials")
def sigmoid_backward(x, grad_output):
    e = np.exp(-x)
    return grad_output * e / (1 + e) ** 2


@sigmoid_gradient.alternative("element_by_element")
def sigmoid_backward(x, grad_output):
    import math

    if np.ndim(x) == 0:
        s = 1 / (1 + math.exp(-x))
        return grad_output * (s - s * s)
    return [sigmoid_backward(row, g) for row, g in zip(x, grad_output, strict=True)]


@sigmoid_gradient.alternative("float32_hyperbolic_cosine")
def sigmoid_backward(x, grad_output):
    x, grad_output = np.float32(x), np.float32(grad_output)
    return grad_output / (2 + 2 * np.cosh(x))


TORCH_SIGMOID = """
def sigmoid_backward(x, grad_output):
    import torch

    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    torch.sigmoid(x).backward(torch.as_tensor(grad_output, dtype=torch.float64))
    return x.grad
"""
sigmoid_gradient.oracle("torch_autograd", source=TORCH_SIGMOID)


@sigmoid_gradient.oracle("central_differences")
def sigmoid_backward(x, grad_output):
    h = 1e-5
    return grad_output * (1 / (1 + np.exp(-x - h)) - 1 / (1 + np.exp(-x + h))) / (2 * h)


@check("2.7-bonus", points=1, bonus=True, reveal=True, atol=1e-12)
def sigmoid_far_out(answer, rng):
    def numbers(xs, grad_output):
        return [answer.sigmoid_backward(x, grad_output) for x in xs]

    g = round(float(rng.uniform(1.5, 4)), 2)
    middle = round(float(rng.uniform(0.5, 1.5)), 2)
    ends = np.array([[-800.0, -50.0, -middle], [middle, 50.0, 800.0]])
    return {
        "far below 0": attempt(numbers, [-800.0, -50.0, -middle], g),
        "far above 0": attempt(numbers, [800.0, 50.0, middle], g),
        "both in one array": answer.sigmoid_backward(ends, rng.uniform(1.5, 4, (2, 3))),
    }


OVERFLOW = "exp of a number above 709 overflows. Let exp see negative numbers only, or use sigmoid."
sigmoid_far_out.misconception(
    "exp_overflows_below",
    OVERFLOW,
    edits={"s = sigmoid(x)": "e = np.exp(-x)", SLOPE: "grad_output * e / (1 + e) ** 2"},
)
sigmoid_far_out.misconception(
    "exp_overflows_above",
    OVERFLOW,
    edits={"s = sigmoid(x)": "e = np.exp(x)", SLOPE: "grad_output * e / (1 + e) ** 2"},
)
sigmoid_far_out.misconception(
    "clips_the_input",
    "Clipping x changes the answer: beyond the limit the slope stays where it was, instead of "
    "falling towards 0.",
    edits={"s = sigmoid(x)": "s = sigmoid(np.clip(x, -10, 10))"},
)


@sigmoid_far_out.alternative("symmetric_exponential")
def sigmoid_backward(x, grad_output):
    e = np.exp(-np.abs(x))
    return grad_output * e / (1 + e) ** 2


@sigmoid_far_out.alternative("tanh_of_half")
def sigmoid_backward(x, grad_output):
    return grad_output * (1 - np.tanh(np.asarray(x) / 2) ** 2) / 4


@sigmoid_far_out.alternative("textbook_with_its_own_sigmoid")
def sigmoid_backward(x, grad_output):
    with np.errstate(over="ignore"):
        s = 1 / (1 + np.exp(-x))
    return grad_output * s * (1 - s)


sigmoid_far_out.oracle("torch_autograd", source=TORCH_SIGMOID)


def _unguarded(function):
    """The student's own function: this check looks itself whether x was changed."""
    return getattr(function, "__wrapped__", function)


@check("2.8", points=6, reveal=True)
def gradient_check(answer, rng):
    """What check_gradient says of right and of wrong gradients, and where it evaluates f."""

    def says(f, x, gradient, **options):
        fresh = x.copy() if isinstance(x, np.ndarray) else x
        return _unguarded(answer.check_gradient)(f, fresh, grad_f=gradient, **options)

    def verdicts(f, x, gradient, *wrong, **options):
        """Of the right gradient, and of those that the changes `wrong` make of it."""

        def of(x):
            said = {"the right gradient": says(f, x, gradient, **options)}
            for change in wrong:
                wrong_gradient = named(change, lambda x, c=WRONG[change]: c(gradient(x)))
                said[change] = says(f, x, wrong_gradient, **options)
            return said

        return attempt(of, x)

    def places(f, gradient, x, epsilon):
        """Is f evaluated one epsilon away from x, in every component and both ways?"""
        seen = []

        def spy(at):
            seen.append(np.array(at, dtype=float).ravel())
            return f(at)

        says(spy, x, gradient, epsilon=epsilon)
        here = np.array(x, dtype=float).ravel()

        def visited(sign):
            wanted = [here + sign * nudge for nudge in epsilon * np.eye(here.size)]
            return all(any(np.allclose(w, s, 0, epsilon / 100) for s in seen) for w in wanted)

        return {"f is asked at x + epsilon": visited(1), "f is asked at x - epsilon": visited(-1)}

    def central(f, gradient, x, epsilon):
        def of(x, epsilon):
            return places(f, gradient, x, epsilon)

        return attempt(of, x, epsilon)

    def untouched(x):
        said = {}
        for name, gradient in (
            ("the right gradient", mix_gradient),
            ("doubled", lambda x: 2 * mix_gradient(x)),
        ):
            after = x.copy()
            said[name] = _unguarded(answer.check_gradient)(mix, after, grad_f=gradient)
            said[f"x unchanged ({name})"] = bool(np.abs(after - x).max() < 1e-9)
        return said

    def tolerances(x):
        def off(x):
            return 1.01 * mix_gradient(x)

        return {
            "1 % too large, rtol = 0.1": says(mix, x, off, rtol=0.1),
            "1 % too large, rtol = 0.001": says(mix, x, off, rtol=0.001),
            "the right gradient, rtol = 0.001": says(mix, x, mix_gradient, rtol=0.001),
        }

    p, q = rng.uniform(1.2, 2.4, 2).round(2).tolist()
    w = rng.uniform(0.8, 2, 4).round(2) + np.arange(4) / 3
    t = round(float(rng.uniform(0.4, 0.9)), 2)
    x = rng.uniform(0.3, 1.1, 4).round(2)
    is_used = np.array([1, 0, 1, 1])

    def wave(x):
        return p * np.exp(q * np.asarray(x, dtype=float) / 2)

    def wave_slope(x):
        return p * q / 2 * np.exp(q * np.asarray(x, dtype=float) / 2)

    def mix(x):
        x = np.asarray(x, dtype=float)
        return float(np.sum(w * np.sin(x)) + x[0] * x[-1])

    def mix_gradient(x):
        x = np.asarray(x, dtype=float)
        return w * np.cos(x) + np.array([x[-1], 0, 0, x[0]])

    def bowl(x):
        return float(np.sum(w * is_used * np.asarray(x, dtype=float) ** 2))

    def bowl_gradient(x):
        return 2 * w * is_used * np.asarray(x, dtype=float)

    def scaled(factor):
        return (lambda x: factor * mix(x)), x, (lambda x: factor * mix_gradient(x))

    constant = verdicts(lambda x: 5.0, x, lambda x: np.zeros(4), "0.3 in place of a 0")
    return {
        "x is a number": verdicts(wave, t, wave_slope, "wrong sign", "doubled", "halved"),
        "x is a number: central difference": central(wave, wave_slope, t, 0.01),
        "gradients that are too large or too small": verdicts(
            mix, x, mix_gradient, "doubled", "halved", "all zeros"
        ),
        "mistakes in some components": verdicts(
            mix, x, mix_gradient, "last component 10 % off", "first component off", "reversed"
        ),
        "gradients near a million": verdicts(*scaled(1e6), "1 % too large"),
        "gradients near 0.00001": verdicts(*scaled(1e-5), "half as large again"),
        "gradients that are zero": [
            verdicts(bowl, x, bowl_gradient, "0.3 in place of a 0"),
            constant,
        ],
        "x holds whole numbers": verdicts(
            bowl, np.array([2, -1, 3, 1]), bowl_gradient, "last component 10 % off"
        ),
        "nan in the gradient": verdicts(mix, x, mix_gradient, "nan in the second component"),
        "x is an array: central differences": central(mix, mix_gradient, x, 0.001),
        "x is left as it was": attempt(untouched, x),
        "the tolerance that the caller gives": attempt(tolerances, x),
    }


WRONG = {
    "wrong sign": lambda g: -g,
    "doubled": lambda g: 2 * g,
    "halved": lambda g: g / 2,
    "all zeros": lambda g: 0 * g,
    "1 % too large": lambda g: 1.01 * g,
    "half as large again": lambda g: 1.5 * g,
    "last component 10 % off": lambda g: g * np.array([1, 1, 1, 1.1]),
    "first component off": lambda g: g + np.array([0.2, 0, 0, 0]),
    "reversed": lambda g: g[::-1],
    "0.3 in place of a 0": lambda g: g + np.array([0, 0.3, 0, 0]),
    "nan in the second component": lambda g: g + np.array([0, np.nan, 0, 0]),
}
CLOSE = "np.allclose(numerical, grad_f(x), rtol=rtol, atol=atol)"
WITHOUT_ABS = "A difference far below 0 is smaller than any tolerance. Its size counts: take abs."


@gradient_check.misconception(
    "always_true",
    "It says True to every gradient. A check is worth only as much as the mistakes it finds.",
)
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    return True


gradient_check.misconception(
    "measures_but_always_says_true",
    "The differences are measured, but the answer does not depend on them: it is True for every "
    "gradient.",
    edits={CLOSE: "True"},
)
gradient_check.misconception(
    "divides_by_epsilon",
    "From x - ε to x + ε it is a way of 2ε, so that is what the difference is divided by.",
    edits={"(2 * epsilon)": "epsilon"},
)
gradient_check.misconception(
    "precedence_of_the_division",
    "/ 2 * ε divides by 2 and then multiplies by ε. Write / (2 * ε).",
    edits={"/ (2 * epsilon)": "/ 2 * epsilon"},
)
gradient_check.misconception(
    "forward_difference",
    "This looks to one side only, from x to x + ε. The central difference uses x + ε and x - ε, "
    "and its error is far smaller.",
    edits={"(f(x + step) - f(x - step)) / (2 * epsilon)": "(f(x + step) - f(x)) / epsilon"},
)
gradient_check.misconception(
    "ignores_epsilon",
    "The step is written into the function; the caller chooses it with epsilon.",
    edits={
        "step[i] = epsilon": "step[i] = 1e-5",
        "(2 * epsilon)": "2e-5",
    },
)
gradient_check.misconception(
    "no_abs",
    WITHOUT_ABS,
    edits={CLOSE: "bool(np.all(numerical - grad_f(x) <= atol + rtol * np.abs(numerical)))"},
)
gradient_check.misconception(
    "no_abs_the_other_way_round",
    WITHOUT_ABS,
    edits={CLOSE: "bool(np.all(grad_f(x) - numerical <= atol + rtol * np.abs(numerical)))"},
)
gradient_check.misconception(
    "absolute_tolerance_only",
    "A gradient near a million is measured to about ten digits, which leaves a difference above "
    "atol. The tolerance has to grow with the gradient: add rtol times its size.",
    edits={CLOSE: "bool(np.all(np.abs(numerical - grad_f(x)) <= atol))"},
)
gradient_check.misconception(
    "absolute_tolerance_too_wide",
    "A fixed tolerance swallows small gradients whole: 0.00001 and 0.00002 differ by a factor of "
    "two. Compare relative to the size of the gradient.",
    edits={CLOSE: "bool(np.all(np.abs(numerical - grad_f(x)) <= 1e-4))"},
)
gradient_check.misconception(
    "relative_without_guard",
    "Where the gradient is 0, a relative error divides by 0. An absolute tolerance has to come in "
    "addition.",
    edits={CLOSE: "bool(np.all(np.abs(numerical - grad_f(x)) / np.abs(grad_f(x)) <= rtol))"},
)
gradient_check.misconception(
    "ignores_the_tolerances",
    "The tolerances are written into the function; the caller chooses them with rtol and atol.",
    edits={CLOSE: "np.allclose(numerical, grad_f(x), rtol=1e-4, atol=1e-7)"},
)
gradient_check.misconception(
    "compares_norms",
    "Two different vectors can have the same length. Take the difference first, then its size.",
    edits={
        "numerical, grad_f(x), rtol": "np.linalg.norm(numerical), np.linalg.norm(grad_f(x)), rtol"
    },
)
gradient_check.misconception(
    "compares_sums",
    "Mistakes in two components can cancel in a sum. Compare component by component.",
    edits={"numerical, grad_f(x), rtol": "np.sum(numerical), np.sum(grad_f(x)), rtol"},
)
gradient_check.misconception(
    "any_component",
    "One right component is not enough: every component has to agree.",
    edits={CLOSE: "bool(np.any(np.isclose(numerical, grad_f(x), rtol=rtol, atol=atol)))"},
)
gradient_check.misconception(
    "returns_after_the_first_component",
    "The answer is given after the first component. Say True only after looking at all of them.",
    edits={
        "return np.allclose": "    return np.allclose",
        "numerical, grad_f(x), rtol": "numerical[i], np.asarray(grad_f(x))[i], rtol",
    },
)
gradient_check.misconception(
    "nudges_all_components_at_once",
    "x + ε moves every component at once and measures the sum of all derivatives. Nudge one "
    "component at a time.",
    edits={"step[i] = epsilon": "step[...] = epsilon"},
)
gradient_check.misconception(
    "one_answer_for_each_component",
    "An array of answers comes back, one for each component. The question has one answer: do all "
    "of them agree?",
    edits={"np.allclose": "np.isclose"},
)


@gradient_check.misconception(
    "written_for_a_number_only",
    "For an array, x + ε moves every component at once, and the comparison gives many answers. "
    "Nudge one component after the other, then give one answer.",
)
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    numerical = (f(x + epsilon) - f(x - epsilon)) / (2 * epsilon)
    return abs(numerical - grad_f(x)) <= atol + rtol * abs(numerical)


gradient_check.misconception(
    "int_truncation",
    "An array of whole numbers cuts x + ε back to x. Turn x into floating-point numbers first.",
    edits={
        "x = np.array(x, dtype=float)\n    numerical = np.zeros_like(x)": "x = np.array(x)\n"
        "    numerical = np.zeros(x.shape)"
    },
)
gradient_check.misconception(
    "nan_slips_through",
    "Every comparison with nan is False, so `if difference > tolerance: return False` lets it "
    "pass. Ask instead whether the difference is within the tolerance.",
    edits={CLOSE: "not np.any(np.abs(numerical - grad_f(x)) > atol + rtol * np.abs(grad_f(x)))"},
)


@gradient_check.misconception(
    "two_names_for_one_array",
    "After `up = x` both names stand for the same array: nudging one nudges the other, and the "
    "difference is always 0. Make copies.",
)
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    if np.ndim(x) == 0:
        numerical = (f(x + epsilon) - f(x - epsilon)) / (2 * epsilon)
        return np.allclose(numerical, grad_f(x), rtol=rtol, atol=atol)
    numerical = np.zeros(len(x))
    for i in range(len(x)):
        up = x
        up[i] += epsilon
        down = x
        down[i] -= epsilon
        numerical[i] = (f(up) - f(down)) / (2 * epsilon)
    return np.allclose(numerical, grad_f(x), rtol=rtol, atol=atol)


@gradient_check.misconception(
    "in_place_forgets_to_restore",
    "x itself was nudged and stayed so: the caller's x is changed, and later components are "
    "measured at another point. Nudge a copy.",
)
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    if np.ndim(x) == 0:
        numerical = (f(x + epsilon) - f(x - epsilon)) / (2 * epsilon)
        return np.allclose(numerical, grad_f(x), rtol=rtol, atol=atol)
    x = np.asarray(x, dtype=float)
    numerical = []
    for i in range(len(x)):
        x[i] += epsilon
        above = f(x)
        x[i] -= 2 * epsilon
        numerical.append((above - f(x)) / (2 * epsilon))
    return np.allclose(numerical, grad_f(x), rtol=rtol, atol=atol)


@gradient_check.alternative("lists_and_a_loop")
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    scalar = not hasattr(x, "__len__")
    xs = [float(x)] if scalar else [float(v) for v in x]
    claimed = [grad_f(x)] if scalar else list(grad_f(x))
    for i, claim in enumerate(claimed):
        up, down = list(xs), list(xs)
        up[i] += epsilon
        down[i] -= epsilon
        high, low = (up[0], down[0]) if scalar else (np.array(up), np.array(down))
        slope = (f(high) - f(low)) / (2 * epsilon)
        if not abs(slope - claim) <= atol + rtol * max(abs(slope), abs(claim)):
            return False
    return True


@gradient_check.alternative("relative_error_of_the_whole_vector")
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    point = np.atleast_1d(np.array(x, float))
    shape = np.shape(x)

    def at(v):
        return f(v.reshape(shape))

    rows = epsilon * np.eye(point.size)
    numerical = np.array([(at(point + r) - at(point - r)) / (2 * epsilon) for r in rows])
    claimed = np.atleast_1d(grad_f(x))
    apart = np.linalg.norm(numerical - claimed)
    return apart <= atol + rtol * (np.linalg.norm(numerical) + np.linalg.norm(claimed))


@gradient_check.alternative("in_place_and_back_again")
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    claimed = np.asarray(grad_f(x))
    if np.ndim(x) == 0:
        slopes = np.asarray((f(x + epsilon) - f(x - epsilon)) / (2 * epsilon))
        return all(np.isclose(slopes, claimed, rtol, atol).ravel())
    if x.dtype.kind == "i":
        x = x.astype(float)
    slopes = np.empty(len(x))
    for i in range(len(x)):
        x[i] += epsilon
        slopes[i] = f(x)
        x[i] -= 2 * epsilon
        slopes[i] -= f(x)
        x[i] += epsilon
    return all(np.isclose(slopes / (2 * epsilon), claimed, rtol, atol))


@gradient_check.oracle("five_point_stencil")
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    x = np.asarray(x) * 1.0
    basis = np.eye(x.size).reshape(x.size, *x.shape)
    weights = {-2: 1 / 12, -1: -8 / 12, 1: 8 / 12, 2: -1 / 12}
    measured = [
        sum(c * f(x + k * epsilon * e) for k, c in weights.items()) / epsilon for e in basis
    ]
    apart = np.abs(np.ravel(measured) - np.ravel(grad_f(x)))
    return bool((apart <= atol + rtol * np.abs(np.ravel(measured))).all())
