"""Variants: other answers to a part, known wrong ones and right ones in another style."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from autograder.notation.faults import CourseFault

LENDS_ITS_BODY = "answer"


class every(str):
    """The new text of an edit that is meant for every place where the old one stands."""


class _Text:
    """A field that holds a text, or a function that gives it once it is asked for."""

    def __set_name__(self, owner: type, name: str):
        self._place = f"_{name}"

    def __get__(self, one, owner=None) -> str:
        if one is None:
            return ""  # the default
        if callable(held := vars(one)[self._place]):
            held = vars(one)[self._place] = held()
        return held

    def __set__(self, one, text: str | Callable[[], str]):
        vars(one)[self._place] = text


@dataclass(frozen=True)
class Variant:
    """Another answer to a part: a known wrong one, or a right one in another style.

    It is made from the reference solution, by replacing text in it (`edits`) or by appending
    definitions that override it (`source`; few of them are asked for in one process, and to find them
    all in the check files takes as long as to load these).
    """

    name: str
    kind: str  # "misconception", "alternative" or "oracle"
    form: str = ""
    sentence: str = ""
    source: str = _Text()
    edits: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Unique within the check: the name, and the form when a name has several."""
        return f"{self.name} ({self.form})" if self.form else self.name

    def text(self, solution: str) -> str:
        """The whole answer, given the reference solution's text."""
        try:
            edited = replaced(solution, self.edits)
        except CourseFault as fault:
            raise CourseFault(f"variant {self.key!r}: {fault}") from None
        return f"{edited}\n\n\n{self.source}".strip() + "\n" if self.source else edited


def replaced(text: str, edits: Mapping[str, str]) -> str:
    """`text` with all edits made at once, each in the one place where its old text stands.

    Where two old texts begin at one place, the longer one counts. `CourseFault` for an old text that
    stands nowhere, or in several places; `{old: every(new)}` says that several are meant.
    """
    if not edits:
        return text
    places = dict.fromkeys(edits, 0)

    def new_text(found: re.Match) -> str:
        places[found[0]] += 1
        return str(edits[found[0]])

    longest_first = sorted(edits, key=len, reverse=True)
    edited = re.sub("|".join(map(re.escape, longest_first)), new_text, text)
    for old, count in places.items():
        if count == 0:
            raise CourseFault(f"{old!r} is not in the reference solution")
        if count > 1 and not isinstance(edits[old], every):
            raise CourseFault(
                f"{old!r} stands in {count} places of the reference solution; choose a longer text, "
                "or write every(…) around the new one"
            )
    return edited


def lent_source(filename: str, line: int) -> str:
    """The text that the definition below the decorator at `line` lends to a variant.

    That is the definition itself, without its decorators; of a function `answer()` it is the body:
    any number of definitions and statements. (`inspect.getsource` confuses definitions of one name,
    of which a check module has several.)
    """
    tree, lines = _parsed(filename)
    for node in ast.walk(tree):
        for decorator in getattr(node, "decorator_list", ()):
            if decorator.lineno <= line <= decorator.end_lineno:
                return textwrap.dedent("\n".join(lines[_first(node) - 1 : node.end_lineno])) + "\n"
    raise CourseFault(f"{filename}:{line}: no definition follows the decorator")


def _first(node: ast.AST) -> int:
    """The line where the lent text begins."""
    if not isinstance(node, ast.FunctionDef) or node.name != LENDS_ITS_BODY:
        return node.lineno
    body = node.body[0]
    return min(part.lineno for part in (body, *getattr(body, "decorator_list", ())))


@lru_cache
def _parsed(filename: str) -> tuple[ast.AST, list[str]]:
    text = Path(filename).read_text(encoding="utf-8")
    return ast.parse(text), text.splitlines()
