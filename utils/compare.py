"""Compare values with values: what differs, said without giving the answer away."""

from __future__ import annotations

from numbers import Number

import numpy as np


def difference(expected, got, rtol: float = 1e-4, atol: float = 1e-6) -> str | None:
    """None when `got` agrees with `expected`; otherwise one sentence on how it differs.

    Strict in shape, blind to dtype and to list, tuple or array. A non-finite value never equals a
    finite one; a boolean is no number; text is compared without case and outer blanks.
    """
    if got is None and expected is not None:
        return "it is None"
    if isinstance(expected, (bool, str, type(None))):
        return _simple(expected, got)
    if isinstance(expected, dict):
        return _mapping(expected, got, rtol, atol)
    if isinstance(expected, (set, frozenset)):
        return _set(expected, got)
    if isinstance(expected, (list, tuple)) and not _numeric(expected):
        return _sequence(expected, got, rtol, atol)
    return _numbers(expected, got, rtol, atol)


def _name(value) -> str:
    if described := getattr(value, "described", None):
        return str(described)
    names = {
        bool: "True/False", int: "a number", float: "a number", complex: "a complex number",
        str: "text", list: "a list", tuple: "a tuple", dict: "a dict", set: "a set",
        np.ndarray: "an array", type(None): "None",
    }  # fmt: skip
    return names.get(type(value), f"a {type(value).__name__} object")


def _simple(expected, got) -> str | None:
    got = bool(got) if isinstance(got, np.bool_) else got
    if type(expected) is not type(got):
        return f"it is {_name(got)}, expected {_name(expected)}"
    if isinstance(expected, str):
        same = expected.strip().casefold() == got.strip().casefold()
    else:
        same = expected == got
    return None if same else "it is not the right one"


def _mapping(expected: dict, got, rtol, atol) -> str | None:
    if not isinstance(got, dict):
        return f"it is {_name(got)}, expected a dict"
    if missing := [key for key in expected if key not in got]:
        return f"the key {missing[0]!r} is missing"
    if extra := [key for key in got if key not in expected]:
        return f"the key {extra[0]!r} does not belong there"
    wrong = [
        (key, how)
        for key, value in expected.items()
        if (how := difference(value, got[key], rtol, atol))
    ]
    return f"at {wrong[0][0]!r} {wrong[0][1]}" if wrong else None


def _set(expected, got) -> str | None:
    if isinstance(got, (list, tuple)):
        got = set(got) if all(isinstance(item, (str, int, float)) for item in got) else got
    if isinstance(got, str):
        got = set(got.replace(",", " ").split())
    if not isinstance(got, (set, frozenset)):
        return f"it is {_name(got)}, expected a set"
    return None if _folded(expected) == _folded(got) else "it is not the right selection"


def _folded(items) -> set:
    return {item.strip().casefold() if isinstance(item, str) else item for item in items}


def _sequence(expected, got, rtol, atol) -> str | None:
    if isinstance(got, np.ndarray):
        got = list(got)
    if not isinstance(got, (list, tuple)):
        return f"it is {_name(got)}, expected {len(expected)} values"
    if len(got) != len(expected):
        return f"it has {len(got)} values, expected {len(expected)}"
    for index, (want, have) in enumerate(zip(expected, got)):
        if how := difference(want, have, rtol, atol):
            return f"value number {index + 1}: {how}"
    return None


def _numeric(value) -> bool:
    """A number, an array, or a rectangular nest of numbers (no booleans)?"""
    if isinstance(value, bool):
        return False
    if isinstance(value, (Number, np.ndarray)):
        return True
    if isinstance(value, (list, tuple)):
        return bool(value) and all(map(_numeric, value)) and _rectangular(value)
    return False


def _rectangular(value) -> bool:
    try:
        return np.asarray(value).dtype.kind in "biufc"
    except ValueError:
        return False


def _numbers(expected, got, rtol, atol) -> str | None:
    if not _numeric(got):
        wanted = (
            "an array" if isinstance(expected, np.ndarray) and expected.ndim else _name(expected)
        )
        return f"it is {_name(got)}, expected {wanted}"
    want, have = _array(expected), _array(got)
    if want.shape != have.shape:
        return f"its shape is {have.shape}, expected {want.shape}"
    if have.dtype.kind == "b" and want.dtype.kind != "b":
        return "it holds True/False, expected numbers"
    if have.dtype.kind == "c" and want.dtype.kind != "c":
        if np.any(np.abs(have.imag) > atol):
            return "it is complex, expected a real number"
        have = have.real
    unexpected = np.isfinite(want) & ~np.isfinite(have)
    if unexpected.any():
        return f"it holds {have[unexpected].flat[0]} where a finite number is expected"
    close = np.isclose(have, want, rtol, atol, equal_nan=True)
    if close.all():
        return None
    if close.size == 1:
        return "the number is not right"
    return f"{int((~close).sum())} of {close.size} numbers are not right"


def _array(value) -> np.ndarray:
    """As an array that NumPy can calculate with; integers beyond 64 bits become floats."""
    array = np.asarray(value)
    if array.dtype.kind != "O":
        return array
    try:
        return array.astype(float)
    except OverflowError:
        return np.full(array.shape, np.inf)
