"""Answers that are formulas: a function, a sympy expression, a text such as "3x^2 + exp(x)".

    evaluate("3x^2 + exp(x)", x=2.0)
    evaluate_all([["2x", "2y"], ["y", "x"]], x=1.0, y=0.5)

Texts and sympy expressions are computed with 25 digits, so that close numbers can be subtracted; a
function computes as it likes. sympy is imported only for what needs it.
"""

from __future__ import annotations

import ast
import inspect
import math
import operator
import re
import sys
from functools import lru_cache

import numpy as np

from utils.answers import number

DIGITS = 25
FUNCTIONS = {"exp", "log", "ln", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh"}
CONSTANTS = {"pi": "pi", "E": "e", "e": "e"}  # as mpmath calls them
OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.UAdd: operator.pos, ast.USub: operator.neg,
}  # fmt: skip
WRITTEN = {"²": "**2", "³": "**3", "·": "*", "×": "*", "\N{MINUS SIGN}": "-", "^": "**", "π": "pi"}
TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>\*\*|[-+*/()]))"
)
MODULES = re.compile(r"\b(?:np|numpy|math|cmath|torch|sp|sympy)\.")


def evaluate(expression, /, **values: float) -> float:
    """The number that `expression` gives at `values`.

        evaluate("3x^2 + exp(x)", x=2.0)

    expression: a function (its arguments are the values: by their names where it calls them so, else
    in their order), a sympy expression (symbols go by their names), a text, or a number. `TypeError`
    or `ValueError` says in the student's terms why there is no number.
    """
    written = expression
    if isinstance(expression, str):
        text = _as_python(expression)
        try:
            return _simple_value(_with_signs(text, values.keys() | CONSTANTS.keys()), values)
        except Exception:  # then sympy, which knows more; to import it takes a while
            expression = _parsed(expression, text, values)
    if _is_formula(expression):
        expression = _value_of(expression, values)
    elif callable(expression):
        expression = _called(expression, values)
    found = number(expression)
    if not math.isfinite(found):
        raise ValueError(f"expected a number, got {found} {_from(written, values)}".rstrip())
    return found


def evaluate_all(expression, /, **values: float) -> np.ndarray:
    """The numbers that a vector or a matrix of formulas gives at `values`, in its shape.

    expression: a list, an array or a sympy Matrix of what `evaluate` takes; or a text or a function
    that gives one. A single formula gives an array of shape ().
    """
    return np.array(_entries(expression, values, ""), dtype=float)


# Vectors and matrices -------------------------------------------------------------------------


def _entries(expression, values: dict[str, float], place: str):
    if isinstance(expression, str) and ("," in expression or "[" in expression):
        expression = _parsed(expression, _as_python(expression), values)
    elif callable(expression) and not _is_formula(expression):
        expression = _called(expression, values)
    if _is_matrix(expression) and not hasattr(expression, "tolist"):  # still to be multiplied, say
        expression = expression.doit().as_explicit()
    if hasattr(expression, "tolist"):
        expression = expression.tolist()
    if isinstance(expression, (list, tuple)):
        rows = [_entries(one, values, f"{place}[{k}]") for k, one in enumerate(expression)]
        if len({np.shape(row) for row in rows}) > 1:
            raise ValueError("the rows are not equally long")
        return rows
    try:
        return evaluate(expression, **values)
    except (TypeError, ValueError) as problem:
        raise type(problem)(f"entry {place}: {problem}" if place else str(problem)) from None


# Functions ------------------------------------------------------------------------------------


def _called(function, values: dict[str, float]):
    """What a function gives; its arguments may stand in another order if they have the same names."""
    try:
        parameters = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        parameters = []
    by_name = sorted(parameters) == sorted(values)
    return function(*(values[name] for name in (parameters if by_name else values)))


# sympy ----------------------------------------------------------------------------------------


def _is_formula(expression) -> bool:
    """A sympy expression? sympy is looked for only where the answer has imported it."""
    sympy = sys.modules.get("sympy")
    if sympy is None or callable(expression) or _is_matrix(expression):
        return False
    return isinstance(expression, sympy.Expr)


def _is_matrix(expression) -> bool:
    """A matrix of sympy?"""
    return getattr(expression, "is_Matrix", False) is True


