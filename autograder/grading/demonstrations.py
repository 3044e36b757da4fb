"""Which of the course's own demonstrations need not be run again for every student.

A demonstration that the student left alone shows the same for everybody, unless it uses what an
answer or a cell of the student's defines. It is run once for the whole class. Where the student's
cells use what a demonstration defines, it is run with them.
"""

from __future__ import annotations

import ast
import symtable
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from autograder.course.cell_ids import role_of
from autograder.course.given import Given
from autograder.grading.executor import Job, RunCell
from autograder.grading.rebuild import Rebuilt
from autograder.judging.forbid import parsed


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


_REACH_ANYWHERE = {"exec", "eval", "globals", "locals", "vars", "get_ipython"}
_MODULES_THAT_REACH = {"__main__", "builtins", "gc", "inspect", "sys"}


@lru_cache(maxsize=4096)
def names_of(source: str) -> Names:
    """What stands in a cell's text, by Python's own rules of scope."""
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


def fixed(given: Given) -> frozenset[str]:
    """Ids of the demonstrations that depend on no answer: the set-up and each other only."""
    cells = given.notebook.with_role("answer")
    return _independent(given, given.shown.cells, [names_of(cell.solution) for cell in cells])


@lru_cache
def _imports_of_set_up(given: Given) -> frozenset[tuple[str, str]]:
    cells = [names_of(cell.source) for cell in given.shown.cells if role_of(cell.id) == "setup"]
    return frozenset().union(*(names.imports for names in cells))


def job(given: Given, limits) -> tuple[Job, list[str]]:
    """What shows the fixed demonstrations, and the ids of its steps."""
    wanted = fixed(given)
    cells = [
        cell
        for cell in given.shown.cells
        if cell.cell_type == "code" and (cell.id in wanted or role_of(cell.id) == "setup")
    ]
    return Job([RunCell(cell.source) for cell in cells], 0, limits), [cell.id for cell in cells]


def left_out(rebuilt: Rebuilt) -> frozenset[str]:
    """Ids of the fixed demonstrations that need not be run for this submission."""
    cells = [cell for cell in rebuilt.notebook.cells if cell.cell_type == "code"]
    theirs = [names_of(cell.source) for cell in cells if _is_theirs(cell.id, rebuilt)]
    left = fixed(rebuilt.given) - rebuilt.added
    left &= _independent(rebuilt.given, cells, theirs)
    while True:
        run = [names_of(c.source) for c in cells if c.id not in left and _counts(c.id)]
        if any(names.unknown for names in run if names in theirs):
            return frozenset()
        wanted = {name for names in run for name in names.uses}
        needed = {c.id for c in cells if c.id in left and names_of(c.source).gives & wanted}
        if not needed:
            return left
        left -= needed


def _is_theirs(name: str, rebuilt: Rebuilt) -> bool:
    return name in rebuilt.added or name in rebuilt.answered


def _counts(name: str) -> bool:
    return role_of(name) != "setup"


def _independent(given: Given, cells, answers: list[Names]) -> frozenset[str]:
    """Demonstrations that use nothing of the answers, nor of demonstrations that do."""
    set_up = _imports_of_set_up(given)
    changing = {name for names in answers for name in names.changes(set_up)}
    found = set()
    for cell in cells:
        if cell.cell_type == "code" and role_of(cell.id) == "demo":
            names = names_of(cell.source)
            if names.unknown or names.uses & changing:
                changing |= names.gives
            else:
                found.add(cell.id)
                changing -= names.gives
    return frozenset(found)
