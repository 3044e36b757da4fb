"""2.7: the gradient of the sigmoid."""

import numpy as np

from autograder.check import attempt, check

# The factor from above and the slope count apart, so that a slip in one of them leaves the other.
WEIGHTS = {
    "a number": 0.5,
    "a number, with upstream gradient 1": 4,
    "a multiple of the upstream gradient": 3,
    "a vector": 0.5,
    "a matrix": 0.5,
    "a square matrix": 0.5,
    "far from 0": 0.5,
    "far below 0": 3.5,
}


@check("2.7", points=3, reveal=True, weights=WEIGHTS)
def sigmoid_gradient(answer, rng):
    def signs(*shape):
        return rng.choice([-1, 1], shape) * rng.uniform(0.4, 2.5, shape)

    x, g = round(signs(1).item(), 2), round(float(rng.uniform(1.5, 4)), 2)
    upstream = [signs(5), signs(3, 4), signs(3, 3)]
    far = np.array([-7.5, -5.0, 5.0, 7.5])
    times = round(float(rng.uniform(2, 4)), 1)
    below = rng.uniform(-12, -11, 3).round(2)

    def effect(x, grad_output):
        """How many times as large the gradient gets when the upstream gradient is so."""
        return np.divide(
            answer.sigmoid_backward(x, times * grad_output), answer.sigmoid_backward(x, grad_output)
        )

    return {
        "a number": answer.sigmoid_backward(x, g),
        "a number, with upstream gradient 1": answer.sigmoid_backward(round(x / 2, 2), 1.0),
        "a multiple of the upstream gradient": attempt(effect, signs(3), np.array([1.0, 2.0, g])),
        "a vector": answer.sigmoid_backward(signs(5), upstream[0]),
        "a matrix": answer.sigmoid_backward(signs(3, 4), upstream[1]),
        "a square matrix": answer.sigmoid_backward(signs(3, 3), upstream[2]),
        "far from 0": answer.sigmoid_backward(far, rng.uniform(20, 40, 4)),
        "far below 0": answer.sigmoid_backward(below, rng.uniform(20, 40, 3)),
    }


SLOPE = "grad_output * s * sigmoid(-x)"
TEXTBOOK = "grad_output * s * (1 - s)"
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
    "The second factor has to shrink as σ(x) grows: look at its sign.",
    edits={SLOPE: "grad_output * s * (1 + s)"},
)
sigmoid_gradient.misconception(
    "double_sigmoid",
    "The sigmoid is applied twice. x is the pre-activation: one sigmoid gives the output.",
    edits={"s = sigmoid(x)": "s = sigmoid(sigmoid(x))", SLOPE: TEXTBOOK},
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


@sigmoid_gradient.oracle("central_differences")
def sigmoid_backward(x, grad_output):
    h = 1e-5
    return grad_output * (1 / (1 + np.exp(-x - h)) - 1 / (1 + np.exp(-x + h))) / (2 * h)


LOST = "a slope that 1 - σ(x) rounds to 0"


@check("2.7-bonus", points=1, bonus=True, reveal=True, atol=1e-12, weights={LOST: 3})
def sigmoid_far_out(answer, rng):
    def gradients(xs, grad_output):
        return [answer.sigmoid_backward(x, grad_output) for x in xs]

    g = round(float(rng.uniform(1.5, 4)), 2)
    middle = round(float(rng.uniform(0.5, 1.5)), 2)
    ends = np.array([[-800.0, -50.0, -middle], [middle, 50.0, 800.0]])
    return {
        "far below 0": attempt(gradients, [-800.0, -50.0, -middle], g),
        "far above 0": attempt(gradients, [800.0, 50.0, middle], g),
        "both in one array": answer.sigmoid_backward(ends, rng.uniform(1.5, 4, (2, 3))),
        LOST: attempt(gradients, rng.uniform(38, 41, 2).round(2).tolist(), 1e18),
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
    edits={"s = sigmoid(x)": "s = sigmoid(np.clip(x, -10, 10))", SLOPE: TEXTBOOK},
)
DIGITS = (
    "Far above 0 the output is rounded to 1, and the difference from 1 to 0: the small slope is lost. "
    "1 - σ(x) can be had without a subtraction."
)
sigmoid_far_out.misconception("loses_the_digits", DIGITS, edits={SLOPE: TEXTBOOK})


@sigmoid_far_out.misconception("loses_the_digits", DIGITS, form="with its own sigmoid")
def sigmoid_backward(x, grad_output):
    with np.errstate(over="ignore"):
        s = 1 / (1 + np.exp(-x))
    return grad_output * s * (1 - s)


@sigmoid_far_out.misconception("loses_the_digits", DIGITS, form="tanh of half")
def sigmoid_backward(x, grad_output):
    return grad_output * (1 - np.tanh(np.asarray(x) / 2) ** 2) / 4


@sigmoid_far_out.alternative("symmetric_exponential")
def sigmoid_backward(x, grad_output):
    e = np.exp(-np.abs(x))
    return grad_output * e / (1 + e) ** 2


@sigmoid_far_out.alternative("hyperbolic_cosine_of_half")
def sigmoid_backward(x, grad_output):
    return grad_output * (0.5 / np.cosh(np.asarray(x) / 2)) ** 2


@sigmoid_far_out.oracle("sum_of_logarithms")
def sigmoid_backward(x, grad_output):
    return grad_output * np.exp(-np.logaddexp(0, x) - np.logaddexp(0, np.negative(x)))


@sigmoid_gradient.oracle("torch_autograd")
def sigmoid_backward(x, grad_output):
    import torch

    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    torch.sigmoid(x).backward(torch.as_tensor(grad_output, dtype=torch.float64))
    return x.grad
