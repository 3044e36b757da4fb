"""3.33b: the mean cross-entropy of logits with integer labels; its bonus: very large logits."""

from functools import partial

import numpy as np

from autograder.check import attempt, check, tried, written
from autograder.checks.ch03_calculus.own_tensor import OFF_LIMITS, backward_from_one

# Out of 100. Half is for what neither the mean nor a sign can change: the proportions of the gradient.
WEIGHTS = {
    "one picture: the loss": 14,
    "one picture: the gradient": 14,
    "several pictures: the loss": 11,
    "several pictures: the gradient": 11,
    "several pictures: the proportions of the gradient": 24,
    "logits that come from earlier tensors: the proportions": 16,
    "the loss times a number": 10,
}


def loss_for(answer, logits, labels):
    """The answer's loss. (The guarded function would report the logits by their place in memory.)"""
    tried("cross_entropy(logits, labels)", logits=np.array(logits.data), labels=labels)
    loss = answer.cross_entropy
    return getattr(loss, "__wrapped__", loss)(logits, labels)


def loss_of(answer, Tensor, scores, labels):
    return np.asarray(loss_for(answer, Tensor(scores), labels).data).item()


def gradient_of(answer, Tensor, scores, labels, factor=1.0):
    logits = Tensor(scores)
    loss = loss_for(answer, logits, labels)
    backward_from_one(loss * factor, [logits])
    return np.asarray(logits.grad)


def proportions(gradient):
    """The gradient relative to its largest entry."""
    with np.errstate(all="ignore"):
        return gradient / gradient.flat[np.abs(gradient).argmax()]


def factor_in(answer, Tensor, scores, labels, factor):
    """How the gradient changes with a factor of the loss, where it is largest."""
    one, other = (gradient_of(answer, Tensor, scores, labels, number) for number in (1.0, factor))
    largest = np.abs(one).argmax()
    with np.errstate(all="ignore"):
        return float(other.flat[largest] / one.flat[largest])


def proportions_further_back(answer, Tensor, X, W, label):
    W = Tensor(W)
    loss = loss_for(answer, Tensor(X) @ W, np.array([label]))
    backward_from_one(loss, [W])
    return proportions(np.asarray(W.grad))


@check("3.33b", points=3, forbid=OFF_LIMITS, reveal=True, weights=WEIGHTS, atol=2e-5)
def loss(answer, rng):
    one, several = rng.normal(size=(1, 3)).round(2), rng.normal(size=(5, 4)).round(2)
    label, labels = rng.integers(0, 3, 1), rng.permutation([0, 1, 2, 3, 3])
    factor = round(float(rng.uniform(2, 4)), 2)
    value, slope = (partial(f, answer, answer.Tensor) for f in (loss_of, gradient_of))
    X, W = rng.uniform(0.5, 1.5, (1, 2)).round(2), rng.uniform(-0.6, 0.6, (2, 3)).round(2)

    def in_proportion(scores, labels):
        return proportions(slope(scores, labels))

    return {
        "one picture: the loss": attempt(value, one, label),
        "one picture: the gradient": attempt(slope, one, label),
        "several pictures: the loss": attempt(value, several, labels),
        "several pictures: the gradient": attempt(slope, several, labels),
        "several pictures: the proportions of the gradient": attempt(
            in_proportion, -several, labels
        ),
        "logits that come from earlier tensors: the proportions": attempt(
            partial(proportions_further_back, answer, answer.Tensor), X, W, int(label[0])
        ),
        "the loss times a number": attempt(
            partial(factor_in, answer, answer.Tensor), -one, label, factor
        ),
    }


SOFTMAX = """
def softmax(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
"""

loss.misconception(
    "cross_entropy_sums",
    "The losses of the pictures are added up; the task wants their mean.",
    edits={").sum() / n": ").sum()"},
)
loss.misconception(
    "cross_entropy_gradient_not_averaged",
    "The value is the mean, but the gradient is that of the sum: the 1/n belongs to it as well.",
    source=SOFTMAX
    + """
def cross_entropy(logits, labels):
    n, classes = logits.data.shape
    p, one_hot = softmax(logits.data), np.eye(classes)[labels]
    return Tensor(-np.log((p * one_hot).sum(axis=1)).mean(), (logits,), (lambda G: G * (p - one_hot),))
""",
)
loss.misconception(
    "graph_is_cut",
    "The loss is computed from the plain numbers in .data, so the result has no parents, and no gradient "
    "comes to the logits.",
    edits={"shifted = logits -": "shifted = Tensor(logits.data) -"},
)
loss.misconception(
    "sign_missing",
    "The sign is turned around: the loss is minus the logarithm of a probability, and so never negative.",
    edits={"log() - chosen).sum()": "log() - chosen).sum() * -1"},
)
loss.misconception(
    "normaliser_missing",
    "That is only minus the score of the right label. The logarithm of the sum over all labels is "
    "missing; without it the loss falls as soon as all scores grow.",
    edits={"(shifted.exp().sum(axis=1).log() - chosen)": "(logits * -np.eye(classes)[labels])"},
)
loss.misconception(
    "softmax_applied_twice",
    "The scores go through softmax twice. The cross-entropy of logits applies it itself, once.",
    source="""
_of_logits = cross_entropy
def cross_entropy(logits, labels):
    e = logits.exp()
    return _of_logits(e / e.sum(axis=1, keepdims=True), labels)
""",
)
loss.misconception(
    "logarithm_missing",
    "That is minus the probability of the right label; the loss is minus its logarithm.",
    source="""
def cross_entropy(logits, labels):
    n, classes = logits.data.shape
    e = logits.exp()
    return (e / e.sum(axis=1, keepdims=True) * np.eye(classes)[labels]).sum() / -n
""",
)
loss.misconception(
    "divides_by_all_entries",
    "The sum is divided by the number of entries of the logits. The mean is over the pictures: divide by "
    "n.",
    edits={".sum() / n": ".sum() / (n * classes)"},
)
loss.misconception(
    "upstream_forgotten",
    "The gradient is softmax minus one-hot over n, whatever becomes of the loss afterwards. Multiply it "
    "by the gradient that arrives.",
    source=SOFTMAX
    + """
def cross_entropy(logits, labels):
    n, classes = logits.data.shape
    p, one_hot = softmax(logits.data), np.eye(classes)[labels]
    value = -np.log((p * one_hot).sum(axis=1)).mean()
    return Tensor(value, (logits,), (lambda G: (p - one_hot) / n,))
""",
)


