"""What judges of formulas share: our own formulas at points, and where a student's formula goes wrong."""

from functools import lru_cache

import numpy as np

from autograder.inside.plain import Raised
from utils.formulas import evaluate


def close(found, wanted) -> bool:
    """Are these the numbers? Never for what raised."""
    if isinstance(found, Raised):
        return False
    found = np.asarray(found, dtype=float)
    return found.shape == np.shape(wanted) and np.allclose(found, wanted, rtol=1e-5, atol=1e-7)


def computed(formula, points):
    """The numbers of one of our own formulas at points; None where it has none."""
    return _computed(formula, tuple(tuple(point.items()) for point in points))


@lru_cache  # every student's answer is compared with the same ones
def _computed(formula, points):
    try:
        return np.array([evaluate(formula, **dict(point)) for point in points])
    except ValueError:
        return None


def idea_behind(found, points, formulas):
    """The name of the first idea whose formula gives what was found; formulas: (name, formula), …"""
    if isinstance(found, Raised):
        return None
    for name, formula in formulas:
        values = computed(formula, points)
        if values is not None and close(found, values):
            return name
    return None


def first_wrong(found, wanted, points) -> str:
    """Where a formula first goes wrong, in words; "" for what raised."""
    if isinstance(found, Raised):
        return ""
    for value, right, point in zip(found, wanted, points):
        if not close(value, right):
            where = ", ".join(f"{name} = {number:g}" for name, number in point.items())
            return f"at {where} it gives {value:.6g}, and it should give {right:.6g}"
    return ""
