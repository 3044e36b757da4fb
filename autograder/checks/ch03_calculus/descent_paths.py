"""Observing a path of gradient descent: how many rows it has, the first one, and each coordinate.

A sub-check for each, so that a missing row, rows that are one and the same array, or one wrong coordinate
cost some of the points and not all.
"""

import numpy as np

from autograder.check import attempt

EXPLORERS = ("utils.explorers",)  # they walk down hills themselves
ROWS, FIRST = "a row for the start and one for every step", "the first row is the start"
X, Y = "the first coordinate, step by step", "the second coordinate, step by step"
END_X, END_Y = "where the first coordinate ends", "where the second coordinate ends"
WEIGHTS = {ROWS: 2, FIRST: 2, X: 3, Y: 3, END_X: 3, END_Y: 3}


def floats(value):
    """An array of floats, whatever library the numbers are from."""
    if hasattr(value, "detach"):
        value = value.detach()
    if isinstance(value, (list, tuple)):
        value = [floats(one) for one in value]
    return np.asarray(value, dtype=float)


def seen_of(function, one, other):
    """The sub-checks of a path. `one` and `other`: arguments of two calls, whose last is the steps."""

    def shapes():
        return {f"{args[-1]} steps": list(floats(function(*args)).shape) for args in (one, other)}

    def rows(args, which, coordinate=slice(None)):
        return floats(function(*args))[which, coordinate]

    steps = slice(-one[-1], None)
    return {
        ROWS: attempt(shapes),
        FIRST: attempt(rows, one, 0),
        X: attempt(rows, one, steps, 0),
        Y: attempt(rows, one, steps, 1),
        END_X: attempt(rows, other, -1, 0),
        END_Y: attempt(rows, other, -1, 1),
    }
