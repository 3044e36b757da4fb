"""Observing a path of gradient descent: how many rows it has, the first one, and each coordinate.

A sub-check for each, so that a missing row, rows that are one and the same array, or one wrong coordinate
cost some of the points and not all.
"""

import copy

import numpy as np

from autograder.check import attempt

EXPLORERS = ("utils.explorers",)  # they walk down hills themselves
ROWS, FIRST = (
    "a row for the start and one for every step",
    "the first row is the start, which is left as it was",
)
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


def seen_of(answer, name, one, other):
    """The sub-checks of a path. `one` and `other`: arguments of two calls: the start, ..., the steps.

    The step that is missing at the end of a path, or the row that is missing at its beginning, is no
    fault of the steps between.
    """
    function = answer.that_may_change_its_input(name)

    def path(args):
        return floats(function(*copy.deepcopy(args)))

    def shapes():
        return {f"{args[-1]} steps": list(path(args).shape) for args in (one, other)}

    def start_of(args):
        return np.ravel(args[:2]) if np.ndim(args[0]) == 0 else args[0]

    def first():
        args = copy.deepcopy(one)
        row = floats(function(*args))[0]
        return {"the row": row, "the start, afterwards": np.array(start_of(args))}

    def after_the_start(coordinate):
        rows = path(one)
        begins = np.allclose(rows[0], start_of(one), 1e-4, 1e-6)
        return rows[begins : begins + one[-1] - 1, coordinate]

    return {
        ROWS: attempt(shapes),
        FIRST: attempt(first),
        X: attempt(after_the_start, 0),
        Y: attempt(after_the_start, 1),
        END_X: attempt(lambda: path(other)[-1, 0]),
        END_Y: attempt(lambda: path(other)[-1, 1]),
    }