@loss.alternative("one_operation_with_its_own_pullback")
def cross_entropy(logits, labels):
    rows = np.arange(len(labels))
    z = logits.data - logits.data.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))

    def pullback(G):
        slope = np.exp(log_p)
        slope[rows, labels] -= 1
        return slope * (G / len(labels))

    return Tensor(-log_p[rows, labels].mean(), (logits,), (pullback,))


@loss.alternative("row_by_row_without_a_shift")
def cross_entropy(logits, labels):
    n, classes = logits.data.shape
    total = 0
    for i, label in enumerate(labels):
        picks_row, picks_label = np.eye(n)[i : i + 1], np.eye(classes)[:, [label]]
        scores = picks_row @ logits
        total = total + (scores.exp().sum().log() - (scores @ picks_label).sum())
    return total * (1.0 / n)


@loss.alternative("minus_the_log_of_a_probability")
def cross_entropy(logits, labels):
    wanted = np.array(
        [[float(c == label) for c in range(logits.data.shape[1])] for label in labels]
    )
    e = logits.exp()
    p = e / e.sum(axis=1, keepdims=True)
    return -((p * wanted).sum(axis=1).log().sum() / len(wanted))


@loss.oracle("torch_float64")
def cross_entropy(logits, labels):
    import torch

    scores = torch.tensor(logits.data, requires_grad=True)
    value = torch.nn.functional.cross_entropy(scores, torch.tensor(labels))
    value.backward()
    return Tensor(value.item(), (logits,), (lambda G: G * scores.grad.numpy(),))


@check("3.33b-bonus", points=1, bonus=True, forbid=OFF_LIMITS, reveal=True, rtol=1e-4, atol=2e-5)
def far_scores(answer, rng):
    high = np.array([[900.0, 901.0, 899.0], [0.0, 1.0, 2.0]]) + rng.uniform(0, 1, (2, 3)).round(2)
    low, labels = -high, rng.integers(0, 3, 2)
    far_apart = np.array([[round(float(rng.uniform(1600, 2000)), 1), 0.0]])
    value, slope = (partial(f, answer, answer.Tensor) for f in (loss_of, gradient_of))
    return {
        "scores near 900": [attempt(value, high, labels), attempt(slope, high, labels)],
        "scores near -900": [attempt(value, low, labels), attempt(slope, low, labels)],
        "a right label far below": attempt(value, far_apart, np.array([1])),
    }


far_scores.misconception(
    "no_shift",
    "The exponential of a large score overflows. Subtract each row's maximum first: the loss stays the "
    "same.",
    edits={"logits - logits.data.max(axis=1, keepdims=True)": "logits * 1"},
)
far_scores.misconception(
    "one_shift_for_all_rows",
    "The maximum of the whole array is subtracted, so a row far below it becomes nothing but zeros. Each "
    "row needs its own maximum.",
    edits={"logits.data.max(axis=1, keepdims=True)": "logits.data.max()"},
)
far_scores.misconception(
    "shifted_by_the_mean",
    "After subtracting the mean, a score far above the others still overflows. Subtract the maximum: "
    "then the largest exponential is 1.",
    edits={"logits.data.max(axis=1, keepdims=True)": "logits.data.mean(axis=1, keepdims=True)"},
)


@far_scores.alternative("one_operation")
def cross_entropy(logits, labels):
    rows = np.arange(len(labels))
    z = logits.data - logits.data.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    slope = (np.exp(log_p) - np.eye(z.shape[1])[labels]) / len(labels)
    return Tensor(-log_p[rows, labels].mean(), (logits,), (lambda G: G * slope,))


@far_scores.alternative("relative_to_the_right_label")
def cross_entropy(logits, labels):
    total = 0.0
    for i, label in enumerate(labels):
        row = np.eye(len(labels))[i : i + 1] @ logits
        top = float(row.data.max())
        loss = (row - top).exp().sum().log() + top
        total = total + loss - (row * np.eye(row.data.shape[1])[label]).sum()
    return total / len(labels)


@far_scores.oracle("torch_float64")
def cross_entropy(logits, labels):
    import torch

    scores = torch.tensor(logits.data, requires_grad=True)
    value = torch.nn.functional.cross_entropy(scores, torch.tensor(labels))
    value.backward()
    return Tensor(value.item(), (logits,), (lambda G: G * scores.grad.numpy(),))


written(
    "3.33-written",
    rubric=[
        (0.5, "says that descent works with directions that are not the gradient, with an example"),
        (1.0, "asks for a comparison of gradients, array by array, with differences or another engine"),
        (0.5, "names inputs that see more than a convenient point, and a mistake that one overlooks"),
    ],
)  # fmt: skip
