"""Observing a path of gradient descent: its rows, its first row, all the others, its end.

A sub-check for each, so that a row which is missing, or rows that are one and the same array, cost some
of the points and not all.
"""

import numpy as np

from autograder.check import attempt

EXPLORERS = ("utils.explorers",)  # they walk down hills themselves
ROWS, FIRST = "a row for the start and one for every step", "the first row is the start"
EVERY, LAST = "every step, one after the other", "where it ends"
WEIGHTS = {EVERY: 1.5, LAST: 1.5}  # a path that never moves has the right rows, too


def path_of(function, *args):
    """What a function gives, as an array of rows."""
    return np.asarray(function(*args), dtype=float)


def seen_of(function, one, other):
    """The sub-checks of a path. `one` and `other`: arguments of two calls, whose last is the steps."""

    def shapes():
        return {f"{args[-1]} steps": list(path_of(function, *args).shape) for args in (one, other)}

    return {
        ROWS: attempt(shapes),
        FIRST: attempt(lambda: path_of(function, *one)[0]),
        EVERY: attempt(lambda: path_of(function, *one)[-one[-1] :]),
        LAST: attempt(lambda: path_of(function, *other)[-1]),
    }
