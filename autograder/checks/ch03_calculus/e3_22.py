"""3.22: the gradient of the logistic loss with labels -1 and +1."""

import numpy as np

from autograder.check import attempt, check, written
from autograder.checks.ch03_calculus.gradient_values import as_vector, direction

# For y = -1 the formula of the other convention shows.
WEIGHTS = {"direction, both labels": 3, "length for y = +1": 1, "length for y = -1": 2}


@check("3.22", points=3, reveal=True, weights=WEIGHTS)
def logistic(answer, rng):
    def example(n, sign):
        """Weights and an input whose product has this sign and a size between 0.4 and 2."""
        w, x = rng.uniform(0.3, 2, (2, n)) * rng.choice([-1, 1], (2, n))
        while abs(w @ x) < 0.2:
            x = rng.uniform(0.3, 2, n)
        x *= sign * np.sign(w @ x)
        return w * rng.uniform(0.4, 2) / abs(w @ x), x

    def gradients(y, look):
        """What is seen of the gradients for a label; one in another shape is shown as it is."""
        found = [(as_vector(answer.logistic_grad(w, x, y)), w) for w, x in examples]
        return [look(g) if g.shape == w.shape else g for g, w in found]

    def length(g):
        return np.sqrt(np.sum(g**2))

    examples = [example(n, sign) for n, sign in ((1, 1), (3, -1), (5, 1))]
    return {
        "direction, both labels": attempt(
            lambda: [gradients(1, direction), gradients(-1, direction)]
        ),
        "length for y = +1": attempt(gradients, 1, length),
        "length for y = -1": attempt(gradients, -1, length),
    }


RESULT, MARGIN = "-y * x / (1 + np.exp(margin))", "margin = y * (w @ x)"
logistic.misconception(
    "sign_lost",
    "The minus is lost: the loss falls as the margin grows, so the gradient is −σ(−m) y x.",
    edits={RESULT: RESULT[1:]},
)
logistic.misconception(
    "sigma_of_plus_margin",
    "σ is taken at m and belongs at −m: an example that is safely right must hardly count.",
    edits={"np.exp(margin)": "np.exp(-margin)"},
)
logistic.misconception(
    "y01_formula",
    "(σ(w·x) − y) x is the formula for labels 0 and 1. With −1 in place of 0 it is off by a whole x.",
    edits={RESULT: "(1 / (1 + np.exp(-(w @ x))) - y) * x"},
)
logistic.misconception(
    "label_missing_in_front",
    "The label stands inside σ only. The gradient of the margin is y x, so it belongs in front, too.",
    edits={RESULT: RESULT.replace("-y * x", "-x")},
)
logistic.misconception(
    "sign_and_label_missing_in_front",
    "Neither the minus nor the label stands in front: the gradient is −σ(−m) y x.",
    edits={RESULT: RESULT.replace("-y * x", "x")},
)
logistic.misconception(
    "label_missing_in_the_margin",
    "The label stands in front only. σ is taken at −m, and the margin m contains the label.",
    edits={MARGIN: "margin = w @ x"},
)
logistic.misconception(
    "label_missing_everywhere",
    "The label occurs nowhere, so both classes get the same gradient.",
    edits={MARGIN: "margin = w @ x", RESULT: RESULT.replace("-y * x", "-x")},
)
logistic.misconception(
    "gradient_in_x",
    "That is the gradient with respect to x: it is a multiple of w. The variable is w.",
    edits={RESULT: RESULT.replace("* x", "* w")},
)
logistic.misconception(
    "sigmoid_derivative",
    "σ(1 − σ) is the derivative of the sigmoid. Here a logarithm is around it, and only σ(−m) is left.",
    edits={RESULT: "-y * x * np.exp(margin) / (1 + np.exp(margin)) ** 2"},
)
logistic.misconception(
    "inner_derivative_cut_short",
    "That is the derivative of the logarithm times x. The chain rule goes on: the inner derivative of "
    "1 + e⁻ᵐ is −e⁻ᵐ y x, with a sign, an exponential and the label.",
    edits={RESULT: "x / (1 + np.exp(-margin))"},
)
logistic.misconception(
    "x_left_out",
    "That is a single number, the slope by the margin. Times the label and x it becomes the gradient.",
    edits={RESULT: "-1 / (1 + np.exp(margin))"},
)
logistic.misconception(
    "x_left_out",
    "That is a single number, without x. The gradient has an entry for every weight.",
    edits={RESULT: "-y / (1 + np.exp(margin))"},
    form="with the label",
)
logistic.misconception(
    "loss_instead_of_gradient",
    "That is the loss, a single number. Its gradient has an entry for every weight.",
    edits={RESULT: "np.log(1 + np.exp(-margin))"},
)


@logistic.alternative("two_cases_and_lists")
def logistic_grad(w, x, y):
    import math

    product = sum(w_i * x_i for w_i, x_i in zip(w, x))
    p = 1 / (1 + math.exp(-product))  # of the label +1
    return [(p - 1) * x_i if y == 1 else p * x_i for x_i in x]


@logistic.alternative("labels_zero_and_one_in_float32")
def logistic_grad(w, x, y):
    t = (y + 1) / 2
    sigma = (1 + np.tanh(np.dot(w, x) / 2)) / 2
    return np.float32(sigma - t) * x.astype(np.float32)


@logistic.alternative("sympy_matrix")
def logistic_grad(w, x, y):
    from sympy import Matrix, exp

    margin = y * Matrix(w).dot(Matrix(x))
    return -y * exp(-margin) / (1 + exp(-margin)) * Matrix(x)


@logistic.oracle("torch_autograd")
def logistic_grad(w, x, y):
    import torch

    w = torch.tensor(w, requires_grad=True)
    torch.nn.functional.softplus(-y * (w @ torch.tensor(x))).backward()
    return w.grad


@logistic.oracle("differences_of_the_loss")
def logistic_grad(w, x, y):
    loss = lambda w: np.logaddexp(0, -y * (w @ x))
    return [(loss(w + 1e-6 * e) - loss(w - 1e-6 * e)) / 2e-6 for e in np.eye(len(w))]


written(
    "3.22-written",
    rubric=[
        (0.5, "The chain rule through the margin, with −σ(−m) as its first factor."),
        (0.5, "Says where the label in front comes from."),
        (0.5, "A step against the gradient makes the margin of the example larger."),
        (0.5, "Examples that are badly wrong count most, those that are safely right hardly."),
    ],
)
