"""6.16: what rounding does to the cross-entropy, and the loss that takes logits."""

import numpy as np

from autograder.check import attempt, check, numbers, written
from autograder.checks.ch06_networks.as_numbers import as_number
from autograder.checks.ch06_networks.off_limits import TORCH

rounding = numbers(
    "6.16a",
    points=2,
    right={
        "first_float32": 17, "first_float64": 37,
        "true_loss": 20, "true_slope": 1, "torch_loss": 100, "torch_slope": 0,
    },
    ideas={
        "rounds_down": (
            "At that whole number the sigmoid is still below 1, by one unit in the last place.",
            {"first_float32": 16, "first_float64": 36},
            {"first_float32": 16},
            {"first_float64": 36},
        ),
        "overflow_of_the_exponential": (
            "From there on an exponential overflows. The sigmoid is rounded to 1 much earlier: as soon as "
            "e^(−z) is too small to change 1.",
            {"first_float32": 89, "first_float64": 710},
        ),
        "one_digit_too_many": (
            "One binary digit too many: adding half of the last digit's value is rounded to the even "
            "neighbour, here to 1.",
            {"first_float32": 18, "first_float64": 38},
            {"first_float32": 18},
            {"first_float64": 38},
        ),
        "precisions_exchanged": (
            "The two precisions are exchanged: with more digits the sigmoid stays below 1 for longer.",
            {"first_float32": 37, "first_float64": 17},
        ),
        "believes_pytorch_is_exact": (
            "Run the cell with z = 20: what PyTorch says is not what mathematics says.",
            {"torch_loss": 20, "torch_slope": 1},
            {"torch_slope": 1},
        ),
        "takes_pytorch_for_the_truth": (
            "That is what the cell prints. The true loss is log(1 + e^z), which is close to z itself for a "
            "large z.",
            {"true_loss": 100, "true_slope": 0},
            {"true_loss": 100},
            {"true_slope": 0},
        ),
        "label_one": (
            "That belongs to the label 1, with which z = 20 is right. With the label 0 it is far wrong.",
            {"true_loss": (2.0612e-9, 0), "true_slope": (-2.0612e-9, 0)},
            {"true_loss": (2.0612e-9, 0)},
        ),
        "slope_with_the_wrong_sign": (
            "The loss of the label 0 grows with z, so its slope is positive.",
            {"true_slope": -1},
        ),
    },
)  # fmt: skip


@rounding.oracle("tried_out")
def answer():
    import torch

    def first(dtype):
        sizes = torch.arange(1, 100, dtype=dtype)
        return int(sizes[torch.sigmoid(sizes) == 1][0])

    first_float32, first_float64 = first(torch.float32), first(torch.float64)
    z = torch.tensor(20.0, dtype=torch.float64, requires_grad=True)
    loss = torch.nn.functional.softplus(z)
    loss.backward()
    true_loss, true_slope = loss.item(), z.grad.item()
    z = torch.tensor(20.0, requires_grad=True)
    loss = torch.nn.functional.binary_cross_entropy(torch.sigmoid(z), torch.tensor(0.0))
    loss.backward()
    torch_loss, torch_slope = loss.item(), z.grad.item()


FAR = "the loss of logits up to ±1000"
FAR_GRADIENT = "the gradient of logits up to ±1000"


@check("6.16", points=4, reveal=True, weights={FAR: 3}, forbid=(*TORCH, "scipy", "sklearn"))
def with_logits(answer, rng):
    def loss(*batches):
        return [as_number(answer.bce_with_logits(z, y)) for z, y in batches]

    def gradient(*batches):
        return [answer.bce_with_logits_gradient(z, y) for z, y in batches]

    def logits(n, low=0.2, high=4):
        """Of both signs, in a random order."""
        return rng.permutation(np.arange(n) % 2 * 2 - 1) * rng.uniform(low, high, n)

    def labels(z, share):
        """Zeros and ones, of which this share agrees with the sign of z."""
        right = rng.permutation(np.arange(len(z)) < share * len(z))
        return ((z > 0) == right).astype(float)

    hard, soft, far = logits(8), logits(6), logits(6, 300, 1000)
    of_hard, of_soft = (hard, labels(hard, 0.5)), (soft, rng.uniform(0.1, 0.9, 6))
    sure, soft_far = (far, labels(far, 0.5)), (logits(4, 300, 1000), rng.uniform(0.1, 0.9, 4))
    return {
        "the loss": attempt(loss, of_hard),
        "the loss with soft labels": attempt(loss, of_soft),
        FAR: attempt(loss, sure, soft_far),
        "the gradient": attempt(gradient, of_hard),
        "the gradient with soft labels": attempt(gradient, of_soft),
        FAR_GRADIENT: attempt(gradient, sure, soft_far),
    }


