"""The names that a cell's text takes from other cells, and those that it gives them."""

from __future__ import annotations

import ast
import symtable
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from autograder.judging.forbid import MAX_PARSED, parsed


@dataclass(frozen=True)
class Names:
    """The global names that a cell takes from others, and those that it gives them."""

    uses: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset()
    imports: frozenset[tuple[str, str]] = frozenset()  # (name, of what), given by nothing else
    unknown: bool = False  # may use anything: no Python that can be parsed, or exec and the like

    def changes(self, set_up: frozenset[tuple[str, str]]) -> frozenset[str]:
        """The names that stand for something else after this cell than after the set-up."""
        others = {name for name, _ in self.imports - set_up}
        return self.gives - ({name for name, _ in self.imports & set_up} - others)


def needed_by(
    texts: Iterable[str], others: Iterable[str], known: frozenset[str] = frozenset()
) -> list[str]:
    """Those of the other cells that give names which the texts use, directly or through each other.

    `known` are names that come from elsewhere.
    """
    others = list(dict.fromkeys(others))
    missing = set().union(*(names_of(text).uses for text in texts)) - known
    found: set[str] = set()
    while new := {text for text in others if text not in found and names_of(text).gives & missing}:
        found |= new
        missing |= set().union(*(names_of(text).uses for text in new)) - known
    return [text for text in others if text in found]


_REACH_ANYWHERE = {"exec", "eval", "globals", "locals", "vars", "get_ipython"}
_MODULES_THAT_REACH = {"__main__", "builtins", "gc", "inspect", "sys"}


def names_of(source: str) -> Names:
    """What stands in a cell's text, by Python's own rules of scope."""
    return _names_of(source) if len(source) <= MAX_PARSED else Names(unknown=True)


@lru_cache(maxsize=4096)
def _names_of(source: str) -> Names:
    lines = source.splitlines()
    magics = [line.lstrip() for line in lines if line.lstrip()[:1] in ("%", "!")]
    magic = any(not line.startswith("%matplotlib") for line in magics)
    text = "\n".join("pass" if line.lstrip() in magics else line for line in lines)
    if (tree := parsed(text)) is None:
        return Names(unknown=True)
    try:
        with warnings.catch_warnings(action="ignore"):
            table = symtable.symtable(text, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Names(unknown=True)
    stored, loaded = _first_places(tree, ast.Store), _first_places(tree, ast.Load)
    imported, modules = _imports(tree)
    uses, gives, assigned = set(), set(), set()
    for symbol in table.get_symbols():
        name = symbol.get_name()
        if symbol.is_assigned() or symbol.is_imported():
            gives.add(name)
            if symbol.is_assigned():
                assigned.add(name)
            if name in stored and loaded.get(name, stored[name]) < stored[name]:
                uses.add(name)
        elif symbol.is_referenced():
            uses.add(name)
    inside = [s for scope in _inner(table) for s in scope.get_symbols() if s.is_global()]
    assigned |= {symbol.get_name() for symbol in inside if symbol.is_assigned()}
    gives |= assigned
    uses |= {symbol.get_name() for symbol in inside} - gives
    unknown = magic or bool(uses & _REACH_ANYWHERE or modules & _MODULES_THAT_REACH)
    only_imported = frozenset((name, what) for name, what in imported if name not in assigned)
    return Names(frozenset(uses), frozenset(gives), only_imported, unknown)


def _imports(tree: ast.AST) -> tuple[set[tuple[str, str]], set[str]]:
    """(name, what it stands for) of all import statements, and the modules that they load.

    `__import__("math").pi` counts as an import without a name; with anything but a text in the
    brackets it may be any module.
    """
    found, modules, plain = set(), set(), set()
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    found.add((alias.asname, alias.name) if alias.asname else (top, top))
                    modules.add(top)
            case ast.ImportFrom():
                origin = "." * node.level + (node.module or "")
                found |= {(a.asname or a.name, f"{origin}.{a.name}") for a in node.names}
                modules.add(origin.partition(".")[0])
            case ast.Call(func=ast.Name(id="__import__") as name, args=[ast.Constant(str(module))]):
                modules.add(module.partition(".")[0])
                plain.add(name)
            case ast.Name(id="__import__") if node not in plain:
                modules.add("__main__")
    return found, modules


def _inner(table: symtable.SymbolTable) -> Iterable[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inner(child)


def _first_places(tree: ast.AST, kind: type) -> dict[str, tuple[int, int]]:
    """Where names are stored or loaded first, outside functions and classes."""
    found: dict[str, tuple[int, int]] = {}
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, kind):
            place = node.lineno, node.col_offset
            found[node.id] = min(place, found.get(node.id, place))
        if (
            isinstance(node, ast.AugAssign)
            and isinstance(node.target, ast.Name)
            and kind is ast.Load
        ):
            found.setdefault(node.target.id, (node.lineno, -1))
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                todo.append(child)
    return found
