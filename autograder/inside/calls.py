"""Which calls of the student's own functions and classes led to a value, as one would type them."""

from __future__ import annotations

import math
import sys
import types

import numpy as np

from autograder.inside.naming import label_of
from utils.values import shorten, show

MOST_CALLS = 16  # are remembered for one value
MOST_EVENTS = 400  # are looked at: a long computation is not slowed down
MOST_ENTRIES = 6  # of an array are shown
LONGEST = 60  # characters of one argument


def is_students(filename: str) -> bool:
    """Is it the name of a notebook's cell?"""
    return "ipykernel" in filename or (
        filename.startswith("<") and not filename.startswith(("<frozen", "<__array"))
    )


def call_text(name: str, args, kwargs=None) -> str:
    """The call as one would type it; large arrays by their shape."""
    given = [written(arg) for arg in args]
    given += [f"{key}={written(value)}" for key, value in (kwargs or {}).items()]
    return f"{name}({', '.join(given)})"


def written(value) -> str:
    """A value as an argument."""
    if (label := label_of(value)) is not None:
        return label
    if _is_array(value) and math.prod(value.shape) > MOST_ENTRIES:
        sizes = "×".join(map(str, value.shape))
        return f"{sizes} array" if len(value.shape) > 1 else f"array of {sizes} numbers"
    text = show(value, 10 * LONGEST)
    if len(text) > LONGEST and isinstance(value, (list, tuple, dict, set)):
        return f"{type(value).__name__} of {len(value)}"
    return shorten(text, LONGEST)


def _is_array(value) -> bool:
    torch = sys.modules.get("torch")
    return isinstance(value, np.ndarray) or (torch is not None and isinstance(value, torch.Tensor))


class Calls:
    """The calls of one `attempt`: of functions as they are reported, of classes as they are seen.

    There is one line for every call, and one for all that is done with an object:
    `Pow(3).forward(2.5), then .backward(4)`.
    """

    def __init__(self):
        self.of_functions = False
        self._lines: list[list[str]] = []  # of an object: how it was made, and its calls
        self._of: dict[int, list[str]] = {}
        self._alive: list[object] = []  # so that no id is used again
        self._classes: set[type] = set()
        self._watching = False
        self._events = 0

    def lines(self) -> list[str]:
        """What was called, in order."""
        return [", then .".join([".".join(line[:2]), *line[2:]]) for line in self._lines]

    def add(self, name: str, args, kwargs) -> None:
        """A call of a function."""
        self.of_functions = True
        if len(self._lines) < MOST_CALLS:
            self._lines.append([call_text(name, args, kwargs)])

    def say(self, text: str) -> None:
        """What was done, where no call says it."""
        if len(self._lines) < MOST_CALLS:
            self._lines.append([text])

    def watch(self, kind: type) -> None:
        """From now on, note what the check does with objects of the student's class."""
        self._classes.add(kind)
        if not self._watching and sys.getprofile() is None:
            self._watching = True
            sys.setprofile(self._look)

    def end(self) -> None:
        """Stop watching."""
        if self._watching:
            sys.setprofile(None)
            self._watching = False

    def _look(self, frame: types.FrameType, event: str, _) -> None:
        self._events += 1
        if self._events > MOST_EVENTS or len(self._lines) >= MOST_CALLS:
            self.end()
        elif event == "call" and is_students(frame.f_code.co_filename):
            if frame.f_back and not is_students(frame.f_back.f_code.co_filename):
                self._note(frame)

    def _note(self, frame: types.FrameType) -> None:
        names = frame.f_code.co_varnames[: frame.f_code.co_argcount]
        values = [frame.f_locals[name] for name in names if name in frame.f_locals]
        if not values or type(values[0]) not in self._classes:
            return
        it, args, name = values[0], values[1:], frame.f_code.co_name
        kind = type(it)
        if name == "__init__":
            self._begin(it, call_text(kind.__name__, _typed_ones(args)))
        elif not name.startswith("_"):
            if id(it) not in self._of and kind.__init__ is object.__init__:
                self._begin(it, f"{kind.__name__}()")
            if len(line := self._of.get(id(it), [])) in (1, 2):
                line.append(call_text(name, args))

    def _begin(self, it: object, made: str) -> None:
        self._alive.append(it)
        self._of[id(it)] = [made]
        self._lines.append(self._of[id(it)])


def _typed_ones(args: list) -> list:
    """The arguments without those at the end that were most likely left out: empty defaults."""
    args = list(args)
    while args and (args[-1] is None or isinstance(args[-1], (str, tuple, list)) and not args[-1]):
        args.pop()
    return args
