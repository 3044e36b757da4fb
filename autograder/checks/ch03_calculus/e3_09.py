"""3.9: the gradient of log(1 + exp(a·x))."""

import numpy as np

from autograder.check import attempt, check


@check("3.9", points=3, reveal=True)
def gradient(answer, rng):
    def case(n, u):
        """a and x with a·x = u."""
        a = rng.choice([-1, 1], n) * rng.uniform(0.5, 2, n)
        x = rng.normal(size=n)
        x[-1] += (u - a @ x) / a[-1]
        return a, x

    return {
        "n = 4, a·x positive": attempt(answer.grad_softplus, *case(4, rng.uniform(0.8, 2))),
        "n = 3, a·x negative": attempt(answer.grad_softplus, *case(3, -rng.uniform(0.8, 2))),
        "n = 1": attempt(answer.grad_softplus, *case(1, -rng.uniform(0.8, 2))),
        "at x = 0": attempt(answer.grad_softplus, case(3, 1.0)[0], np.zeros(3)),
    }


SLOPE, PRODUCT = "1 / (1 + np.exp(-(a @ x)))", "slope * a"
for name, sentence, edits in (
    (
        "scalar_sigma_only",
        "That is a single number, the slope by u. The inner derivative, of a·x by x, is missing.",
        {PRODUCT: "slope"},
    ),
    (
        "elementwise_product",
        "a * x keeps the products apart. In a·x they are added up, and the sum goes into the exponential.",
        {SLOPE: "1 / (1 + np.exp(-(a * x)))"},
    ),
    (
        "one_minus_sigma",
        "That is 1 − σ(u), or 1/(1 + eᵘ): the derivative of 1 + eᵘ, which belongs on top of "
        "the fraction, is missing.",
        {SLOPE: "1 / (1 + np.exp(a @ x))"},
    ),
    (
        "gradient_in_a",
        "That is the gradient by a. Here x changes, and the inner derivative of a·x by x is a.",
        {PRODUCT: "slope * x"},
    ),
    (
        "no_inner_derivative_of_exp",
        "Every entry is the same number: the derivative of e to the a·x brings the factor a, entry by entry.",
        {PRODUCT: "slope * np.ones(len(a))"},
    ),
    (
        "numerator_one",
        "That is the derivative of the logarithm alone. What is inside has a derivative, too.",
        {"slope = " + SLOPE: "slope = 1 / (1 + np.exp(a @ x))", PRODUCT: "slope"},
    ),
    (
        "sigmoid_derivative",
        "The slope was differentiated once more: σ(1 − σ) belongs to the second derivative.",
        {PRODUCT: "slope * (1 - slope) * a"},
    ),
    (
        "value_not_gradient",
        "That is the value of the function, not its gradient.",
        {PRODUCT: "-np.log(1 - slope)"},
    ),
    (
        "logarithm_not_differentiated",
        "That is the gradient of the exponential. The logarithm outside divides it by 1 + e to the a·x.",
        {SLOPE: "np.exp(a @ x)"},
    ),
    (
        "sign_lost",
        "The sign is the other way round: where a·x grows, the function grows.",
        {PRODUCT: "-slope * a"},
    ),
):  # fmt: skip
    gradient.misconception(name, sentence, edits=edits)


@gradient.alternative("loops")
def grad_softplus(a, x):
    import math

    u = sum(a_i * x_i for a_i, x_i in zip(a, x))
    return [math.exp(u) / (1 + math.exp(u)) * a_i for a_i in a]


gradient.alternative("tanh", edits={SLOPE: "(1 + np.tanh(a @ x / 2)) / 2"})
gradient.alternative("float32", edits={PRODUCT: "(a * slope).astype(np.float32)"})


@gradient.oracle("differences_of_the_function")
def grad_softplus(a, x):
    def value(x):
        return np.log1p(np.exp(a @ x))

    h = 1e-5
    return [(value(x + step) - value(x - step)) / (2 * h) for step in h * np.eye(len(x))]


@gradient.oracle("torch_autograd")
def grad_softplus(a, x):
    import torch

    z = torch.tensor(x, requires_grad=True)
    torch.nn.functional.softplus(torch.tensor(a) @ z).backward()
    return z.grad
