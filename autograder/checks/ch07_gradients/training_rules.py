"""Judging 7.16 and 7.17: a rule for each sub-check, and rules that both exercises need."""

import numpy as np

from autograder.check import Fault
from autograder.checks.ch07_gradients.watched_training import RATED, SHORT
from autograder.inside.plain import Raised

FORM = "the result does not have the form that the exercise asks for"


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


def halved_every_ten_epochs(rates):
    """Is that the course of the learning rate, relative to its beginning?"""
    return close(np.divide(rates, rates[0]), 0.5 ** ((np.array(RATED) - 1) // 10))


def means_of_the_batches(value, *, summed, rtol=1e-3):
    """Are the recorded losses the means that were seen? `summed` is the idea that adds them up."""
    recorded, means, last = value.values()
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
