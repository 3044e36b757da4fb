"""Fresh mistakes, made by machine: small changes of a right answer that nobody registered.

Every mutant differs from the reference solution in one place: an operator swapped, a factor or a term
dropped, a sign turned, a transposition left out, a product reversed, an index or a constant off.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

SWAPPED = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult,
    ast.Lt: ast.Gt, ast.LtE: ast.Lt, ast.Gt: ast.Lt, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: what was done, where, and the text of the whole answer with it.

    `change` tells a mutant from all others of its answer, as long as the statement stays as it is.
    """

    change: str
    text: str


@cache
def mutants(solution: str) -> list[Mutant]:
    """All mutants of an answer's text, each once."""
    tree = ast.parse(solution)
    unchanged, places = ast.unparse(tree), dict(_places(tree))
    found: dict[str, Mutant] = {}
    times: Counter[str] = Counter()
    for node, slot in list(_slots(tree)):
        for change, new in _changes(node):
            with _in_place(slot, node, new):
                text = ast.unparse(tree)
            if text not in found and text != unchanged:
                said = f"{change}: {_line(node)}  →  {_line(new)}  in {places[node]}"
                times[said] += 1
                again = f" ({times[said]})" if times[said] > 1 else ""
                found[text] = Mutant(said + again, text)
    return list(found.values())


def _places(node: ast.AST, function="", statement="") -> Iterator[tuple[ast.AST, str]]:
    """(every node, the function and the first line of the statement that it stands in)."""
    if isinstance(node, ast.stmt):
        statement = ast.unparse(node).splitlines()[0]
    yield node, f"{function}: {statement}" if function else statement
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        function = f"{function}.{node.name}".strip(".")
    for child in ast.iter_child_nodes(node):
        yield from _places(child, function, statement)


def _line(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:60]


def _slots(tree: ast.AST) -> Iterator[tuple[ast.AST, tuple]]:
    """(every node but the first in the order of `ast.walk`, where it hangs: in which list or in whose
    names, and under what number or name)."""
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if isinstance(value, ast.AST):
                yield value, (vars(parent), name)
            elif isinstance(value, list):
                for number, one in enumerate(value):
                    if isinstance(one, ast.AST):
                        yield one, (value, number)


@contextmanager
def _in_place(slot: tuple, node: ast.AST, new: ast.AST) -> Iterator[None]:
    """The tree with another node in a slot; afterwards it is as before."""
    holder, key = slot
    holder[key] = new
    try:
        yield
    finally:
        holder[key] = node


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """(what is done, the node in its place)."""
    if isinstance(node, ast.BinOp):
        yield from _of_operation(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "sign dropped", node.operand
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield "not transposed", node.value
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        turned = ast.Compare(node.left, [SWAPPED[type(node.ops[0])]()], node.comparators)
        yield "comparison", turned
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        if isinstance(node.slice.value, int):
            other = ast.Constant(node.slice.value + (1 if node.slice.value >= 0 else -1))
            yield "wrong index", ast.Subscript(node.value, other, node.ctx)
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield "constant", ast.Constant(node.value + 1)
        if node.value not in (0, 1):
            yield "constant", ast.Constant(node.value / 2)
    elif isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        yield "call left out", node.args[0]
    elif isinstance(node, ast.Call) and len(node.args) == 2 and not node.keywords:
        yield "arguments exchanged", ast.Call(node.func, node.args[::-1], [])
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Add, ast.Sub)):
        target = copy.deepcopy(node.target)
        yield "assigned, not added", ast.Assign([target], node.value, lineno=node.lineno)
        other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        yield "operator", ast.AugAssign(target, other, node.value)


def _of_operation(node: ast.BinOp) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.op, ast.MatMult):
        yield "factors exchanged", ast.BinOp(node.right, node.op, node.left)
        return
    if type(node.op) in SWAPPED:
        yield "operator", ast.BinOp(node.left, SWAPPED[type(node.op)](), node.right)
    what = "factor dropped" if isinstance(node.op, (ast.Mult, ast.Div)) else "term dropped"
    if isinstance(node.op, ast.Pow):
        what = "power"
    yield what, node.left
    if not isinstance(node.op, (ast.Div, ast.Pow)):
        yield what, node.right
    if isinstance(node.op, (ast.Sub, ast.Div)):
        yield "exchanged", ast.BinOp(node.right, node.op, node.left)
