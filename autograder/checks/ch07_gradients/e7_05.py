"""7.5: the derivative of the binary cross-entropy by the raw output."""

import numpy as np

from autograder.check import attempt, check, written
from utils.answers import number


@check("7.5", points=3, reveal=True)
def cross_entropy(answer, rng):
    outputs = [0.4, -1.0, *rng.uniform([1.5, -4, 5, -8], [4, -1.5, 8, -5]).round(2).tolist()]

    def at_every(y, outputs):
        return [number(answer.dl_df_bce(y, f)) for f in outputs]

    def sizes(y, outputs):
        return [abs(value) for value in at_every(y, outputs)]

    def signs(y, outputs):
        values = at_every(y, outputs)
        if len(set(values)) == 1:
            raise ValueError(f"the gradient is {values[0]} at every output")
        return {f"f = {f}": (value > 0) - (value < 0) for f, value in zip(outputs, values)}

    seen = {}
    for y in (0, 1, 0.3):
        seen[f"its size, target {y}"] = attempt(sizes, y, outputs)
        seen[f"its sign, target {y}"] = attempt(signs, y, outputs)
    return seen


BCE = "return sig - y"
cross_entropy.misconception(
    "sign",
    "The sign is wrong: for the target 1 a larger output lowers the loss.",
    edits={BCE: "return y - sig"},
)
cross_entropy.misconception(
    "stops_at_dl_dsig",
    "This is the derivative by the probability. The probability depends on f, so one more factor of the "
    "chain is missing.",
    edits={BCE: "return (1 - y) / (1 - sig) - y / sig"},
)
cross_entropy.misconception(
    "stops_at_dl_dsig_and_loses_a_sign",
    "This is the derivative by the probability, where one more factor of the chain is missing; and the "
    "inner derivative of 1 − sig, which is negative, was overlooked.",
    edits={BCE: "return -(1 - y) / (1 - sig) - y / sig"},
)
cross_entropy.misconception(
    "chain_factor_twice",
    "The derivative of the sigmoid is multiplied in twice: the short form contains it already.",
    edits={BCE: "return (sig - y) * sig * (1 - sig)"},
)
cross_entropy.misconception(
    "f_taken_as_probability",
    "f is used as if it were the probability. It is the raw output; the sigmoid comes in between.",
    edits={BCE: "return f - y"},
)
cross_entropy.misconception(
    "only_positive_term",
    "Only the term with y is there. The other one, with 1 − y, counts whenever the target is not 1.",
    edits={BCE: "return -y * (1 - sig)"},
)
cross_entropy.misconception(
    "only_negative_term",
    "Only the term with 1 − y is there. The other one, with y, counts whenever the target is not 0.",
    edits={BCE: "return (1 - y) * sig"},
)
cross_entropy.misconception(
    "factor_two",
    "There is an extra factor 2: it belongs to the squared loss, and this loss has no square.",
    edits={BCE: "return 2 * (sig - y)"},
)
cross_entropy.misconception(
    "inner_signs_lost",
    "The two terms are added where one has to be subtracted: 1 − sig falls when f grows.",
    edits={BCE: "return -(1 - y) * sig - y * (1 - sig)"},
)
cross_entropy.misconception(
    "loss_itself",
    "This is the loss, not yet its derivative.",
    edits={BCE: "return -(1 - y) * np.log(1 - sig) - y * np.log(sig)"},
)


@cross_entropy.alternative("as_the_formulas_stand")
def answer():
    import math

    def dl_df_bce(y, f):
        s = 1 / (1 + math.exp(-f))
        ds = s * (1 - s)
        return -(1 - y) * -ds / (1 - s) - y * ds / s


@cross_entropy.alternative("float32")
def dl_df_bce(y, f):
    e = np.exp(np.float32(-f))
    return np.float32(1 / (1 + e) - y)


