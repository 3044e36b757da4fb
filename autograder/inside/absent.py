"""Taking modules away from a process: an exercise that wants something written is observed without it."""

from __future__ import annotations

import sys
import types
import warnings
from collections.abc import Iterable
from contextlib import suppress


def take_away(names: Iterable[str]) -> None:
    """From here on these modules cannot be imported, and what was kept of them no longer works.

    A function looks up what it uses in its module, and an object in its class, so both are emptied.
    There is no way back: this is for a fork that will end.
    """
    warnings.simplefilter("ignore")  # some modules warn when they are looked at ...
    sys.unraisablehook = lambda _: None  # ... and some objects miss their modules when they end
    for name in names:
        inside = [one for one in sys.modules if one == name or one.startswith(f"{name}.")]
        for one in inside:
            module, sys.modules[one] = sys.modules[one], None
            if isinstance(module, types.ModuleType) and is_python(module):
                _empty(module)
        sys.modules[name] = None


def is_python(module: types.ModuleType) -> bool:
    """Is it written in Python? (What is compiled may need its module until the process ends.)"""
    return str(getattr(module, "__file__", None)).endswith(".py")


def _empty(module: types.ModuleType) -> None:
    # (isinstance would ask objects for their class, and some warn when they are asked for anything)
    classes = [it for it in vars(module).values() if type(it) is type]
    for kind in classes:
        if kind.__module__ == module.__name__:
            for name, method in list(vars(kind).items()):
                if isinstance(method, (types.FunctionType, staticmethod, classmethod, property)):
                    with suppress(TypeError):
                        delattr(kind, name)
    vars(module).clear()
