"""Fingerprints of what a result depends on: equal fingerprints mean that nothing is to be done again."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import numpy as np

from autograder.check import Check
from autograder.course import Course
from autograder.course.source import Notebook
from autograder.notation.checks import CONTENT

# Code that only shows, sends or stores results; a change in it leaves them as they are.
_BESIDE = (
    "checks", "commands", "gradebook", "report", "nbgrader_plugin.py", "notebook.py",
)  # fmt: skip
_LIBRARIES = ("numpy", "torch", "matplotlib", "ipython", "ipywidgets")


def digest(*parts) -> str:
    """A short hash of texts, bytes and numbers."""
    made = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
        made.update(b"%d:" % len(data) + data)
    return made.hexdigest()[:24]


@lru_cache
def of_framework(course: Course) -> str:
    """Everything that all results depend on: the grader, what students import, the libraries."""
    tops = {f"autograder/{name}" for name in _BESIDE}
    found = [
        file
        for folder in ("autograder", "utils", "data")
        for file in sorted((course.root / folder).rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    ]
    kept = [
        (name, file.read_bytes())
        for file in found
        if not any(
            (name := file.relative_to(course.root).as_posix()) == top or name.startswith(f"{top}/")
            for top in tops
        )
    ]
    versions = [f"{name} {metadata.version(name)}" for name in _LIBRARIES]
    return digest(sys.version, *versions, *(part for pair in kept for part in pair))


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
    return digest(check.part, check.seconds, _fingerprint(check.observe))


def of_check(check: Check) -> str:
    """What the verdict on an answer depends on, beside the answer and the reference."""
    options = (check.points, check.bonus, check.forbid, check.reveal, check.rtol, check.atol)
    variants = list(check.variants.values())
    return digest(
        of_observation(check),
        *map(_fingerprint, (options, check.all_or_nothing, check.weights, check.decide, variants)),
    )


def _fingerprint(value) -> str:
    return digest(*_walk(value, set()))


def _walk(value, seen: set[int]) -> Iterable[str | bytes]:
    """Everything that a value consists of; functions with what they refer to in their own module.

    Names, positions in a file and comments do not count. What belongs to another module is given
    by its name: that module is part of the framework or of a library.
    """
    if id(value) in seen:
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
        seen = seen | {id(value)}
        yield from _walk_inside(value, seen)


def _walk_inside(value, seen: set[int]) -> Iterable[str | bytes]:
    if isinstance(value, Mapping):
        yield from _walk_all([part for pair in value.items() for part in pair], seen)
    elif isinstance(value, (list, tuple)):
        yield from _walk_all(value, seen)
    elif isinstance(value, Check):
        yield value.part
    elif isinstance(value, FunctionType) and _is_content(value):
        yield from _walk_function(value, seen)
    elif isinstance(value, type) and _is_content(value):
        own = {
            name: one
            for name, one in vars(value).items()
            if name not in ("__dict__", "__weakref__")
        }
        yield from _walk_all([value.__bases__, own], seen)
    elif hasattr(value, "__qualname__"):
        yield f"{getattr(value, '__module__', '')}.{value.__qualname__}"
    elif hasattr(value, "__dataclass_fields__"):
        yield from _walk_all([getattr(value, field.name) for field in fields(value)], seen)
    else:
        yield from _walk_all([getattr(value, "__dict__", {})], seen)


def _walk_function(function: FunctionType, seen: set[int]) -> Iterable[str | bytes]:
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    names = sorted(_global_names(function.__code__) & function.__globals__.keys())
    refers = [(name, function.__globals__[name]) for name in names]
    code = function.__code__
    yield from _walk_all(
        [code, function.__defaults__, function.__kwdefaults__, cells, refers], seen
    )


def _walk_all(values: Iterable, seen: set[int]) -> Iterable[str | bytes]:
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
    """Does it come from a check module, or what these share (not the framework or a library)?"""
    name = value.__module__ or ""
    module = sys.modules.get(name)
    if module is None or name == CONTENT or name.startswith(f"{CONTENT}."):
        return True
    return "check" in vars(module) and not name.startswith("autograder.")
