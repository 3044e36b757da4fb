"""Reads results generously: True and False count as 1 and 0, an array of one number as that number."""

import numpy as np


def as_numbers(value):
    """The value, with 1 and 0 in place of True and False."""
    if isinstance(value, bool) or "bool" in str(getattr(value, "dtype", "")):
        return np.asarray(value).astype(int)
    return value


def as_number(value):
    """The only number in a result, however it is wrapped; what holds several raises a ValueError."""
    return as_numbers(value.item() if hasattr(value, "item") else value)
