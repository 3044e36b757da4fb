"""Names that an answer must not use, found in its text (never by running it)."""

from __future__ import annotations

import ast
import re
import warnings
from functools import lru_cache

MAX_PARSED = 50_000  # characters; Python's own parser takes very long over some longer texts


def forbidden_use(source: str, forbidden: tuple[str, ...]) -> str | None:
    """The first forbidden module or dotted name that `source` uses, or None."""
    if not forbidden:
        return None
    used = _used(source) if len(source) <= MAX_PARSED else _used.__wrapped__(source)
    for name in forbidden:
        if any(one == name or one.startswith(name + ".") for one in used):
            return name
    return None


@lru_cache(maxsize=1000)  # the parts of a notebook ask for the same cells
def _used(source: str) -> frozenset[str]:
    tree = parsed(source)
    found = re.findall(r"[A-Za-z_][\w.]*", source) if tree is None else _used_names(tree)
    return frozenset(found)


def parsed(source: str) -> ast.Module | None:
    """The syntax tree; None for what Python cannot read, and for what no student writes."""
    if len(source) > MAX_PARSED:
        return None
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _used_names(tree: ast.AST) -> set[str]:
    """Dotted names with import aliases resolved, and modules imported by a literal name."""
    aliases: dict[str, str] = {"np": "numpy"}
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                used.add(alias.name)
                aliases[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                used.update({node.module, f"{node.module}.{alias.name}"})
                aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)) and (name := _dotted(node)):
            first, _, rest = name.partition(".")
            used.add(name)
            used.add(".".join(filter(None, [aliases.get(first, first), rest])))
        elif isinstance(node, ast.Call) and _dotted(node.func) in (
            "__import__", "importlib.import_module", "import_module",
        ):  # fmt: skip
            used.update(
                a.value
                for a in node.args
                if isinstance(a, ast.Constant) and isinstance(a.value, str)
            )
    return used


def _dotted(node: ast.AST) -> str:
    """`a.b.c` for such an expression, up to a dozen names; "" for every other one."""
    names: list[str] = []
    while isinstance(node, ast.Attribute) and len(names) < 12:
        names.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(names)]) if isinstance(node, ast.Name) else ""
