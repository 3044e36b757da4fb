"""Values as people read them: short, whole numbers whole, sets in order."""

from __future__ import annotations

import math

import numpy as np

MOST_ITEMS = 12  # of a list are shown; of a longer one the ends
MOST_ENTRIES = 24  # of an array


def shorten(text: str, limit: int = 300) -> str:
    """`text`, cut in the middle when it is longer than `limit` characters."""
    if len(text) <= limit:
        return text
    half = (limit - 3) // 2
    return text[:half] + " … " + text[-half:]


def show(value, limit: int = 300) -> str:
    """A short, readable text for any value, and never an exception."""
    try:
        text = _text(value, limit)
    except Exception as problem:
        text = f"<{type(value).__name__} whose repr raises {type(problem).__name__}>"
    return shorten(text, limit)


def _text(value, limit: int) -> str:
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray):
        return _array(value, limit)
    if isinstance(value, (float, np.floating)):
        return _number(float(value))
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, tuple):
        trailing = "," if len(value) == 1 else ""
        return f"({_items(value, limit)}{trailing})"
    if isinstance(value, list):
        return f"[{_items(value, limit)}]"
    if isinstance(value, (set, frozenset)):
        return f"{{{_items(sorted(value, key=repr), limit)}}}" if value else "set()"
    if isinstance(value, dict) and len(value) <= 20:
        return "{" + ", ".join(f"{k!r}: {show(v, limit)}" for k, v in value.items()) + "}"
    if callable(value) and hasattr(value, "__name__"):
        return "a function" if value.__name__ == "<lambda>" else value.__name__
    return " ".join(repr(value).split())


def _number(value: float) -> str:
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return format(value, ".6g")


def _items(values, limit: int) -> str:
    values = list(values)
    if len(values) <= MOST_ITEMS:
        return ", ".join(show(one, limit) for one in values)
    first = ", ".join(show(one, limit) for one in values[: MOST_ITEMS // 2])
    return f"{first}, …, {show(values[-1], limit)}"


def _array(value: np.ndarray, limit: int) -> str:
    if value.size == 0:
        return f"an array of shape {value.shape}"
    if value.size > MOST_ENTRIES:
        text = np.array2string(
            value, precision=4, separator=", ", threshold=MOST_ENTRIES, edgeitems=2
        )
        return " ".join(text.split())
    return _text(_rounded(value.tolist()), limit)


def _rounded(value):
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return float(format(value, ".5g")) if isinstance(value, float) else value
