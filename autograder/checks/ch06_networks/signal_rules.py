"""Judging signals through layers (6.12 to 6.14): what is known about the variances without the random
numbers that were drawn; and the course's own experiment, lent to answers that build on it."""

import numpy as np

from autograder.check import Fault
from autograder.inside.plain import Raised

FORM = "the result does not have the form that the exercise asks for"
RELU = (1 - 1 / np.pi) / 2  # the variance of the ReLU of a standard normal number


def given_variances(
    activation, weight_variance, n_layers=20, width=256, n_samples=64, seed=0
):  # with fewer examples than the students' own: an eighth of the time
    """The course's own activation_variances; a name is fine, too."""
    if isinstance(activation, str):
        from utils import ACTIVATIONS

        activation = ACTIVATIONS[activation]
    rng = np.random.default_rng(seed)
    A, variances = rng.normal(size=(n_samples, width)), []
    for _ in range(n_layers):
        A = activation(A @ rng.normal(0, weight_variance**0.5, (width, width)).T)
        variances.append(A.var())
    return np.array(variances)


def variances_in(value, length=None):
    """The variances as an array of floats; ValueError where they are no finite positive numbers."""
    array = np.asarray(value, dtype=float)
    if array.ndim != 1 or (length is not None and len(array) != length):
        raise ValueError("another number of variances")
    if not np.all(np.isfinite(array)) or np.any(array < 0):
        raise ValueError("no variances")
    return array


def slope_per_layer(variances):
    """How the logarithm to base 2 grows from layer to layer, by least squares."""
    logs = np.log2(np.maximum(variances, 1e-300))
    return float(np.polyfit(np.arange(len(logs)), logs, 1)[0])


def within(value, expected, share):
    """Is a number that near to what is expected?"""
    return bool(abs(value - expected) <= share * abs(expected))


def judged(seen, rules, idea=None):
    """{sub-check: True or Fault}. A rule gives True or a sentence; `idea` is behind all that fails."""
    said = {}
    for key, rule in rules.items():
        try:
            outcome = FORM if isinstance(seen[key], Raised) else rule(seen[key])
        except Exception:
            outcome = FORM
        said[key] = True if outcome is True else Fault(outcome, idea)
    return said
