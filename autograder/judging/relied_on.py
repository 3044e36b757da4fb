"""Which texts an answer relies on: for rules such as "write it, don't import it".

A student may compare an answer with torch in a cell of their own. Only cells that define names
that the answer uses, or that change what the answer defines, belong to the answer.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from autograder.judging.forbid import MAX_PARSED, forbidden_use, parsed

_REACH_IN = {"exec", "eval", "setattr", "globals", "locals", "vars", "delattr"}


@dataclass(frozen=True)
class _Names:
    """What matters of a text: the names it uses and defines, and those whose parts it sets."""

    uses: frozenset[str]
    defines: frozenset[str]
    changes: frozenset[str]
    changes_anything: bool


def forbidden_in(answer: str, others: Iterable[str], forbidden: tuple[str, ...]) -> str | None:
    """The first forbidden name in an answer, or in a text that it relies on."""
    if not forbidden:
        return None
    for text in [answer, *relied_on(answer, others)]:
        if used := forbidden_use(text, forbidden):
            return used
    return None


def relied_on(answer: str, others: Iterable[str]) -> list[str]:
    """Those of the other texts that the answer builds on, or that change it.

    A text too long to be parsed may hold anything, so it counts; every text is looked at once.
    """
    others = list(dict.fromkeys(others))
    mine = _names(answer)
    if mine is None:
        return others if len(answer) > MAX_PARSED else []
    found = [text for text in others if len(text) > MAX_PARSED]
    cells = {text: names for text in others if (names := _names(text)) is not None}
    reached = mine.uses | mine.defines
    for text, names in cells.items():
        if names.changes_anything or names.changes & mine.defines or names.defines & reached:
            found.append(text)
    definers: dict[str, list[str]] = {}
    for text, names in cells.items():
        for name in names.defines:
            definers.setdefault(name, []).append(text)
    chosen, todo, seen = set(found), deque(found), set(reached)
    while todo:
        names = cells.get(todo.popleft())
        for name in (names.uses if names else set()) - seen:
            seen.add(name)
            new = [text for text in definers.get(name, ()) if text not in chosen]
            chosen.update(new)
            found += new
            todo.extend(new)
    return found


def top_names(text: str) -> set[str]:
    """What a text defines at its top: functions, classes, variables and imported names."""
    tree = _parsed(text)
    found: set[str] = set()
    for node in tree.body if tree else ():
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        else:
            found |= _defines(node)
    return found


def _names(text: str) -> _Names | None:
    """The names in a text; None for one that is too long, or that Python cannot run."""
    return _short_texts_names(text) if len(text) <= MAX_PARSED else None


@lru_cache(maxsize=1000)  # the parts of a notebook ask for the same cells
def _short_texts_names(text: str) -> _Names | None:
    if (tree := _parsed(text)) is None:
        return None
    uses = _uses(tree)
    return _Names(
        frozenset(uses),
        frozenset(_defines(tree)),
        frozenset(_changes(tree)),
        bool(uses & _REACH_IN),
    )


def _parsed(text: str) -> ast.Module | None:
    """The syntax tree; IPython's magics do not count. None for text that Python cannot run."""
    if len(text) > MAX_PARSED:
        return None
    lines = [("pass" if line.lstrip()[:1] in ("%", "!") else line) for line in text.splitlines()]
    return parsed("\n".join(lines)) or parsed(_transformed(text))


def _transformed(text: str) -> str:
    """A cell as IPython hands it to Python: `found = !ls` and the like are calls then."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return TransformerManager().transform_cell(text)
    except Exception:  # IPython cannot run it, either
        return text


def _uses(tree: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _defines(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return found


def _changes(tree: ast.AST) -> set[str]:
    """The names of which an attribute or an entry is set."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            base = node.value
            while isinstance(base, (ast.Attribute, ast.Subscript)):
                base = base.value
            if isinstance(base, ast.Name):
                found.add(base.id)
    return found
