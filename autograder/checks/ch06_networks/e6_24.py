"""6.24: dropout, by hand, forward and backward."""

import numpy as np

from autograder.check import Fault, attempt, check, numbers, written
from autograder.checks.ch06_networks.off_limits import TORCH
from autograder.checks.ch06_networks.rules_of_judges import by_rules, close

by_hand = numbers(
    "6.24b",
    points=2,
    right={"kept": 8, "mean_out": 6, "variance_out": 12, "torch_p": 0.25},
    ideas={
        "keep_and_drop_swapped": (
            "0.75 is the probability to keep here; the other reading has 0.25 in its place.",
            {"kept": 24, "variance_out": 108},
            {"kept": 24},
        ),
        "same_letter_same_meaning": (
            "PyTorch's p is the probability to drop.",
            {"torch_p": 0.75},
        ),
        "not_rescaled": (
            "The division by keep_prob is missing.",
            {"kept": 6, "mean_out": 4.5, "variance_out": 6.75},
            {"kept": 6},
        ),
        "multiplied_by_keep_prob": (
            "A value that is kept is divided by keep_prob, not multiplied: it makes up for those that are "
            "dropped.",
            {"kept": 4.5, "mean_out": 3.375},
        ),
        "standard_deviation": (
            "That is the standard deviation; the variance is its square.",
            {"variance_out": np.sqrt(12)},
        ),
        "mean_of_the_squares": (
            "That is the mean of the squares. The square of the mean is still to be subtracted.",
            {"variance_out": 48},
        ),
        "mean_of_what_is_kept": (
            "That is the value when it is kept. A quarter of the time it is 0, and that counts in the mean.",
            {"mean_out": 8},
        ),
    },
)


@by_hand.oracle("torch_dropout_and_counting")
def answer():
    import torch

    torch_p = 0.25
    dropout = torch.nn.Dropout(p=torch_p)
    kept = dropout(torch.full((100,), 6.0)).max().item()
    # all four equally likely coins: three of them keep
    values = [kept, kept, kept, 0]
    mean_out, variance_out = np.mean(values), np.var(values)


KEEPS = (0.8, 0.3)
SWAPPED = "p_is_the_drop_probability"


def hidden_inputs(rng):
    """Activations, upstream gradients, and three seeds of generators."""
    shape = int(rng.integers(60, 70)), int(rng.integers(40, 50))
    a, dout = rng.uniform(0.5, 2, size=(2, *shape)) * rng.choice([-1, 1], (2, *shape))
    return a, dout, [int(seed) for seed in rng.choice(10_000, 3, replace=False)]


WEIGHTS = {
    "what becomes of a value": 4,
    "share that is kept": 2,
    "every number on its own": 0.5,
    "backward": 4,
    "random numbers from rng": 0.5,
}


class Seeded(np.random.Generator):
    """`np.random.default_rng(seed)`, which says so when it is shown."""

    def __init__(self, seed):
        super().__init__(np.random.PCG64(seed))
        self._shown = f"np.random.default_rng({seed})"

    def __repr__(self):
        return self._shown


@check("6.24", points=6, forbid=TORCH, weights=WEIGHTS)
def dropout(answer, rng):
    a, dout, seeds = hidden_inputs(rng)

    def out(keep_prob, seed, training=True):
        return answer.dropout_forward(a, keep_prob, Seeded(seed), training)[0]

    def forward_and_backward():
        out, mask = answer.dropout_forward(a, 0.6, Seeded(seeds[0]))
        return {"out": out, "gradient": answer.dropout_backward(dout, mask)}

    return {
        "what becomes of a value": attempt(lambda: [out(keep, seeds[0]) for keep in KEEPS]),
        "share that is kept": attempt(lambda: [out(keep, seeds[1]) for keep in KEEPS]),
        "every number on its own": attempt(out, 0.5, seeds[1]),
        "prediction": attempt(out, 0.8, seeds[2], False),
        "backward": attempt(forward_and_backward),
        "random numbers from rng": attempt(lambda: [out(0.5, seeds[k]) for k in (0, 0, 1)]),
    }


def factors(out, a):
    """out / a, where this is 0 or one and the same number; and that number."""
    if np.shape(out) != a.shape:
        raise ValueError("another shape")
    found = np.asarray(out, dtype=float) / a
    kept = found[found != 0]
    if not kept.size or not np.allclose(kept, kept[0], rtol=1e-4):
        raise ValueError("not the activations times a mask and a number")
    return found, float(kept[0])


