"""Reads what people type: numbers of every library, and letters however they are written.

The same readers serve the visible tests, the quiz and the complete check, so an answer is understood
alike everywhere.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import sys
from collections.abc import Container
from numbers import Number

import numpy as np


class Unreadable(ValueError):
    """The answer does not have the form that the question asks for; the message says which."""


# Numbers --------------------------------------------------------------------------------------


def number(value) -> float:
    """One number as a float: Python's, NumPy's, PyTorch's, sympy's, a Fraction.

    `TypeError` in the student's terms for text, True, False, None and everything else.
    """
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


def is_number(value) -> bool:
    """Is it one finite number? Visible tests ask this where the number itself is the answer."""
    try:
        return math.isfinite(number(value))
    except (TypeError, OverflowError):
        return False


def exact_number(value) -> float | None:
    """A Fraction, Decimal or sympy number as a float; None for what is none of these.

    (Python's and NumPy's own numbers need no conversion.)
    """
    sympy = sys.modules.get("sympy")
    is_sympy = sympy is not None and isinstance(value, sympy.Expr) and value.is_number
    if not is_sympy and (
        not isinstance(value, Number) or isinstance(value, (int, float, complex, np.generic))
    ):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, ArithmeticError):
        return None


_OPERATIONS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.Pow: operator.pow, ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}  # fmt: skip
_WRITTEN = {"^": "**", "·": "*", "×": "*", "\N{MINUS SIGN}": "-", "π": "pi"}


def typed_number(text: str) -> float:
    """The number that a person typed: 2817, 2,817, 0.25**9, 1/2 - 1/(2π), 3.8e-6.

    Only arithmetic: no names but pi, no calls. `Unreadable` for everything else.
    """
    for sign, python in _WRITTEN.items():
        text = text.replace(sign, python)
    text = re.sub(r"(?<=[0-9)])\s*(?=pi\b|\()", "*", text.strip())
    if re.fullmatch(r"\d{1,3}(,\d{3})+", text):
        text = text.replace(",", "")
    if re.search(r"\d,\d", text):
        raise Unreadable("Write the decimal point as a point: 0.5.")
    try:
        value = float(_value(ast.parse(text, mode="eval").body)) if len(text) < 100 else math.nan
    except (SyntaxError, ValueError, TypeError, ArithmeticError):
        value = math.nan
    if not math.isfinite(value):
        raise Unreadable("Type a number, such as 12, 0.5, 3e-4 or 1/8.")
    return value


def _value(node):
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.Name) and node.id == "pi":
        return math.pi
    if isinstance(node, ast.UnaryOp):
        return _OPERATIONS[type(node.op)](_value(node.operand))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        left, right = _value(node.left), _value(node.right)
        if isinstance(node.op, ast.Pow) and abs(right) > 1000:
            raise ValueError("a power that is out of reach")
        return _OPERATIONS[type(node.op)](left, right)
    raise ValueError("no arithmetic")


def asked_number(answer) -> float:
    """The finite number of an answer, typed as a text or computed; `Unreadable` says what it is."""
    if isinstance(answer, str):
        return typed_number(answer)
    if isinstance(answer, (bool, np.bool_)):
        raise Unreadable(f"The answer is a number, and this is {bool(answer)}.")
    try:
        value = number(answer)
    except (TypeError, OverflowError):
        raise Unreadable("The answer is a number.") from None
    if not math.isfinite(value):
        raise Unreadable("The answer is a finite number.")
    return value


# Letters --------------------------------------------------------------------------------------


def letters(answer, options: Container[str], form: str = "letters") -> list[str]:
    """The option letters in "bd", "(B), d", "1. B 2. D", ["b", "d"] or {"b", "d"}: small, in their order.

    A set has no order; its letters come sorted. `Unreadable` for other letters and other things.
    """
    if isinstance(answer, (set, frozenset)):
        answer = sorted(answer, key=str)
    if isinstance(answer, np.ndarray):
        answer = answer.ravel().tolist()
    pieces = list(answer) if isinstance(answer, (list, tuple)) else [answer]
    if not all(isinstance(piece, str) for piece in pieces):
        raise Unreadable(f"The answer is {form}.")
    found = re.sub(r"\b\d+[.)]|[\W_]", "", "".join(pieces)).casefold()
    if unknown := [letter for letter in found if letter not in options]:
        raise Unreadable(f"There is no option {unknown[0]!r} here. The answer is {form}.")
    return list(found)


def words(answer, known: Container[str], form: str = "a word") -> set[str]:
    """Those of the `known` words that a text contains, in capitals or not: "to the LEFT"."""
    if not isinstance(answer, str):
        raise Unreadable(f"The answer is {form}.")
    return {word for word in re.findall(r"\w+", answer.casefold()) if word in known}
