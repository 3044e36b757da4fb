"""The modules that observe, made anew from their files' code in a fork that observes.

A cell can change what is in memory, these modules too. So a fork does not use what it finds: the code
was read before any cell ran.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from types import CodeType

PACKAGE = __name__.partition(".")[0]
OBSERVING = tuple(
    f"{PACKAGE}{name}"
    for name in (
        "", ".inside", ".inside.absent", ".inside.answer", ".inside.calls", ".inside.expressions",
        ".inside.naming", ".inside.observation", ".inside.plain", ".inside.typed",
    )
)  # fmt: skip

_former: list = []


def code_of(names: tuple[str, ...] = OBSERVING) -> dict[str, CodeType]:
    """The code of modules, from their files."""
    specs = {name: importlib.util.find_spec(name) for name in names}
    return {name: spec.loader.get_code(name) for name, spec in specs.items()}


class Fresh:
    """Finds modules whose code is known, and makes them from it."""

    def __init__(self, code: dict[str, CodeType]):
        self._code = code

    def find_spec(self, name, path=None, target=None):
        if name in self._code:
            is_package = any(other.startswith(f"{name}.") for other in self._code)
            return ModuleSpec(name, self, is_package=is_package)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module) -> None:
        exec(self._code[module.__name__], vars(module))


def renew(code: dict[str, CodeType]) -> None:
    """From here on, imports of these modules give new ones."""
    # (They are kept: to let go of a module is to write to all that it holds, in a copy of its memory.)
    _former.extend(sys.modules.pop(name, None) for name in code)
    sys.meta_path.insert(0, Fresh(code))