def _value_of(formula, values: dict[str, float]) -> float:
    from sympy import Rational

    formula = formula.doit().removeO()
    unknown = sorted({s.name for s in formula.free_symbols} - set(values))
    if unknown:
        names = ", ".join(values) or "numbers only"
        raise ValueError(f"the formula {formula} contains {', '.join(unknown)}; it may use {names}")
    at = {symbol: Rational(str(float(values[symbol.name]))) for symbol in formula.free_symbols}
    found = formula.subs(at).evalf(DIGITS)
    if found.is_extended_real is False:  # what rounding leaves of an imaginary part does not count
        found = found.evalf(DIGITS, chop=True)
    if not found.is_number or found.is_extended_real is False or not found.is_finite:
        shown = str(found.evalf(6) if found.is_number else found)
        shown = {"zoo": "infinity (divided by 0)", "nan": "nan (as from 0/0)"}.get(shown, shown)
        raise ValueError(f"expected a number, got {shown} {_from(formula, values)}")
    return float(found)


def _parsed(written: str, text: str, values: dict[str, float]):
    if (formula := _read(text, tuple(values))) is None:
        raise ValueError(f"{written!r} cannot be read as a formula")
    return formula


@lru_cache  # a formula is asked for at several points
def _read(text: str, variables: tuple[str, ...]):
    """What sympy reads in a text; None where it cannot."""
    from sympy import E, Symbol
    from sympy.parsing import sympy_parser

    rules = (
        *sympy_parser.standard_transformations,
        sympy_parser.convert_xor,
        sympy_parser.implicit_multiplication_application,
    )
    names = {"e": E} | {name: Symbol(name) for name in variables}
    try:
        return sympy_parser.parse_expr(text, names, rules)
    except Exception:
        return None


# Texts that need no sympy ---------------------------------------------------------------------


def _as_python(text: str) -> str:
    for sign, python in WRITTEN.items():
        text = text.replace(sign, python)
    return MODULES.sub("", text).strip()


def _with_signs(text: str, names) -> str:
    """The text with the multiplication signs that people leave out: 2*x*cos(x) for 2x cos(x)."""
    found, before, place = [], "", 0
    while place < len(text):
        token = TOKEN.match(text, place)
        if token is None:
            raise ValueError("not so simple")
        kind, place = token.lastgroup, token.end()
        if before == "number" and (kind == "name" or token["sign"] == "("):
            found.append("*")
        elif before in ("value", ")") and kind == "name":
            found.append("*")
        found.append(token[kind] + " ")
        before = token["sign"] or ("value" if token["name"] in names else kind)
    return "".join(found)


def _simple_value(text: str, values: dict[str, float]) -> float:
    """The value of a formula that is Python and finite all the way; any exception for others."""
    import mpmath

    tree = ast.parse(text, mode="eval").body
    with mpmath.workdps(DIGITS):
        names = {name: +getattr(mpmath, called) for name, called in CONSTANTS.items()}
        names |= {name: mpmath.mpf(str(float(value))) for name, value in values.items()}
        return float(_simple(tree, names, mpmath))


def _simple(node: ast.expr, values: dict, mpmath):
    match node:
        case ast.Constant(value=int() | float() as constant) if not isinstance(constant, bool):
            found = mpmath.mpf(str(constant))
        case ast.Name(id=name):
            found = values[name]
        case ast.UnaryOp(op=sign, operand=inner):
            found = OPERATORS[type(sign)](_simple(inner, values, mpmath))
        case ast.BinOp(left=left, op=sign, right=right):
            sides = _simple(left, values, mpmath), _simple(right, values, mpmath)
            found = OPERATORS[type(sign)](*sides)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if (
            name in FUNCTIONS and name not in values
        ):
            found = getattr(mpmath, name)(_simple(argument, values, mpmath))
        case _:
            raise ValueError("not so simple")
    if not isinstance(found, mpmath.mpf) or not math.isfinite(float(found)):
        raise ValueError("not real, or out of reach")
    return found


def _from(formula, values: dict[str, float]) -> str:
    """Which formula gave it, and where; "" for a number or a function."""
    if not isinstance(formula, str) and not _is_formula(formula):
        return ""
    where = ", ".join(f"{name} = {value:g}" for name, value in values.items())
    return f"from {formula} at {where}"
