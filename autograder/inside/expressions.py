"""Answers that are formulas: a function, a sympy expression, a text such as "3x^2 + exp(x)"."""

from __future__ import annotations

import ast
import math
import operator
import re
import sys

from utils.answers import number

FUNCTIONS = {
    name: getattr(math, name)
    for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh")
}
CONSTANTS = {"pi": math.pi, "E": math.e}
OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.UAdd: operator.pos, ast.USub: operator.neg,
}  # fmt: skip
WRITTEN = {"²": "**2", "³": "**3", "·": "*", "×": "*", "\N{MINUS SIGN}": "-", "^": "**"}
TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>\*\*|[-+*/()]))"
)
MODULES = re.compile(r"\b(?:np|numpy|math|cmath|torch|sp|sympy)\.")


def evaluate(expression, /, **values: float) -> float:
    """The number that `expression` gives at `values`.

        evaluate("3x^2 + exp(x)", x=2.0)

    expression: a function (its arguments are the values, in their order), a sympy expression
    (symbols go by their names), a text, or a number. `TypeError` or `ValueError` says in the
    student's terms why there is no number.
    """
    if isinstance(expression, str):
        text = _as_python(expression)
        try:
            names = CONSTANTS | values
            return _simple(ast.parse(_with_signs(text, names), mode="eval").body, names)
        except Exception:  # then sympy, which knows more; to import it takes a while
            expression = _parsed(expression, text, values)
    if _is_formula(expression):
        return _value_of(expression, values)
    if callable(expression):
        return number(expression(*values.values()))
    return number(expression)


def _is_formula(expression) -> bool:
    """A sympy expression? sympy is looked for only where the answer has imported it."""
    sympy = sys.modules.get("sympy")
    return sympy is not None and isinstance(expression, sympy.Expr) and not callable(expression)


def _value_of(formula, values: dict[str, float]) -> float:
    unknown = sorted({s.name for s in formula.free_symbols} - set(values))
    if unknown:
        names = ", ".join(values) or "numbers only"
        raise ValueError(f"the formula {formula} contains {', '.join(unknown)}; it may use {names}")
    at = {symbol: values[symbol.name] for symbol in formula.free_symbols}
    return number(formula.doit().subs(at).evalf())


def _as_python(text: str) -> str:
    for sign, python in WRITTEN.items():
        text = text.replace(sign, python)
    return MODULES.sub("", text).strip()


def _with_signs(text: str, names: dict[str, float]) -> str:
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


def _simple(node: ast.expr, values: dict[str, float]) -> float:
    """The value of a formula that is Python and finite all the way; any exception for others."""
    match node:
        case ast.Constant(value=int() | float() as constant) if not isinstance(constant, bool):
            found = float(constant)
        case ast.Name(id=name):
            found = float(values[name])
        case ast.UnaryOp(op=sign, operand=inner):
            found = OPERATORS[type(sign)](_simple(inner, values))
        case ast.BinOp(left=left, op=sign, right=right):
            found = OPERATORS[type(sign)](_simple(left, values), _simple(right, values))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name not in values:
            found = FUNCTIONS[name](_simple(argument, values))
        case _:
            raise ValueError("not so simple")
    if not math.isfinite(found):  # (a complex number is a TypeError)
        raise ValueError("not finite")
    return found


def _parsed(written: str, text: str, values: dict[str, float]):
    from sympy import Symbol
    from sympy.parsing import sympy_parser

    rules = (
        *sympy_parser.standard_transformations,
        sympy_parser.convert_xor,
        sympy_parser.implicit_multiplication_application,
    )
    names = {name: Symbol(name) for name in values}
    try:
        return sympy_parser.parse_expr(text, names, rules)
    except Exception:
        raise ValueError(f"{written!r} cannot be read as a formula") from None
