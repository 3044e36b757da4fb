"""Answers that are formulas: a function, a sympy expression, a text such as "3x^2 + exp(x)"."""

from __future__ import annotations

import re
import sys

WRITTEN = {"²": "**2", "³": "**3", "·": "*", "×": "*", "\N{MINUS SIGN}": "-"}
MODULES = re.compile(r"\b(?:np|numpy|math|cmath|torch|sp|sympy)\.")


def evaluate(expression, /, **values: float) -> float:
    """The number that `expression` gives at `values`.

        evaluate("3x^2 + exp(x)", x=2.0)

    expression: a function (its arguments are the values, in their order), a sympy expression
    (symbols go by their names), a text, or a number. `TypeError` or `ValueError` says in the
    student's terms why there is no number.
    """
    if isinstance(expression, str):
        expression = _parsed(expression, values)
    if _is_formula(expression):
        return _value_of(expression, values)
    if callable(expression):
        return number(expression(*values.values()))
    return number(expression)


def number(value) -> float:
    """A typed number as a float, also from numpy, torch and sympy; no text, True, False or None."""
    if value is None:
        raise TypeError("expected a number, got None (is a return missing?)")
    if isinstance(value, (str, bool)):
        raise TypeError(f"expected a number, got {value!r}")
    if hasattr(value, "item"):
        value = _only_item(value)
    if callable(value):
        raise TypeError("expected a number, got a function; call it")
    try:
        return float(value)
    except (TypeError, ValueError, AttributeError):
        said = f"expected a number, got {type(value).__name__}: {str(value)[:60]}"
        hint = "; its number is its .data" if hasattr(value, "data") else ""
        raise TypeError(said + hint) from None


def _only_item(value):
    try:
        item = value.item()
    except (RuntimeError, ValueError, TypeError):
        raise TypeError(f"expected one number, got {type(value).__name__} of several") from None
    if isinstance(item, bool):
        raise TypeError(f"expected a number, got {item}")
    return item


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


def _parsed(text: str, values: dict[str, float]):
    from sympy import Symbol
    from sympy.parsing import sympy_parser

    for sign, python in WRITTEN.items():
        text = text.replace(sign, python)
    rules = (
        *sympy_parser.standard_transformations,
        sympy_parser.convert_xor,
        sympy_parser.implicit_multiplication_application,
    )
    names = {name: Symbol(name) for name in values}
    try:
        return sympy_parser.parse_expr(MODULES.sub("", text), names, rules)
    except Exception:
        raise ValueError(f"{text!r} cannot be read as a formula") from None
