"""Fingerprints of what a result depends on. While they stay the same, a result is valid."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property, lru_cache, partial
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType

import numpy as np

from autograder.course import Course
from autograder.course.cells import Notebook
from autograder.course.environment import environment
from autograder.inside.naming import Named
from autograder.notation.checks import CONTENT, Check

# What all results depend on. The other rooms only build, show, send or store, and a check counts for
# its own part alone (`of_check`).
ROOMS = (
    "autograder/inside", "autograder/notation", "autograder/course", "autograder/judging",
    "autograder/isolation", "autograder/grading", "utils", "data",
)  # fmt: skip


def digest(*parts) -> str:
    """A short hash of texts, bytes and numbers."""
    made = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
        made.update(b"%d:" % len(data) + data)
    return made.hexdigest()[:24]


@lru_cache
def of_framework(course: Course) -> str:
    """Everything that all results depend on: the grader, Python, and what students can import."""
    files = [
        file
        for room in ROOMS
        for file in sorted((course.root / room).rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    ]
    contents = [(file.relative_to(course.root).as_posix(), file.read_bytes()) for file in files]
    return digest(*environment(), *(part for pair in contents for part in pair))


def of_reference(notebook: Notebook, part: str) -> str:
    """What the reference's values of a part depend on: set-up and solutions up to its tests."""
    texts = []
    for cell in notebook.cells:
        if cell.role in ("setup", "answer"):
            texts.append(cell.solution)
        if cell.role == "test" and cell.key == part:
            break
    return digest(*texts)


def of_observation(check: Check) -> str:
    """What the observation of an answer depends on, beside the answer."""
    return digest(check.part, check.seconds, *check.forbid, _fingerprint(check.observe))


def of_check(check: Check) -> str:
    """What the verdict on an answer depends on, beside the answer and the reference."""
    return _fingerprint(_held_by(check))


def _fingerprint(value) -> str:
    """Of a value, and then of every function and class of a check that it leads to, once each, in the order
    in which they are met: checks share them, and they refer to each other."""
    hashes, places, todo = [], {}, [_told(_walk, value)]
    for own, leads_to in todo:
        hashes.append(own)
        for one in leads_to:
            if one not in places:
                places[one] = len(places)
                todo.append(_of_code(one))
            hashes.append(places[one])
    return digest(*hashes)


@cache
def _of_code(value: FunctionType | type) -> tuple[str, list]:
    """What stands in a function or a class of a check: its hash, and the others that it refers to."""
    return _told(_walk_function if isinstance(value, FunctionType) else _walk_class, value)


def _told(walk, value) -> tuple[str, list]:
    met: list[FunctionType | type] = []
    return digest(*walk(value, _Seen(met))), met


@dataclass(frozen=True)
class _Seen:
    """The functions and classes of checks that a walk has `met`, and the objects `around` its place."""

    met: list
    around: frozenset[int] = frozenset()

    def inside(self, value) -> _Seen:
        """The same one level deeper."""
        return _Seen(self.met, self.around | {id(value)})


def _walk(value, seen: _Seen) -> Iterable[str | bytes]:
    """Everything that a value consists of, but for functions and classes of checks: these are met.

    Names, positions in a file and comments do not count. What belongs to the framework or to a
    library is given by its name, with the values that a check gave it.
    """
    if id(value) in seen.around:
        yield "again"
        return
    yield type(value).__name__
    if value is None or isinstance(value, (bool, int, float, complex, str, Path)):
        yield repr(value)
    elif isinstance(value, bytes):
        yield value
    elif isinstance(value, (set, frozenset)):
        yield from sorted(_fingerprint(one) for one in value)
    elif isinstance(value, np.ndarray):
        yield from (str(value.dtype), str(value.shape), value.tobytes())
    elif isinstance(value, ModuleType):
        yield value.__name__
    elif isinstance(value, CodeType):
        yield value.co_code
        yield from _walk_all((value.co_names, value.co_varnames, value.co_consts), seen)
    else:
        yield from _walk_inside(value, seen.inside(value))


def _walk_inside(value, seen: _Seen) -> Iterable[str | bytes]:
    if isinstance(value, Mapping):
        yield from _walk_all([part for pair in value.items() for part in pair], seen)
    elif isinstance(value, (list, tuple)):
        yield from _walk_all(value, seen)
    elif isinstance(value, Check):
        yield value.part
    elif isinstance(value, partial):
        yield from _walk_all((value.func, value.args, value.keywords), seen)
    elif isinstance(value, Named):
        yield from _walk_all(value.__reduce__()[1], seen)
    elif hasattr(value, "__qualname__"):
        yield from _walk_code(value, seen)
    elif hasattr(value, "__dataclass_fields__"):
        yield from _walk_all([getattr(value, field.name) for field in fields(value)], seen)
    else:
        yield from _walk_all([_held_by(value)], seen)


def _held_by(value) -> dict:
    """The attributes of an object, without those that it computes from others when they are asked for."""
    computed = {n for kind in type(value).__mro__ for n, one in vars(kind).items()
                if isinstance(one, cached_property)}  # fmt: skip
    held = getattr(value, "__dict__", {})
    return {name: one for name, one in held.items() if name not in computed}


def _walk_code(value, seen: _Seen) -> Iterable[str | bytes]:
    """A function, a method or a class: met, or its name with what it was made with."""
    module, in_check = _module_of(value), _is_content(value)
    if isinstance(value, (FunctionType, type)) and in_check:
        seen.met.append(value)
    else:
        yield f"{module}.{value.__qualname__}"
        if isinstance(value, FunctionType) and module.startswith("autograder."):
            yield from _walk_all(_closed_over(value), seen)
        elif isinstance(value, MethodType) and (in_check or module.startswith("autograder.")):
            yield from _walk_all((value.__func__, value.__self__), seen)


def _walk_class(value: type, seen: _Seen) -> Iterable[str | bytes]:
    own = {
        name: one for name, one in vars(value).items() if name not in ("__dict__", "__weakref__")
    }
    yield from _walk_all([value.__bases__, own], seen)


def _walk_function(function: FunctionType, seen: _Seen) -> Iterable[str | bytes]:
    names = sorted(_global_names(function.__code__) & function.__globals__.keys())
    refers = [(name, function.__globals__[name]) for name in names]
    made_with = function.__defaults__, function.__kwdefaults__, _closed_over(function)
    yield from _walk_all([function.__code__, *made_with, refers], seen)


def _closed_over(function: FunctionType) -> list:
    return [cell.cell_contents for cell in function.__closure__ or ()]


def _walk_all(values: Iterable, seen: _Seen) -> Iterable[str | bytes]:
    for value in values:
        yield from _walk(value, seen)
    yield "."


def _global_names(code: CodeType) -> set[str]:
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _global_names(constant)
    return found


def _is_content(value) -> bool:
    """Does it come from a check, or from a module that checks share, and not from a room or a library?"""
    name = _module_of(value)
    module = sys.modules.get(name)
    if module is None or name == CONTENT or name.startswith(f"{CONTENT}."):
        return True
    return "check" in vars(module) and not name.startswith("autograder.")


def _module_of(value) -> str:
    return getattr(value, "__module__", "") or ""