@cross_entropy.oracle("torch_autograd")
def dl_df_bce(y, f):
    import torch

    output = torch.tensor(float(f), dtype=torch.float64, requires_grad=True)
    target = torch.tensor(float(y), dtype=torch.float64)
    torch.nn.functional.binary_cross_entropy_with_logits(output, target).backward()
    return output.grad.item()


@cross_entropy.oracle("sympy")
def answer():
    import sympy

    t, z = sympy.symbols("t z")
    s = 1 / (1 + sympy.exp(-z))
    derivative = sympy.diff(-(1 - t) * sympy.log(1 - s) - t * sympy.log(s), z)

    def dl_df_bce(y, f):
        return float(derivative.subs({t: y, z: f}).evalf(30))


CONFIDENT = "confident, and wrong"


@check("7.5-bonus", points=1, bonus=True, weights={"near 0": 2, "far from 0": 1.5, CONFIDENT: 0.5})
def cross_entropy_bonus(answer, rng):
    def gradients(targets, f):
        return [number(answer.dl_df_bce(y, f)) for y in targets]

    def at(targets, f):
        """The gradients beside the output that they belong to."""
        return {f"f = {round(f, 1)}": gradients(targets, round(f, 1))}

    return {
        "near 0": attempt(gradients, [0, 1, 0.3], round(float(rng.uniform(0.5, 2)), 1)),
        "far from 0": [attempt(at, [0, 1, 0.3], f) for f in rng.uniform([720, -900], [900, -720])],
        CONFIDENT: [
            attempt(at, [0, 0.6], float(rng.uniform(40, 60))),
            attempt(at, [1, 0.6], float(rng.uniform(-60, -40))),
        ],
    }


@cross_entropy_bonus.misconception(
    "exponential_overflows",
    "The exponential of a large positive number is too large for a float, and math.exp raises an "
    "exception. Arrange the formula so that only negative numbers are exponentiated.",
)
def answer():
    import math

    def dl_df_bce(y, f):
        return 1 / (1 + math.exp(-f)) - y


@cross_entropy_bonus.misconception(
    "denominators_not_cancelled",
    "The denominators are still there, and for a confident network one of them is 0. Cancel them on "
    "paper; the computer cannot.",
)
def dl_df_bce(y, f):
    sig = (1 + np.tanh(f / 2)) / 2
    ds = sig * (1 - sig)
    return (1 - y) * ds / (1 - sig) - y * ds / sig


cross_entropy_bonus.misconception(
    "exponentials_in_both_places",
    "Numerator and denominator are both huge, and infinity divided by infinity is nan. Divide "
    "both by the exponential first.",
    edits={BCE: "return np.exp(f) / (1 + np.exp(f)) - y"},
)
cross_entropy_bonus.misconception(
    "probability_clipped",
    "The probability is kept away from 0 and 1 by force. This avoids the nan but changes the gradient; "
    "the short form needs no such help.",
    edits={BCE: "return np.clip(sig, 1e-3, 1 - 1e-3) - y"},
)


@cross_entropy_bonus.alternative("two_cases")
def answer():
    import math

    def dl_df_bce(y, f):
        e = math.exp(-abs(f))
        return (1 if f >= 0 else e) / (1 + e) - y


@cross_entropy.alternative("softplus_form")
@cross_entropy_bonus.alternative("softplus_form")
def dl_df_bce(y, f):
    return np.exp(-np.logaddexp(0, -f)) - y


@cross_entropy_bonus.oracle("high_precision")
def answer():
    from decimal import Decimal, getcontext

    getcontext().prec = 500

    def dl_df_bce(y, f):
        return float(1 / (1 + Decimal(-f).exp()) - Decimal(y))


written(
    "7.5-written",
    rubric=[
        (0.5, "The chain rule through the sigmoid is written down."),
        (0.5, "The derivative of the sigmoid, sig (1 − sig), is used."),
        (0.5, "Both denominators are seen to cancel."),
        (0.5, "The final form: the probability minus the target."),
    ],
)
