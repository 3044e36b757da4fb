"""Reads gradients generously: arrays, lists, tensors and sympy matrices, with numbers of any library."""

import numpy as np

from utils.answers import number


def as_array(value):
    """The numbers of an array, a nested list, a tensor or a sympy Matrix, in its shape."""
    return np.array(_floats(value), dtype=float)


def as_vector(value):
    """As `as_array`; a sympy Matrix, which has two axes always, counts as a vector if it is one line."""
    array = as_array(value)
    is_matrix = hasattr(value, "rows") and hasattr(value, "cols")
    return array.ravel() if is_matrix and 1 in array.shape else array


def as_float(value):
    """One number; True and False count as 1 and 0."""
    return float(value) if isinstance(value, (bool, np.bool_)) else number(value)


def _floats(value):
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_floats(one) for one in value]
    return as_float(value)


def direction(gradient):
    """A gradient divided by its length: what is right up to a positive factor."""
    length = np.sqrt(np.sum(gradient**2))
    return gradient / length if length else gradient