LOSSES = "np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))"
SIGMA = "p = 0.5 * (1 + np.tanh(z / 2))"
SLOPE = "(p - y) / len(z)"
with_logits.misconception(
    "log_of_sigmoid",
    "The probability is rounded to 0 or 1 before its logarithm is taken, and then the loss is infinite or "
    "no number. Use the formula with |z|.",
    edits={
        LOSSES: "-y * np.log(1 / (1 + np.exp(-z))) - (1 - y) * np.log(1 - 1 / (1 + np.exp(-z)))"
    },
)
with_logits.misconception(
    "clipped_probabilities",
    "Stopping the probability at a tiny number makes the loss finite, and wrong: a logit of 1000 on the "
    "wrong side has the loss 1000, not 28.",
    edits={
        LOSSES: (
            "-y * np.log(np.clip(1 / (1 + np.exp(-z)), 1e-12, 1 - 1e-12)) "
            "- (1 - y) * np.log(1 - np.clip(1 / (1 + np.exp(-z)), 1e-12, 1 - 1e-12))"
        )
    },
)
with_logits.misconception(
    "abs_missing",
    "The exponent is −z in place of −|z|. For a negative z the formula is another one then, and it "
    "overflows.",
    edits={LOSSES: "np.maximum(z, 0) - z * y + np.log1p(np.exp(-z))"},
)
with_logits.misconception(
    "sign_of_zy",
    "The term z·y is added. It is subtracted: a large logit is good where the label is 1.",
    edits={LOSSES: "np.maximum(z, 0) + z * y + np.log1p(np.exp(-np.abs(z)))"},
)
with_logits.misconception(
    "sum_not_mean",
    "The losses of the batch are added up. The exercise asks for their mean.",
    edits={"np.mean(losses)": "np.sum(losses)"},
)
with_logits.misconception(
    "gradient_without_one_over_n",
    "The gradient is that of the sum. The loss is a mean over n rows, so its gradient has the factor 1/n.",
    edits={SLOPE: "p - y"},
)
with_logits.misconception(
    "max_missing",
    "z stands where max(z, 0) belongs, which is right for positive logits only.",
    edits={LOSSES: "z - z * y + np.log1p(np.exp(-np.abs(z)))"},
)
with_logits.misconception(
    "y_minus_p",
    "The sign of the gradient is exchanged: where the probability is too large, the loss grows with the "
    "logit.",
    edits={SLOPE: "(y - p) / len(z)"},
)
with_logits.misconception(
    "gradient_through_the_probability",
    "The derivative by p has p (1 − p) below the fraction, which is 0 for a large logit. By the logit it "
    "cancels: what remains is p − y.",
    edits={SLOPE: "(p - y) / (p * (1 - p)) * (p * (1 - p)) / len(z)"},
)
with_logits.misconception(
    "sigmoid_derivative_once_more",
    "p − y is the derivative by the logit already. The factor p (1 − p) is one derivative too many.",
    edits={SLOPE: "(p - y) * p * (1 - p) / len(z)"},
)
with_logits.misconception(
    "hard_labels_only",
    "The labels are rounded to 0 and 1. The formula holds for every y between them.",
    edits={LOSSES: LOSSES.replace("z * y", "z * (y >= 0.5)"), SLOPE: "(p - (y >= 0.5)) / len(z)"},
)


@with_logits.alternative("logarithm_of_a_sum")
def answer():
    def bce_with_logits(z, y):
        return np.mean(np.logaddexp(0, z) - z * y)

    def bce_with_logits_gradient(z, y):
        return np.exp(-np.logaddexp(0, -z)) / len(y) - y / len(y)


@with_logits.alternative("case_by_case_in_lists")
def answer():
    import math

    def one(z, y):
        if z >= 0:
            return z - z * y + math.log1p(math.exp(-z))
        return math.log1p(math.exp(z)) - z * y

    def probability(z):
        return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))

    def bce_with_logits(z, y):
        return sum(map(one, z, y)) / len(z)

    def bce_with_logits_gradient(z, y):
        return [(probability(z_i) - y_i) / len(z) for z_i, y_i in zip(z, y)]


@with_logits.alternative("weighted_by_the_label_in_float32")
def answer():
    def bce_with_logits(z, y):
        z, y = np.float32(z), np.float32(y)
        softplus = lambda u: np.maximum(u, 0) + np.log1p(np.exp(-np.abs(u)))
        return np.array([np.average(y * softplus(-z) + (1 - y) * softplus(z))])

    def bce_with_logits_gradient(z, y):
        with np.errstate(over="ignore"):
            return np.float32(1 / (1 + np.exp(-z)) - y) / z.size


@with_logits.oracle("torch")
def answer():
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    def bce_with_logits(z, y):
        return binary_cross_entropy_with_logits(torch.tensor(z), torch.tensor(y)).item()

    def bce_with_logits_gradient(z, y):
        z = torch.tensor(z, requires_grad=True)
        binary_cross_entropy_with_logits(z, torch.tensor(y)).backward()
        return z.grad


written(
    "6.16-written",
    rubric=[
        (
            0.5,
            "Names the saturation: the sigmoid is rounded to 0 or 1, and a logarithm of 0 is needed.",
        ),
        (0.5, "Says for which z and y: large and on the wrong side."),
        (0.5, "Derives the formula for both signs of z."),
        (0.5, "Says what it avoids: no probability is rounded, no exponent is positive."),
    ],
)
