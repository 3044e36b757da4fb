"""Question 17 of the quiz: where nan comes from."""

from autograder.check import attempt, check, written
from autograder.checks.ch06_networks.quiz.questions import QUESTIONS
from utils.answers import number


@QUESTIONS["q17"].oracle("tried_in_floating_point")
def answer():
    import numpy as np

    with np.errstate(all="ignore"):
        z = np.array([1000.0, 0.0])
        huge = np.float64(1e308) * 10
        tried = {
            "a": np.float64(0) * np.log(np.float64(0)),
            "b": np.exp(z) / np.exp(z).sum(),
            "c": 1 / (1 + np.exp(1000.0)),
            "d": huge - huge,
            "e": np.array([1.0, np.nan]).mean(),
        }

    def descend(lr, forget):
        weight, gradient, velocity = 1.0, 0.0, 0.0
        with np.errstate(all="ignore"):
            for _ in range(4000):
                gradient = weight**3 + forget * gradient  # the loss is weight⁴/4
                velocity = 0.9 * velocity + gradient
                weight = np.float64(weight - lr * velocity)
        return weight

    tried["f"] = descend(1e-6, False)
    assert np.isfinite(descend(0.01, False))
    tried["g"] = descend(0.01, True)
    q17 = {letter for letter, value in tried.items() if np.isnan(value).any()}


WEIGHTS = {f"z = {z} and label {y}": 1.5 for z in (800, -800) for y in (0, 1)}


@check("q17c", points=2, weights=WEIGHTS, forbid=("utils.explorers",))
def stable(answer, rng):
    def loss(z, y):
        return number(answer.stable_bce(z, y))

    def at(z, y):
        """The loss beside the logit that it belongs to, and at a moderate one: it is no constant."""
        return {f"z = {one}": loss(one, y) for one in (z, -low)}

    high, low = (round(float(rng.uniform(0.4, 4)), 2) for _ in range(2))
    beyond = round(float(rng.uniform(720, 900)), 1)
    far = round(float(rng.uniform(22, 27)), 1)
    return {
        "moderate logits, label 1": [attempt(loss, high, 1), attempt(loss, -low, 1)],
        "moderate logits, label 0": [attempt(loss, high, 0), attempt(loss, -low, 0)],
        "confident and wrong": [attempt(loss, -far, 1), attempt(loss, far, 0)],
        "z = 800 and label 1": attempt(at, beyond, 1),
        "z = 800 and label 0": attempt(at, beyond, 0),
        "z = -800 and label 1": attempt(at, -beyond, 1),
        "z = -800 and label 0": attempt(at, -beyond, 0),
    }


STABLE = "return max(z, 0.0) - z * y + np.log1p(np.exp(-abs(z)))"


SIGMOID = "with np.errstate(all='ignore'):\n        s = 1 / (1 + np.exp(-np.float64(z)))\n"


stable.misconception(
    "naive",
    "The sigmoid is computed first, and then its logarithm. Far out it rounds to 0 or 1, and the "
    "logarithm of 0 is -∞. Simplify on paper before computing.",
    edits={STABLE: f"{SIGMOID}        return -y * np.log(s) - (1 - y) * np.log(1 - s)"},
)


stable.misconception(
    "naive",
    "The sigmoid is computed first, and then its logarithm. Far out it rounds to 0 or 1, and the "
    "logarithm of 0 is -∞. Simplify on paper before computing.",
    edits={STABLE: f"{SIGMOID}        return -np.log(s) if y == 1 else -np.log(1 - s)"},
    form="by cases",
)


stable.misconception(
    "naive",
    "The sigmoid is computed first, and then its logarithm. Far out it rounds to 0 or 1, and the "
    "logarithm of 0 does not exist. Simplify on paper before computing.",
    edits={
        STABLE: "import math\n    s = 1 / (1 + math.exp(-z))\n"
        "    return -y * math.log(s) - (1 - y) * math.log(1 - s)"
    },
    form="math",
)


stable.misconception(
    "clipped",
    "Clipping gives every point far out one and the same loss: a confident mistake no longer costs "
    "what it should, and its gradient becomes 0.",
    edits={
        STABLE: f"{SIGMOID}        s = np.clip(s, 1e-7, 1 - 1e-7)\n"
        "        return -y * np.log(s) - (1 - y) * np.log(1 - s)"
    },
)


stable.misconception(
    "clipped",
    "A small number inside the logarithm gives all points far out nearly the same loss: a confident "
    "mistake no longer costs what it should.",
    edits={
        STABLE: f"{SIGMOID}        return -y * np.log(s + 1e-8) - (1 - y) * np.log(1 - s + 1e-8)"
    },
    form="epsilon",
)


stable.misconception(
    "sign_of_zy",
    "The sign of z·y is wrong: a large logit for label 1 has to make the loss small.",
    edits={"- z * y": "+ z * y"},
)


stable.misconception(
    "log1p_overflow",
    "exp gets large positive numbers and overflows. Rearrange so that it only gets numbers below 0.",
    edits={
        STABLE: "with np.errstate(all='ignore'):\n"
        "        return np.log1p(np.exp(np.float64(z))) - z * y"
    },
)


stable.misconception(
    "log1p_overflow",
    "exp gets large positive numbers and overflows. Rearrange so that it only gets numbers below 0.",
    edits={STABLE: "import math\n    return math.log1p(math.exp(z)) - z * y"},
    form="math",
)


stable.misconception(
    "nan_to_num",
    "nan_to_num replaces NaN and infinity by numbers of its own, which are not the loss. Find a formula "
    "in which they do not arise.",
    edits={
        STABLE: f"{SIGMOID}        return np.nan_to_num(-y * np.log(s) - (1 - y) * np.log(1 - s))"
    },
)


stable.misconception(
    "forgets_the_max",
    "The logarithm of 1 + exp(-|z|) alone is small for every large |z|. What was taken out of the "
    "bracket has to be added again where z is above 0.",
    edits={"max(z, 0.0) - z * y": "-z * y"},
)


@stable.alternative("two_cases")
def stable_bce(z, y):
    import math

    if z >= 0:
        return z * (1 - y) + math.log1p(math.exp(-z))
    return -z * y + math.log1p(math.exp(z))


stable.alternative(
    "logaddexp", source="stable_bce = lambda z, y: np.logaddexp(0, z) - y * np.float64(z)"
)


@stable.alternative("torch_softplus")
def stable_bce(z, y):
    import torch

    return torch.nn.functional.softplus(torch.tensor(-z if y else z, dtype=torch.float64)).item()


@stable.oracle("mpmath")
def stable_bce(z, y):
    import mpmath

    with mpmath.workdps(800):
        s = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
        return float(-y * mpmath.log(s) - (1 - y) * mpmath.log(1 - s))


@stable.oracle("torch_bce_with_logits")
def stable_bce(z, y):
    import torch

    z, y = torch.tensor(z, dtype=torch.float64), torch.tensor(float(y), dtype=torch.float64)
    return torch.nn.functional.binary_cross_entropy_with_logits(z, y).item()


written(
    "q17-written",
    rubric=[
        (
            0.5,
            "three causes that are really different (a large learning rate and large steps are one)",
        ),
        (1, "for each of them something to look at, not a remedy"),
        (0.5, "what that look would show, so that the causes can be told apart"),
    ],
)