@dropout.judge
def _(seen, rng):
    """The results are the hidden activations times 0 or 1 / keep_prob; the share of the kept ones is
    keep_prob within 5 standard errors; masks differ from row to row and follow the generator; the gradient
    has the very factors of the forward pass."""
    a, dout, _ = hidden_inputs(rng)
    prediction = seen["prediction"]
    scaled_later = np.shape(prediction) == a.shape and close(prediction, 0.8 * a)

    def values(outs):
        found = [factors(out, a) for out in outs]
        numbers = [number for _, number in found]
        if all(np.all(factor != 0) for factor, _ in found):
            return Fault("nothing is dropped in training")
        for wrong, name in (
            (np.ones(2), "rescaled_at_inference_instead" if scaled_later else "no_rescaling"),
            (1 / (1 - np.array(KEEPS)), SWAPPED),
            (np.array(KEEPS), "multiplied_by_keep_prob"),
        ):
            if close(numbers, wrong):
                return Fault("a value that is kept should be divided by keep_prob", name)
        return close(numbers, 1 / np.array(KEEPS)) or Fault(
            "it should be 0, or divided by keep_prob"
        )

    def share(outs):
        kept = [factors(out, a)[0] != 0 for out in outs]
        shares, coins = [np.mean(one) for one in kept], coins_of(kept[0])
        if near(shares, KEEPS, coins):
            return True
        swapped = near(shares, [1 - keep for keep in KEEPS], coins)
        return Fault("it should be keep_prob, up to chance", SWAPPED if swapped else None)

    def each(out):
        zero = factors(out, a)[0] == 0
        rows, columns = (len(np.unique(one, axis=0)) for one in (zero, zero.T))
        if not zero.any():
            return Fault("nothing is dropped in training")
        if rows == 1:
            return Fault("all examples lose the same units", "one_mask_for_the_whole_batch")
        if columns == 1:
            return Fault("an example loses all units or none", "whole_examples_dropped")
        return (rows > len(a) / 2 and columns > len(a.T) / 2) or Fault("masks repeat")

    def in_prediction(out):
        if close(out, a):
            return True
        if close(out, 0.8 * a):
            return Fault("out should be a", "rescaled_at_inference_instead")
        dropped = bool(np.any(factors(out, a)[0] == 0))
        return Fault("out should be a", "dropout_at_inference" if dropped else None)

    def backward(value):
        found, number = factors(value["out"], a)
        gradient = value["gradient"]
        if close(gradient, found * dout):
            return True
        if np.all(found != 0):
            return Fault(
                "the forward pass dropped nothing, and the backward pass does something else"
            )
        said = "the gradient should be multiplied by what the activations were multiplied by"
        if close(gradient, (found != 0) * dout):
            return Fault(said, "backward_without_scale")
        if close(gradient, dout) or close(gradient, number * dout):
            return Fault(said, "mask_missing_in_backward")
        if close(gradient, found * found * dout / number**2):
            return Fault(said)
        other, _ = factors(gradient, dout)
        return Fault(said, "new_mask_in_backward" if np.any((other == 0) != (found == 0)) else None)

    def from_rng(outs):
        first, again, other = ((factors(out, a)[0] == 0) for out in outs)
        if not first.any():
            return Fault("nothing is dropped in training")
        if np.any(first != again):
            return Fault("the same generator should give the same mask", "global_random_state")
        return bool(np.any(first != other)) or Fault(
            "another generator should give another mask", "generator_made_inside"
        )

    return by_rules(seen, values, share, each, in_prediction, backward, from_rng)


def coins_of(kept):
    """How many random decisions are behind a mask: fewer where all rows or all columns are alike."""
    if len(np.unique(kept, axis=0)) == 1:
        return kept.shape[1]
    return len(kept) if np.unique(kept, axis=1).shape[1] == 1 else kept.size


def near(shares, probabilities, n):
    """Within 5 standard errors?"""
    p = np.array(probabilities)
    return bool(np.all(np.abs(np.array(shares) - p) < 5 * np.sqrt(p * (1 - p) / n)))


