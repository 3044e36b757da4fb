"""Reads the numbers of a result, whatever holds them."""

import numpy as np


def as_floats(value):
    """The numbers in a list, an array, a tensor or a sympy Matrix, as an array of floats in its shape."""
    if value is None:
        return None
    return np.array(value.tolist() if hasattr(value, "tolist") else value, dtype=float)
