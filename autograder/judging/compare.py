"""Compare observations: plain data, with exceptions and objects that could not cross the border."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Number

import numpy as np

from autograder.inside.plain import Opaque, Raised
from utils import compare
from utils.compare import Difference


def first_difference(expected, got, rtol: float = 1e-4, atol: float = 1e-6) -> Difference | None:
    """None when `got` agrees with `expected`; otherwise where it first differs, and how.

    As `utils.compare.first_difference`; exceptions agree when they are of the same type.
    """
    if isinstance(expected, Raised) or isinstance(got, Raised):
        if isinstance(got, Raised) and isinstance(expected, Raised):
            same = expected.type == got.type
            return None if same else Difference(got, expected, "it raised another exception")
        raised = isinstance(got, Raised)
        return Difference(
            got, expected, "it raised an exception" if raised else "it raised no exception"
        )
    if isinstance(expected, Opaque):
        return None if expected == got else Difference(got, expected, "it is another object")
    return compare.first_difference(expected, got, rtol, atol)


def oracle_problem(values: Iterable) -> str | None:
    """Why these reference values cannot serve as an oracle: all zero, or not finite."""
    numbers = list(_all_numbers(list(values)))
    if any(not math.isfinite(number) for number in numbers):
        return "the reference gives a number that is not finite"
    if numbers and not any(numbers):
        return "the reference gives only zeros, which a wrong answer may give as well"
    return None


def _all_numbers(value):
    if isinstance(value, bool):
        return
    if isinstance(value, np.ndarray):
        yield from (abs(number) for number in value.ravel().tolist())
    elif isinstance(value, Number):
        yield abs(value)
    elif isinstance(value, dict):
        yield from _all_numbers(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _all_numbers(item)
