"""Which texts an answer relies on: for rules such as "write it, don't import it".

A student may compare an answer with torch in a cell of their own. Only cells that define names
that the answer uses, or that change what the answer defines, belong to the answer.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import lru_cache

from autograder.judging.forbid import forbidden_use, parsed

_REACH_IN = {"exec", "eval", "setattr", "globals", "locals", "vars", "delattr"}


def forbidden_in(answer: str, others: Iterable[str], forbidden: tuple[str, ...]) -> str | None:
    """The first forbidden name in an answer, or in a text that it relies on."""
    if not forbidden:
        return None
    for text in [answer, *relied_on(answer, others)]:
        if used := forbidden_use(text, forbidden):
            return used
    return None


def relied_on(answer: str, others: Iterable[str]) -> list[str]:
    """Those of the other texts that the answer builds on, or that change it."""
    tree = _parsed(answer)
    if tree is None:
        return []
    uses, defines = _uses(tree), _defines(tree)
    left = [(text, cell) for text in others if (cell := _parsed(text)) is not None]
    found: list[str] = []
    while True:
        chosen = [
            pair
            for pair in left
            if _defines(pair[1]) & (uses | defines) or _reaches(pair[1], defines)
        ]
        if not chosen:
            return found
        for text, cell in chosen:
            found.append(text)
            uses |= _uses(cell)
        left = [pair for pair in left if pair not in chosen]


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


@lru_cache(maxsize=100)  # the parts of a notebook ask for the same cells
def _parsed(text: str) -> ast.Module | None:
    """The syntax tree; IPython's magics do not count. None for text that Python cannot run."""
    lines = [("pass" if line.lstrip()[:1] in ("%", "!") else line) for line in text.splitlines()]
    return parsed("\n".join(lines))


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


def _reaches(tree: ast.AST, names: set[str]) -> bool:
    """Does the cell set attributes of `names`, or use a function that can change anything?"""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            base = node.value
            while isinstance(base, (ast.Attribute, ast.Subscript)):
                base = base.value
            if isinstance(base, ast.Name) and base.id in names:
                return True
        if isinstance(node, ast.Name) and node.id in _REACH_IN:
            return True
    return False
