"""Functions that a student is told about in words, and that a student's code cannot tell apart."""

from __future__ import annotations

from collections.abc import Callable


class Named:
    """A function with a label for feedback. To the code that is given it, all of them look alike."""

    __slots__ = ("_function", "_label")
    __name__ = __qualname__ = "function"

    def __init__(self, label: str, function: Callable):
        self._label, self._function = label, function

    def __call__(self, *args, **kwargs):
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        return "<function>"

    def __reduce__(self):
        return Named, (self._label, self._function)


def named(text: str, function: Callable) -> Named:
    """`function`, to be shown to the student as `text`."""
    return Named(text, function)


def label_of(value) -> str | None:
    """What a named function is shown as; None for everything else."""
    return value._label if type(value) is Named else None
