"""6.8: softmax, its Jacobian, and the cross-entropy of logits."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch06_networks.as_numbers import as_number
from autograder.checks.ch06_networks.off_limits import TORCH

FROM_SCRATCH = (*TORCH, "scipy", "sklearn")
LARGE, FAR_APART = "logits near 900", "rows far apart from each other"


def stable_softmax(z):
    """Softmax over the last axis, for the parts that build on it."""
    powers = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return powers / np.sum(powers, axis=-1, keepdims=True)


@check("6.8", points=2, reveal=True, weights={FAR_APART: 2}, forbid=FROM_SCRATCH)
def softmax(answer, rng):
    def logits(*shape):
        return 1.5 * rng.normal(size=shape)

    levels = rng.permutation([1000.0, -1000.0, 0.0])[:, None]
    return {
        "a vector": answer.softmax(logits(5)),
        "a batch": answer.softmax(logits(6, 4)),
        "as many rows as classes": answer.softmax(logits(4, 4)),
        LARGE: answer.softmax(logits(4) + 900),
        FAR_APART: answer.softmax(logits(3, 4) + levels),
    }


MAXIMUM = "np.exp(z - z.max(axis=-1, keepdims=True))"
SUM = "powers.sum(axis=-1, keepdims=True)"
softmax.misconception(
    "overflow",
    "e to the power 900 is more than a float can hold. Subtract the largest logit of the row first: that "
    "changes no probability.",
    edits={MAXIMUM: "np.exp(z)"},
)
softmax.misconception(
    "global_maximum",
    "The largest logit of the whole batch is subtracted. A row far below it becomes 0 divided by 0: every "
    "row needs its own maximum.",
    edits={MAXIMUM: "np.exp(z - z.max())"},
)
softmax.misconception(
    "normalised_over_the_batch",
    "Here the columns of a batch add up to 1. An example is a row, so it is the rows that must do so.",
    edits={
        MAXIMUM: "np.exp(z - z.max(axis=0, keepdims=True))",
        SUM: "powers.sum(axis=0, keepdims=True)",
    },
)
softmax.misconception(
    "normalised_over_the_batch",
    "The sum is taken over the rows of a batch. It belongs to one row: sum along the last axis.",
    edits={SUM: "powers.sum(axis=0)"},
    form="sum only",
)
softmax.misconception(
    "maximum_of_every_column",
    "The maximum is taken for every class over the batch, so different numbers are subtracted from the "
    "logits of one row, and its probabilities change. Take the maximum of the row.",
    edits={MAXIMUM: "np.exp(z - z.max(axis=0, keepdims=True))"},
)
softmax.misconception(
    "global_sum",
    "All probabilities of the batch together add up to 1. Every row is a distribution of its own.",
    edits={SUM: "powers.sum()"},
)
softmax.misconception(
    "no_keepdims",
    "Without keepdims the sums of the rows have the shape (n,), and NumPy lines them up with the columns.",
    edits={SUM: "powers.sum(axis=-1)"},
)
softmax.misconception(
    "in_place",
    "softmax overwrites the logits that it is given. Make a new array: the caller still needs them.",
    edits={
        "powers = np.exp(z - z.max(axis=-1, keepdims=True))": (
            "z -= z.max(axis=-1, keepdims=True)\n    powers = np.exp(z)"
        )
    },
)
softmax.misconception(
    "not_normalised",
    "These are the exponentials alone. Divide by their sum, so that a row adds up to 1.",
    edits={f"powers / {SUM}": "powers"},
)
softmax.misconception(
    "sigmoids_instead",
    "That is the sigmoid of every logit. The probabilities of a row have to share the sum 1.",
    edits={f"powers / {SUM}": "0.5 * (1 + np.tanh(z / 2))"},
)


@softmax.alternative("row_by_row")
def softmax(z):
    if z.ndim == 2:
        return [softmax(row) for row in z]
    top = max(z)
    powers = [np.exp(number - top) for number in z]
    return [power / sum(powers) for power in powers]


@softmax.alternative("logarithm_of_the_sum_in_float32")
def softmax(z):
    log_sum = np.logaddexp.reduce(z, axis=-1)
    return np.exp((z.T - log_sum).T).astype(np.float32)


@softmax.oracle("torch_softmax")
def softmax(z):
    import torch

    return torch.softmax(torch.tensor(z), dim=-1)


@check("6.8a", points=2, reveal=True, forbid=FROM_SCRATCH)
def jacobian(answer, rng):
    softmax_jacobian = answer.with_given("softmax_jacobian", softmax=stable_softmax)
    few, many, far = (rng.normal(size=size) for size in (2, 5, 4))
    return {
        "two classes": softmax_jacobian(few),
        "five classes": softmax_jacobian(many),
        "logits near 800": softmax_jacobian(far + 800),
    }


DIFFERENCE = "np.diag(p) - np.outer(p, p)"
jacobian.misconception(
    "diagonal_only",
    "Only the diagonal is there. A logit changes the other probabilities as well: they share the sum 1.",
    edits={DIFFERENCE: "np.diag(p * (1 - p))"},
)
jacobian.misconception(
    "vector_like_sigmoid",
    "p (1 − p) is the derivative of a sigmoid, number by number. Softmax has a derivative for each pair of a "
    "probability and a logit: a matrix.",
    edits={DIFFERENCE: "p * (1 - p)"},
)
jacobian.misconception(
    "sign_flipped",
    "The signs are exchanged: a larger logit makes its own probability larger, so the diagonal is positive.",
    edits={DIFFERENCE: "np.outer(p, p) - np.diag(p)"},
)
jacobian.misconception(
    "outer_of_logits",
    "The outer product is made of the logits. In p_i p_j both factors are probabilities.",
    edits={DIFFERENCE: "np.diag(p) - np.outer(z, z)"},
)
jacobian.misconception(
    "one_minus_p_everywhere",
    "p_i (1 − p_j) holds on the diagonal only. For another logit the 1 is missing, because e^(z_i) does not "
    "contain it: −p_i p_j.",
    edits={DIFFERENCE: "np.outer(p, 1 - p)"},
)
jacobian.misconception(
    "diagonal_without_the_product",
    "The diagonal should be p_i − p_i². Its second term comes from the sum below the fraction, which "
    "contains every logit.",
    edits={DIFFERENCE: "np.diag(p) - np.outer(p, p) + np.diag(p**2)"},
)
jacobian.misconception(
    "plus_off_the_diagonal",
    "Outside of the diagonal the sign is a minus: what one class gains, the others lose.",
    edits={DIFFERENCE: "np.where(np.eye(len(p)), p * (1 - p), np.outer(p, p))"},
)


@jacobian.alternative("loops")
def softmax_jacobian(z):
    p = softmax(z)
    size = len(p)
    return [[p[i] * ((i == j) - p[j]) for j in range(size)] for i in range(size)]


@jacobian.alternative("broadcasting_in_float32")
def softmax_jacobian(z):
    p = softmax(z).astype(np.float32)
    return p[:, None] * (np.eye(len(p), dtype=np.float32) - p[None, :])


@jacobian.alternative("without_the_own_softmax")
def softmax_jacobian(z):
    p = np.exp(z - np.logaddexp.reduce(z))
    J = -np.outer(p, p)
    J[np.diag_indices(len(p))] += p
    return J


@jacobian.oracle("torch_jacobian")
def softmax_jacobian(z):
    import torch

    return torch.autograd.functional.jacobian(lambda z: torch.softmax(z, dim=0), torch.tensor(z))


LOSS, GRADIENT = "the mean loss", "the gradient"
FINITE, GRADIENT_FAR = "the loss of sure and wrong logits", "the gradient of sure and wrong logits"


def one_hot(labels, size):
    """Rows with a 1 at the label, (n, size)."""
    return np.eye(size)[labels]


@check("6.8b", points=2, reveal=True, weights={FINITE: 2}, forbid=FROM_SCRATCH)
def cross_entropy(answer, rng):
    both = answer.with_given("softmax_cross_entropy", softmax=stable_softmax)

    def loss(*batch):
        return as_number(list(both(*batch))[0])

    def gradient(*batch):
        return list(both(*batch))[1]

    def batch(n, size):
        return 1.5 * rng.normal(size=(n, size)), one_hot(rng.integers(size, size=n), size)

    def finite_out_there(sure, ordinary):
        """Whether it is a large number, and the loss of an ordinary batch: no constant is both."""
        found = loss(*sure)
        return {
            "finite and above 5": bool(np.isfinite(found) and found > 5),
            "loss of another batch": loss(*ordinary),
        }

    tall, wide = batch(6, 3), batch(3, 5)
    levels = rng.permutation([900.0, 0.0, -900.0])
    sure = levels + rng.normal(size=(2, 3)), one_hot([int(levels.argmin())] * 2, 3)
    return {
        LOSS: [attempt(loss, *tall), attempt(loss, *wide)],
        GRADIENT: [attempt(gradient, *tall), attempt(gradient, *wide)],
        FINITE: attempt(finite_out_there, sure, batch(4, 3)),
        GRADIENT_FAR: attempt(gradient, *sure),
    }


MEAN, SLOPE = "float(-np.sum(Y * log_P) / n)", "(np.exp(log_P) - Y) / n"
cross_entropy.misconception(
    "missing_one_over_n",
    "The gradient is that of the sum. The loss is a mean over the batch, so its gradient has the factor 1/n.",
    edits={SLOPE: "np.exp(log_P) - Y"},
)
cross_entropy.misconception(
    "mean_over_all_entries",
    "The mean is taken over all n·K numbers. There is one loss for each row: divide by n only.",
    edits={MEAN: "float(-np.mean(Y * log_P))", SLOPE: "(np.exp(log_P) - Y) / Y.size"},
)
cross_entropy.misconception(
    "mean_over_all_entries",
    "The loss is divided by n·K. There is one loss for each row, and there are n rows.",
    edits={MEAN: "float(-np.mean(Y * log_P))"},
    form="loss",
)
cross_entropy.misconception(
    "y_minus_p",
    "The sign is exchanged: where the probability is too large, the loss falls when the logit falls, so the "
    "gradient is P − Y.",
    edits={SLOPE: "(Y - np.exp(log_P)) / n"},
)
cross_entropy.misconception(
    "log_of_zero",
    "A probability has underflowed to 0, and its logarithm is −∞. Compute the logarithm from the logits, or "
    "keep the probability a little above 0.",
    edits={
        MEAN: "float(np.sum(-np.log(np.exp(log_P)[Y == 1])) / n)",
    },
)
cross_entropy.misconception(
    "log_of_zero",
    "0 times the logarithm of 0 is no number. Compute the logarithm from the logits, or keep the "
    "probability a little above 0.",
    edits={MEAN: "float(-np.sum(Y * np.log(np.exp(log_P))) / n)"},
    form="times zero",
)
cross_entropy.misconception(
    "overflow",
    "A power of e overflows when a logit is large. Subtract the largest logit of every row first.",
    edits={"Z - Z.max(axis=1, keepdims=True)": "Z"},
)
cross_entropy.misconception(
    "gradient_wrt_probabilities",
    "−Y/P is the gradient by the probabilities. It still has to pass through softmax, to the logits.",
    edits={SLOPE: "-Y / np.exp(log_P) / n"},
)
cross_entropy.misconception(
    "binary_cross_entropy_per_class",
    "That is a binary cross-entropy for every class. With softmax only the logarithm of the right class "
    "counts.",
    edits={
        MEAN: (
            "float(-np.sum(Y * log_P + (1 - Y) * np.log1p(-np.minimum(np.exp(log_P), 1 - 1e-12))) / n)"
        )
    },
)
cross_entropy.misconception(
    "sum_not_mean",
    "The losses of the batch are added up. The exercise asks for their mean.",
    edits={MEAN: "float(-np.sum(Y * log_P))"},
)
cross_entropy.misconception(
    "only_the_right_class",
    "The gradient is 0 for the wrong classes here. Their probabilities are too large, so their logits have "
    "to move, too.",
    edits={SLOPE: "Y * (np.exp(log_P) - Y) / n"},
)


@cross_entropy.alternative("clipped_probabilities")
def softmax_cross_entropy(Z, Y):
    P = softmax(Z)
    loss = -np.mean(np.log(np.clip(P[Y == 1], 1e-12, None)))
    return loss, (P - Y) / len(Y)


@cross_entropy.alternative("row_by_row")
def softmax_cross_entropy(Z, Y):
    total, gradient = 0.0, []
    for z, y in zip(Z, Y):
        log_sum = np.logaddexp.reduce(z)
        total += log_sum - z @ y
        gradient.append([(np.exp(z_k - log_sum) - y_k) / len(Z) for z_k, y_k in zip(z, y)])
    return [np.array([total / len(Z)]), gradient]


@cross_entropy.alternative("jacobian_in_float32")
def softmax_cross_entropy(Z, Y):
    P = softmax(Z)
    J = P[:, :, None] * (np.eye(Z.shape[1]) - P[:, None, :])
    safe = np.maximum(P, 1e-30)
    gradient = np.einsum("nj,njk->nk", -Y / safe, J)
    exact = np.where((P * Y).sum(axis=1, keepdims=True) > 1e-20, gradient, P - Y)
    return np.float32(-np.log((safe * Y).sum(axis=1)).mean()), np.float32(exact / len(Z))


@cross_entropy.oracle("torch_cross_entropy")
def softmax_cross_entropy(Z, Y):
    import torch

    Z = torch.tensor(Z, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(Z, torch.tensor(Y))
    loss.backward()
    return loss.item(), Z.grad
