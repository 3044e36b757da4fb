"""Question 7 of the quiz: the gradient at a logit."""

import numpy as np

from autograder.check import check
from autograder.checks.ch06_networks.quiz.questions import QUESTIONS

QUESTIONS["q7"].alternative("other_factor_first", source='q7 = "dbac"')


@QUESTIONS["q7"].oracle("sympy_finds_the_false_step")
def answer():
    import sympy as sp

    p, y, z = sp.symbols("p y z")
    loss = -y * sp.log(p) - (1 - y) * sp.log(1 - p)
    s = 1 / (1 + sp.exp(-z))
    factors = {"b": (p - y) / (p * (1 - p)), "e": p - y}
    true = [name for name, term in factors.items() if sp.simplify(sp.diff(loss, p) - term) == 0]
    if sp.simplify(sp.diff(s, z) - s * (1 - s)) == 0:
        true.append("d")
    product = factors["b"] * p * (1 - p)
    q7 = true + ["a"] + (["c"] if sp.simplify(product - (p - y)) == 0 else [])


@check("q7c", points=2, reveal=True, forbid=("utils.explorers",))
def logit_gradient(answer, rng):
    import numpy as np

    z = rng.choice([-1, 1], size=6) * rng.uniform(0.3, 4, size=6)
    y = rng.permutation([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    high, low = (round(float(rng.uniform(0.4, 3)), 2) for _ in range(2))

    def size(z, y):
        found = answer.dL_dz(z, y)
        return abs(found) if hasattr(found, "__abs__") else np.abs(found)

    return {
        "a positive example": [answer.dL_dz(high, 1.0), answer.dL_dz(-low, 1.0)],
        "a negative example": [answer.dL_dz(high, 0.0), answer.dL_dz(-low, 0.0)],
        "its size, for an array of logits and labels": size(z, y),
        "its size, for labels between 0 and 1": size(z.reshape(2, 3), np.full((2, 3), 0.3)),
    }


RULE = "1 / (1 + np.exp(-z)) - y"


logit_gradient.misconception(
    "sign",
    "The sign is the wrong way round: where the prediction is too high, the derivative is positive.",
    edits={RULE: "y - 1 / (1 + np.exp(-z))"},
)


logit_gradient.misconception(
    "arguments_swapped",
    "The sigmoid is taken of the label. z is the logit; the label is a probability already.",
    edits={RULE: "1 / (1 + np.exp(-y)) - z"},
)


logit_gradient.misconception(
    "mse_chain",
    "This is the derivative of half the squared error behind a sigmoid. With the cross-entropy, the "
    "derivative of the sigmoid cancels.",
    edits={RULE: "(1 / (1 + np.exp(-z)) - y) / (1 + np.exp(-z)) / (1 + np.exp(z))"},
)


logit_gradient.misconception(
    "no_sigmoid",
    "The logit is used as if it were the prediction. The prediction is its sigmoid.",
    edits={RULE: "z - y"},
)


logit_gradient.misconception(
    "with_respect_to_the_prediction",
    "This is the derivative with respect to the prediction ŷ. Going on to z takes one more factor.",
    edits={RULE: "(1 / (1 + np.exp(-z)) - y) * (1 + np.exp(-z)) * (1 + np.exp(z))"},
)


logit_gradient.misconception(
    "forgets_the_label",
    "This is the prediction itself; the label does not appear in it.",
    edits={RULE: "1 / (1 + np.exp(-z)) - 0 * y"},
)


logit_gradient.misconception(
    "averages",
    "The derivatives are divided by the number of examples. Here every example stands for itself.",
    edits={RULE: "(1 / (1 + np.exp(-z)) - y) / np.size(z)"},
)


logit_gradient.alternative(
    "tanh", source="dL_dz = lambda z, y: 0.5 * (1 + np.tanh(np.asarray(z) / 2)) - y"
)


@logit_gradient.alternative("two_cases_in_float32")
def dL_dz(z, y):
    z, y = np.asarray(z, dtype=np.float32), np.asarray(y, dtype=np.float32)
    up, down = 1 / (1 + np.exp(-z)), 1 / (1 + np.exp(z))
    return (1 - y) * up - y * down


@logit_gradient.alternative("product_of_the_factors")
def dL_dz(z, y):
    s = np.exp(z) / (1 + np.exp(z))
    return (-y / s + (1 - y) / (1 - s)) * s * (1 - s)


@logit_gradient.oracle("torch_autograd")
def dL_dz(z, y):
    import torch

    z = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(y, dtype=torch.float64)
    torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="sum").backward()
    return z.grad


@logit_gradient.oracle("sympy")
def dL_dz(z, y):
    import sympy as sp

    t, label = sp.symbols("t label")
    s = 1 / (1 + sp.exp(-t))
    slope = sp.diff(-label * sp.log(s) - (1 - label) * sp.log(1 - s), t)
    return np.vectorize(lambda a, b: float(slope.evalf(30, subs={t: a, label: b})))(z, y)