MASK = "mask = (rng.random(a.shape) < keep_prob) / keep_prob"
dropout.misconception(
    SWAPPED,
    "keep_prob is taken for the probability to drop. It is the probability to keep.",
    edits={"(rng.random(a.shape) < keep_prob)": "(rng.random(a.shape) > keep_prob)"},
)
dropout.misconception(
    SWAPPED,
    "keep_prob is taken for the probability to drop, here and in the division.",
    edits={MASK: "mask = (rng.random(a.shape) >= keep_prob) / (1 - keep_prob)"},
    form="as in PyTorch",
)
dropout.misconception(
    "no_rescaling",
    "What is kept is not divided by keep_prob, so training and prediction differ in size.",
    edits={MASK: "mask = 1.0 * (rng.random(a.shape) < keep_prob)"},
)
dropout.misconception(
    "rescaled_at_inference_instead",
    "That is the older form, which multiplies by keep_prob in predictions. Here the division belongs to "
    "training, and a prediction is left as it is.",
    edits={
        MASK: "mask = 1.0 * (rng.random(a.shape) < keep_prob)",
        "return a, np": "return a * keep_prob, np",
    },
)
dropout.misconception(
    "multiplied_by_keep_prob",
    "What is kept is multiplied by keep_prob, which makes it smaller still. It has to be divided.",
    edits={"keep_prob) / keep_prob": "keep_prob) * keep_prob"},
)
dropout.misconception(
    "one_mask_for_the_whole_batch",
    "All examples of the batch lose the same units. Every number of the batch is drawn on its own.",
    edits={MASK: "mask = np.ones(a.shape) * (rng.random(a.shape[1]) < keep_prob) / keep_prob"},
)
dropout.misconception(
    "whole_examples_dropped",
    "An example loses all of its units or none. Every number of the batch is drawn on its own.",
    edits={MASK: "mask = np.ones(a.shape) * (rng.random((len(a), 1)) < keep_prob) / keep_prob"},
)
dropout.misconception(
    "new_mask_in_backward",
    "The backward pass draws a mask of its own. The gradient passes only where the activation did.",
    edits={
        "return dout * mask": (
            "keep_prob = 1 / mask.max()\n"
            "    return dout * (np.random.random(dout.shape) < keep_prob) / keep_prob"
        )
    },
)
dropout.misconception(
    "backward_without_scale",
    "The backward pass uses the mask, but forgets the division by keep_prob.",
    edits={"return dout * mask": "return dout * (mask > 0)"},
)
dropout.misconception(
    "mask_missing_in_backward",
    "The gradient passes where the activation was dropped, too.",
    edits={"return dout * mask": "return dout"},
)
dropout.misconception(
    "dropout_at_inference",
    "A prediction drops as well. With training=False, out is a.",
    edits={"if not training:": "if False:"},
)
dropout.misconception(
    "global_random_state",
    "The random numbers do not come from rng, so a run cannot be repeated.",
    edits={"rng.random(a.shape)": "np.random.random(a.shape)"},
)
dropout.misconception(
    "generator_made_inside",
    "A new generator with a fixed seed is made in every call, so the mask is always the same. Use rng.",
    edits={"rng.random(a.shape)": "np.random.default_rng(0).random(a.shape)"},
)


@dropout.alternative("mask_of_bools_and_a_pair")
def answer():
    def dropout_forward(a, keep_prob, rng, training=True):
        kept = rng.binomial(1, keep_prob, size=a.shape).astype(bool)
        if training:
            return np.where(kept, a / keep_prob, 0.0), (kept, keep_prob)
        return a.copy(), None

    def dropout_backward(dout, mask):
        kept, keep_prob = mask
        out = dout.copy()
        out[~kept] = 0
        return out / keep_prob


@dropout.alternative("loops_in_float32")
def answer():
    def dropout_forward(a, keep_prob, rng, training=True):
        mask = np.ones(a.shape, dtype=np.float32)
        if training:
            for place in np.ndindex(a.shape):
                mask[place] = 0 if rng.random() >= keep_prob else 1 / keep_prob
        return (mask * a).astype(np.float32), mask

    def dropout_backward(dout, mask):
        return (dout * mask).astype(np.float32)


@dropout.alternative("choice_and_lists")
def answer():
    def dropout_forward(a, keep_prob, rng, training=True):
        if not training:
            return a, 1
        factor = rng.choice([0, 1 / keep_prob], size=a.shape, p=[1 - keep_prob, keep_prob])
        return np.multiply(a, factor).tolist(), factor.tolist()

    def dropout_backward(dout, mask):
        return [[d * m for d, m in zip(*rows)] for rows in zip(dout, mask)]


@dropout.oracle("torch_autograd_of_torch_dropout")
def answer():
    def dropout_forward(a, keep_prob, rng, training=True):
        import torch

        torch.manual_seed(int(rng.integers(2**31)))
        leaf = torch.tensor(a, requires_grad=True)
        out = torch.nn.functional.dropout(leaf, p=1 - keep_prob, training=training)
        return out.detach().numpy(), (leaf, out)

    def dropout_backward(dout, mask):
        import torch

        leaf, out = mask
        return torch.autograd.grad(out, leaf, torch.tensor(dout))[0].numpy()


written(
    "6.24-written",
    rubric=[
        (0.5, "Dropout helps where the plain network overfits (few rows), and quotes own numbers."),
        (
            0.5,
            "It makes things worse where there is nothing to reduce (many rows), with own numbers.",
        ),
        (0.5, "Reads overfitting off the gap between training and validation loss."),
        (
            0.5,
            "The loss during training is measured with units switched off, so it is too large to compare.",
        ),
    ],
)
