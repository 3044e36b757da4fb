"""6.7c and 6.7d: the threshold between right and wrong gradients, and a false alarm."""

import numpy as np

from autograder.check import Fault, check, choice, number_of
from autograder.checks.ch06_networks.watched_networks import judged


@check("6.7c", points=1)
def threshold(answer, rng):
    return {"threshold": number_of(answer, "threshold")}


@threshold.judge
def _(seen, rng):
    """Between 1e-7 and 1e-3. Measured with tanh and the layers 4, 3, 2, 1 at 300 seeds: without a bug
    about 1e-9 at most, with one 0.01 at least. Each side keeps a margin of a power of ten or more."""
    return {"threshold": judged(between_the_two, seen["threshold"])}


def between_the_two(value):
    value = float(value)
    if 0.99e-7 <= value <= 1.01e-3:
        return True
    if value <= 0:
        return Fault("", "zero_or_less")
    return Fault("", "too_strict" if value < 1e-7 else "too_lenient")


for name, sentence, *values in (
    (
        "too_lenient",
        "Some bugs are smaller than this and would pass. Leave a margin below the smallest error "
        "with a bug.",
        0.1, 0.01, 1.0,
    ),
    (
        "too_strict",
        "Rounding alone can be as large as this, so that right networks would be rejected. Leave a "
        "margin above the largest error without a bug.",
        1e-10, 1e-8,
    ),
    (
        "zero_or_less",
        "A numerical gradient is never exact, so a right network has a small error that is not 0.",
        0.0, -5.0,
    ),
):  # fmt: skip
    for value in values:
        threshold.misconception(
            name,
            sentence,
            source=f"threshold = {value!r}",
            form="" if value == values[0] else f"{value:g}",
        )

threshold.alternative("largest", source="threshold = 1e-3")
threshold.alternative("smallest_of_numpy", source="threshold = np.float64(1e-7)")
threshold.alternative("between_in_torch", source="import torch\n\nthreshold = torch.tensor(3e-6)")


@threshold.oracle("middle_of_what_is_measured")
def answer():
    from utils import ACTIVATION_GRADIENTS, NumpyMLP

    def gradients(seed):
        """Of the loss by all parameters: measured, and written down: right, with a bug in layer 1, in 2."""
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(5, 4)), np.array([0, 1, 0, 1, 1])
        model = NumpyMLP([4, 3, 2, 1], activation="tanh", seed=seed)
        theta, measured = model.get_flat(), []
        for step in 1e-5 * np.eye(len(theta)):
            losses = []
            for moved in (theta + step, theta - step):
                model.set_flat(moved)
                losses.append(model.compute_loss(model.forward(X), y))
            measured.append((losses[0] - losses[1]) / 2e-5)
        model.set_flat(theta)
        model.forward(X)
        return np.array(measured), [written(model, y, bug_layer) for bug_layer in (0, 1, 2)]

    def written(model, y, bug_layer):
        delta, parts = model.output_delta(y), []
        for layer in (3, 2, 1):
            parts = [delta.T @ model.cache[f"A{layer - 1}"], delta.sum(0), *parts]
            if layer > 1:
                delta = delta @ model.params[f"W{layer}"]
                if layer - 1 != bug_layer:
                    delta = delta * ACTIVATION_GRADIENTS["tanh"](model.cache[f"Z{layer - 1}"])
        return np.concatenate([part.ravel() for part in parts])

    def errors(seed):
        measured, by_hand = gradients(seed)
        return [np.linalg.norm(measured - one) / np.linalg.norm(measured) for one in by_hand]

    right, *wrong = np.array([errors(seed) for seed in range(20)]).T
    threshold = float(np.sqrt(right.max() * np.min(wrong)))


# 6.7d

alarm = choice(
    "6.7d",
    "false_alarm",
    "abcd",
    key="b",
    points=1,
    ideas={
        "a": (
            "blames_rounding",
            "The error is 0.1 and more, and rounding is a billion times smaller. It would not "
            "prefer the seeds with a row of units that are off, either.",
        ),
        "c": (
            "zero_over_zero",
            "Where both are 0 the relative error is 0, and it is computed for all parameters "
            "together. Here the two gradients differ.",
        ),
        "d": (
            "blames_the_step",
            "At the corner itself a smaller step changes nothing: there is always a slope 0 on one "
            "side and 1 on the other.",
        ),
    },
)


@alarm.oracle("steps_in_torch")
def answer():
    import torch

    # a bias b2 = 0 behind a row that is off: the loss to the left and to the right, for ever smaller steps
    def loss(b2):
        p = torch.sigmoid(1.5 * torch.relu(b2))
        return torch.nn.functional.binary_cross_entropy(p, torch.ones((), dtype=torch.float64))

    measured = []
    for eps in (1e-3, 1e-5, 1e-7):
        up, down = (loss(torch.tensor(step, dtype=torch.float64)) for step in (eps, -eps))
        measured.append(float(up - down) / (2 * eps))
    b2 = torch.tensor(1e-9, dtype=torch.float64, requires_grad=True)
    loss(b2).backward()
    half = all(abs(one / (float(b2.grad) / 2) - 1) < 1e-2 for one in measured)
    false_alarm = "b" if half else "?"
