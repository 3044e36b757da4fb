"""Judging 7.16 and 7.17: a rule for each sub-check, and rules that both exercises need."""

from functools import cached_property

import numpy as np

from autograder.check import Fault
from autograder.checks.ch07_gradients.watched_training import RATED, RECORDED, SHORT, per_epoch
from autograder.inside.plain import Raised

FORM = "the result does not have the form that the exercise asks for"


MOMENTUM, STILL = 0.9, 1e-4  # a direction in which too little moves to see how fast
UNSEEN = Fault("too little moves to see the learning rate")


class Path:
    """What the optimizer was, and its learning rates: read off the way of the last bias, given its gradients.

    A rule moves the bias by -rate * direction, where its directions follow from the gradients so far.
    `rule` is the one that explains the moves in every epoch, "" when there is none; `rates` are nan where
    nothing moves, or numbers are not finite.
    """

    def __init__(self, biases, gradients, epochs):
        gradients, moves = (
            np.array(gradients, dtype=float),
            np.diff(np.array(biases, float), axis=0),
        )
        if gradients.ndim != 2 or moves.shape != gradients.shape:
            raise ValueError("there should be a gradient of the last bias for every step")
        self.rule, self.rates = "", []
        for rule, directions in DIRECTIONS.items():
            found = _rates(per_epoch(moves, epochs), per_epoch(directions(gradients), epochs))
            if not self.rule and found:
                self.rule, self.rates = rule, found

    @property
    def rated(self):
        """The learning rates in the epochs RATED."""
        return np.array([self.rates[epoch - 1] for epoch in RATED])

    @property
    def is_seen(self):
        """Can one see a learning rate before and after it should fall?"""
        return bool(self.rates) and not np.any(np.isnan(self.rated[:3]))

    def begins_at(self, rate):
        return close(self.rates[0], rate)

    def is_halved_every_ten_epochs(self):
        """Is that the course of the learning rate, relative to its beginning?"""
        wanted = self.rates[0] * 0.5 ** ((np.array(RATED) - 1) // 10)
        return close(np.where(np.isnan(self.rated), wanted, self.rated), wanted, 1e-2)


def _rates(moves, directions):
    """The learning rate of each epoch; [] if no rate explains the moves of an epoch."""
    rates = []
    for moved, along in zip(moves, directions):
        rate = np.nan
        if np.all(np.isfinite([moved, along])) and np.abs(along).max() > STILL:
            rate = -np.sum(moved * along) / np.sum(along * along)
            if not np.allclose(moved, -rate * along, 1e-2, 1e-2 * np.abs(moved).max() + 1e-6):
                return []
        rates.append(float(rate))
    return rates


def with_momentum(gradients):
    """The directions of SGD with momentum."""
    velocity, found = np.zeros_like(gradients[0]), []
    for gradient in gradients:
        velocity = MOMENTUM * velocity + gradient
        found.append(velocity)
    return np.array(found)


def by_adam(gradients, beta=0.9, gamma=0.999):
    """The directions of Adam, with PyTorch's usual numbers."""
    m, v, found = 0.0, 0.0, []
    for step, gradient in enumerate(gradients, start=1):
        m, v = beta * m + (1 - beta) * gradient, gamma * v + (1 - gamma) * gradient**2
        found.append(m / (1 - beta**step) / (np.sqrt(v / (1 - gamma**step)) + 1e-8))
    return np.array(found)


DIRECTIONS = {
    "momentum": with_momentum,
    "no momentum": lambda gradients: gradients,
    "adam": by_adam,
}


# Outputs of units that may be on or off, and how many of them are tried.
NEAR, MOST_TRIED = 1e-4, 20


def trains_like_this(layers, batches, slope):
    """Does the training of 7.16 lead from these layers to these outputs? It is made once more, here.

    slope(outputs, targets) is the gradient of the batch's loss with respect to the outputs. Computed in
    double precision, the outputs of 240 steps differ by up to 1e-4. But once in 150 trainings a unit is so
    near to 0 that it is off here and was on there, and from then on the outputs are others. So where they
    differ, the units that were nearest to 0 are tried the other way round, one at a time.
    """
    near: list[tuple[float, tuple[int, ...]]] = []
    if _made_again(layers, batches, slope, near):
        return True
    nearest = [place for _, place in sorted(near)[:MOST_TRIED]]
    return any(_made_again(layers, batches, slope, [], place) for place in nearest)


def _made_again(layers, batches, slope, near, turned=None):
    """Are these the outputs? Units near to 0 are added to `near`: (how far, (step, layer, row, unit)).

    The one at the place `turned` is taken for on where it is off, and the other way round.
    """
    parameters = [
        np.array(layer[what], float) for layer in layers for what in ("weights", "biases")
    ]
    velocities, weights = [np.zeros_like(p) for p in parameters], range(0, len(parameters), 2)
    per_step = len(batches.rows) // batches.epochs
    for step, seen in enumerate(batches.outputs):
        h, on = [batches.inputs(step)], [True]
        for k in weights:
            f = h[-1] @ parameters[k].T + parameters[k + 1]
            h.append(np.maximum(f, 0))
            on.append(f > 0)
            if turned and turned[:2] == (step, k):
                on[-1][turned[2:]] ^= True
            near += [(abs(f[row, unit]), (step, k, row, unit)) for row, unit in _small(f)]
        if not close(f.ravel(), np.ravel(seen), 1e-2, 1e-2):
            return False
        delta, rate = slope(f, batches.labels(step)), 0.1 * 0.5 ** (step // per_step // 10)
        for k in reversed(weights):
            gradients = delta.T @ h[k // 2], delta.sum(axis=0)
            delta = (delta @ parameters[k]) * on[k // 2]
            for at, gradient in zip((k, k + 1), gradients):
                velocities[at] = MOMENTUM * velocities[at] + gradient
                parameters[at] = parameters[at] - rate * velocities[at]
    return True


def _small(f):
    return [(int(row), int(unit)) for row, unit in np.argwhere(np.abs(f) < NEAR)]


class Batches:
    """The batches of a training as they were seen, with the losses computed again on the hidden data."""

    def __init__(self, table, X, Y, epochs, loss):
        self.outputs, self._X, self._Y, self._loss = table["outputs"], X, Y, loss
        self.epochs = epochs
        self.rows = [rows_of(inputs, X) for inputs in table["inputs"]]

    def labels(self, step):
        """The targets of the batch."""
        if -1 in self.rows[step]:
            raise ValueError("the batch holds something else than examples of the data")
        return self._Y[self.rows[step]]

    def inputs(self, step):
        """The inputs of the batch."""
        self.labels(step)
        return self._X[self.rows[step]]

    @cached_property
    def losses(self):
        """Those of all batches, epoch by epoch."""
        steps = range(len(self.rows))
        return per_epoch([self._loss(self.outputs[k], self.labels(k)) for k in steps], self.epochs)

    @property
    def means(self):
        """The mean loss of each epoch."""
        return [float(np.mean(part)) for part in self.losses]

    def are_small(self):
        """True for ten batches of ten examples in every epoch, each example once."""
        if {len(rows) for rows in self.rows} == {100}:
            return Fault("all examples are in one batch", "full_batch")
        ten_of_ten = len(self.rows) == 10 * self.epochs and {len(r) for r in self.rows} == {10}
        if not ten_of_ten:
            return Fault("there should be 10 batches of 10 examples in every epoch")
        for batches in per_epoch(self.rows, self.epochs):
            if {row for rows in batches for row in rows} != set(range(100)):
                return Fault("some examples come twice in an epoch, others not at all")
        return True


def rows_of(inputs, X):
    """Which rows of X a batch consists of; -1 for a row that is none of them."""
    if np.ndim(inputs) != 2:
        return []
    same = np.float32(inputs)[:, None, 0] == X[None, :, 0]
    return np.where(same.any(axis=1), same.argmax(axis=1), -1).tolist()


def spreads_and_biases(layers, X):
    """Of each layer that was seen: the variance of its weights times its fan-in, and its largest bias.

    ValueError where the layers did not work on these examples with these weights.
    """
    if not layers or not rows_of(layers[0]["inputs"], X) or -1 in rows_of(layers[0]["inputs"], X):
        raise ValueError("what comes in is not the data")
    found = []
    for layer in layers:
        weights, biases = (np.float64(layer[what]) for what in ("weights", "biases"))
        outputs = layer["inputs"] @ weights.T + (biases if biases.size else 0)
        if not close(outputs, layer["outputs"], 1e-3, 1e-3 * np.abs(outputs).max()):
            raise ValueError("these weights do not give these outputs")
        spread = float(np.var(weights, ddof=1) * weights.shape[1])
        found.append((spread, float(np.abs(biases).max(initial=0))))
    return found


def by_rules(seen, *rules):
    """{sub-check: what its rule says}; the rules stand in the order of the sub-checks.

    A value that was raised, or that a rule cannot read, costs its own sub-check only.
    """
    return {key: by_rule(rule, seen[key]) for key, rule in zip(seen, rules, strict=True)}


def by_rule(rule, value):
    """What a rule says of a value."""
    try:
        return Fault(FORM) if isinstance(value, Raised) else rule(value)
    except Exception:
        return Fault(FORM)


def in_band(value, low, high):
    """Is it a number between low and high?"""
    return isinstance(value, (int, float)) and low <= value <= high


def close(one, other, rtol=1e-3, atol=1e-5):
    """Do two results agree, to single precision? nan agrees with nan."""
    same_shape = np.shape(one) == np.shape(other)
    return same_shape and bool(np.allclose(one, other, rtol, atol, equal_nan=True))


def all_finite(values):
    """Are they numbers, without nan and infinity?"""
    return not isinstance(values, Raised) and bool(
        np.all(np.isfinite(np.array(values, dtype=float)))
    )


def one_number_per_epoch(values, epochs):
    """True when it is a list of that many finite Python numbers."""
    if not isinstance(values, (list, tuple)) or len(values) != epochs:
        return Fault(f"it should be a list of {epochs} numbers, one for each epoch")
    if not all(isinstance(value, (int, float)) for value in values):
        return Fault("they should be plain numbers: .item() takes the number out of a tensor")
    return all_finite(values) or Fault("some of them are not finite")


def means_of_the_batches(recorded, batches, *, summed, rtol=1e-3):
    """Are the recorded losses the means of the batches? `summed` is the idea that adds them up."""
    means = [batches.means[k] for k in RECORDED]
    last = [batches.losses[k][-1] for k in RECORDED]
    if close(recorded, means, rtol, 1e-4):
        return True
    if close(recorded, np.multiply(10, means), rtol, 1e-3):
        return Fault("they are ten times the mean loss", summed)
    if close(recorded, last, rtol, 1e-4):
        return Fault("they are the losses of single batches", "last_batch_only")
    return Fault("they are not the means of the batch losses that were seen in each epoch")


def repeatable(runs, *, not_seeded=None, always_the_same=None):
    """One seed gives the same losses, another seed others; the two ideas belong to what is wrong."""
    if len(runs[0]) != SHORT:
        return Fault(f"epochs={SHORT} should give {SHORT} losses", "epochs_ignored")
    one, two, other = runs
    if not close(one, two):
        return Fault("the same seed should give the same losses", not_seeded)
    if all_finite(one) and close(one, other):
        return Fault("another seed changes nothing", always_the_same)
    return True
