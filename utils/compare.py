"""Compare values with values: whether they differ, where first, and how."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Number

import numpy as np

_LARGEST = 2.0**53
ONE_TUPLE = "it is a tuple with one element: a comma at the end of a line makes one"


@dataclass(frozen=True)
class Difference:
    """A value that differs from what was expected.

    `how` is a sentence where the kind or the shape is another one, and "" where only the value is.
    A value with entries that differ has the first of them as `inner`, its `place` in words, its
    number (`entry`), and how many differ of all; `also` names the other keys of a dict that do.
    """

    got: object
    expected: object
    how: str = ""
    inner: Difference | None = None
    place: str = ""
    entry: int | None = None
    wrong: int = 0
    of: int = 0
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.inner is not None:
            return f"{self.place}{',' if self.inner.inner else ''} {self.inner}"
        if isinstance(self.got, float) and self.how:
            return f"it is {self.got}, and {self.how}"
        return self.how or f"{_subject(self.expected)} is not right"


def difference(expected, got, rtol: float = 1e-4, atol: float = 1e-6) -> str | None:
    """None when `got` agrees with `expected`; otherwise one sentence on how it differs."""
    found = first_difference(expected, got, rtol, atol)
    return None if found is None else str(found)


def first_difference(expected, got, rtol: float = 1e-4, atol: float = 1e-6) -> Difference | None:
    """None when `got` agrees with `expected`; otherwise where it first differs, and how.

    Strict in shape, blind to dtype and to list, tuple or array. A non-finite value never equals a
    finite one; a boolean is no number; text is compared without case and outer blanks.
    """
    if got is None and expected is not None:
        return Difference(got, expected, "it is None")
    if isinstance(got, tuple) and len(got) == 1 and isinstance(expected, (Number, str)):
        return Difference(got, expected, ONE_TUPLE)
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


def _subject(expected) -> str:
    if isinstance(expected, str):
        return "the text"
    if isinstance(expected, (set, frozenset)):
        return "the selection"
    return "the number" if _numeric(expected) and not isinstance(expected, bool) else "the value"


def _simple(expected, got) -> Difference | None:
    got = bool(got) if isinstance(got, np.bool_) else got
    if type(expected) is not type(got):
        return Difference(got, expected, f"it is {_name(got)}, expected {_name(expected)}")
    if isinstance(expected, str):
        same = expected.strip().casefold() == got.strip().casefold()
    else:
        same = expected == got
    return None if same else Difference(got, expected)


def _mapping(expected: dict, got, rtol, atol) -> Difference | None:
    if not isinstance(got, dict):
        return Difference(got, expected, f"it is {_name(got)}, expected a dict")
    if missing := [key for key in expected if key not in got]:
        return Difference(got, expected, f"{_quoted(missing[0])} is missing")
    if extra := [key for key in got if key not in expected]:
        return Difference(got, expected, f"{_quoted(extra[0])} does not belong there")
    wrong = {
        key: found
        for key, value in expected.items()
        if (found := first_difference(value, got[key], rtol, atol))
    }
    if not wrong:
        return None
    first, inner = next(iter(wrong.items()))
    like_it = [key for key, found in wrong.items() if _same_leaf(found, inner)]
    also = tuple(_quoted(key) for key in wrong if key not in like_it)
    preposition = "for" if _is_simple(expected[first]) else "in"
    return Difference(
        got, expected, inner=inner, place=f"{preposition} {enumerated(map(_quoted, like_it))}",
        entry=list(expected).index(first), wrong=len(wrong), of=len(expected), also=also,
    )  # fmt: skip


def _quoted(key) -> str:
    return f'"{key}"'


def enumerated(names) -> str:
    """a, b and c"""
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last


def _is_simple(value) -> bool:
    return not isinstance(value, (dict, list, tuple, set, frozenset)) and np.ndim(value) == 0


def _same_leaf(one: Difference, other: Difference) -> bool:
    """The same wrong True or False, or text, in place of the same right one?"""
    if one is other:
        return True
    if not all(isinstance(it.expected, (bool, str)) and not it.how for it in (one, other)):
        return False
    return (one.got, one.expected) == (other.got, other.expected)


def _set(expected, got) -> Difference | None:
    whole = got
    if isinstance(got, (list, tuple)):
        got = set(got) if all(isinstance(item, (str, int, float)) for item in got) else got
    if isinstance(got, str):
        got = set(got.replace(",", " ").split())
    if not isinstance(got, (set, frozenset)):
        return Difference(whole, expected, f"it is {_name(got)}, expected a set")
    return None if _folded(expected) == _folded(got) else Difference(whole, expected)


def _folded(items) -> set:
    return {item.strip().casefold() if isinstance(item, str) else item for item in items}


def _sequence(expected, got, rtol, atol) -> Difference | None:
    whole = got
    if isinstance(got, np.ndarray) and got.ndim:
        got = list(got)
    if not isinstance(got, (list, tuple)):
        return Difference(whole, expected, f"it is {_name(got)}, expected {len(expected)} values")
    if len(got) != len(expected):
        return Difference(whole, expected, f"it has {len(got)} values, expected {len(expected)}")
    found = [first_difference(want, have, rtol, atol) for want, have in zip(expected, got)]
    wrong = [place for place, one in enumerate(found) if one is not None]
    if not wrong:
        return None
    return Difference(
        whole, expected, inner=found[wrong[0]], place=f"at entry {wrong[0]}",
        entry=wrong[0], wrong=len(wrong), of=len(expected),
    )  # fmt: skip


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


def _numbers(expected, got, rtol, atol) -> Difference | None:
    if _is_plain(expected) and _is_plain(got):
        close = abs(got - expected) <= atol + rtol * abs(expected)  # as NumPy, without an array
        return None if close else Difference(got, expected)
    if isinstance(expected, (list, tuple)) and isinstance(got, (list, tuple)) and not _numeric(got):
        return _sequence(expected, got, rtol, atol)
    if not _numeric(got):
        wanted = (
            "an array" if isinstance(expected, np.ndarray) and expected.ndim else _name(expected)
        )
        return Difference(got, expected, f"it is {_name(got)}, expected {wanted}")
    want, have = _array(expected), _array(got)
    if want.shape != have.shape:
        return Difference(got, expected, f"its shape is {have.shape}, expected {want.shape}")
    if have.dtype.kind == "b" and want.dtype.kind != "b":
        return Difference(got, expected, "it holds True/False, expected numbers")
    if have.dtype.kind == "c" and want.dtype.kind != "c":
        if np.any(np.abs(have.imag) > atol):
            return Difference(got, expected, "it is complex, expected a real number")
        have = have.real
    if (have == want).all():
        return None
    finite, unexpected = np.isfinite(want), ~np.isfinite(have)
    if want.dtype == have.dtype == float and finite.all() and not unexpected.any():
        far = np.abs(have - want) > atol + rtol * np.abs(want)  # as below, and sooner
    else:
        unexpected &= finite
        far = ~np.isclose(have, want, rtol, atol, equal_nan=True) | unexpected
    if not far.any():
        return None
    place = np.unravel_index(int(np.argmax(unexpected if unexpected.any() else far)), far.shape)
    how = "a finite number is expected" if unexpected.any() else ""
    leaf = Difference(have[place].item(), want[place].item(), how)
    if far.ndim == 0:
        return leaf
    return Difference(
        got, expected, inner=leaf, place=_in_words(place), entry=int(place[0]),
        wrong=int(far.sum()), of=far.size,
    )  # fmt: skip


def _is_plain(number) -> bool:
    """A number of Python's own that is finite, and no integer beyond those that floats hold?"""
    return type(number) in (float, int) and abs(number) <= _LARGEST


def _in_words(place: tuple) -> str:
    place = tuple(map(int, place))
    if len(place) == 1:
        return f"at entry {place[0]}"
    if len(place) == 2:
        return f"at row {place[0]}, column {place[1]}"
    return f"at index {place}"


def _array(value) -> np.ndarray:
    """As an array that NumPy can calculate with; integers beyond 64 bits become floats."""
    array = np.asarray(value)
    if array.dtype.kind != "O":
        return array
    try:
        return array.astype(float)
    except OverflowError:
        return np.full(array.shape, np.inf)
