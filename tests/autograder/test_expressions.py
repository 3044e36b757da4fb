"""Formulas that students write, in whatever form, become numbers or a clear sentence."""

import math

import numpy as np
import pytest
import sympy
import torch

from autograder.inside.expressions import evaluate, number
from utils import Value

X = sympy.Symbol("x")
REAL = sympy.Symbol("x", real=True)


@pytest.mark.parametrize(
    "expression",
    [
        lambda x: 3 * x**2 + math.exp(x),
        lambda t: torch.tensor(3 * t**2 + math.exp(t)),
        lambda x: 3 * x**2 + sympy.exp(x),
        3 * X**2 + sympy.exp(X),
        3 * REAL**2 + sympy.exp(REAL),
        sympy.Derivative(X**3 + sympy.exp(X), X),
        sympy.Lambda(X, 3 * X**2 + sympy.exp(X)),
        np.poly1d([3.0, 0.0, math.exp(-1.5)]),
        "3*x**2 + exp(x)",
        "3x^2 + exp(x)",
        "3·x² + E**x",
        "3 * x**2 + np.exp(x)",
        "lambda x: 3*x**2 + exp(x)",
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_form_of_a_formula_gives_its_value(expression):
    assert evaluate(expression, x=-1.5) == pytest.approx(6.75 + math.exp(-1.5))


@pytest.mark.parametrize("constant", [7, 7.0, "7", sympy.Integer(7), np.float32(7), lambda x: 7])
def test_constants_are_formulas_too(constant):
    assert evaluate(constant, x=2.0) == 7


def test_several_values_go_by_name_in_formulas_and_by_position_in_functions():
    assert evaluate("a - b", a=5.0, b=2.0) == 3
    assert evaluate(lambda p, q: p - q, a=5.0, b=2.0) == 3


@pytest.mark.parametrize(
    "expression, says",
    [
        ("2*y", "contains y; it may use x"),
        (2 * sympy.Symbol("t"), "contains t; it may use x"),
        ("2*x +", "cannot be read as a formula"),
        ("log(x)", "expected a number"),  # complex at a negative x
        (lambda x: None, "expected a number, got None"),
        (lambda x: [x], "expected a number, got list"),
        (lambda x: lambda y: x, "got a function"),
        (None, "got None"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_formula_in_x_is_refused_with_a_reason(expression, says):
    with pytest.raises((TypeError, ValueError), match=says):
        evaluate(expression, x=-2.0)


def test_an_exception_of_the_function_itself_comes_through():
    with pytest.raises(ZeroDivisionError):
        evaluate(lambda x: 1 / x, x=0.0)


@pytest.mark.parametrize(
    "value",
    [2.5, np.float32(2.5), np.array(2.5), np.array([2.5]), torch.tensor(2.5, requires_grad=True),
     sympy.Rational(5, 2)],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_a_number_of_any_library_is_a_number(value):
    assert number(value) == 2.5 and type(number(value)) is float


@pytest.mark.parametrize(
    "value",
    ["2.5", True, np.bool_(True), None, np.ones(2), 1j, [2.5], X],
    ids=lambda value: type(value).__name__,
)
def test_other_things_are_no_numbers(value):
    with pytest.raises(TypeError, match="expected"):
        number(value)


def test_an_engine_value_is_told_where_its_number_is():
    with pytest.raises(TypeError, match="its number is its .data"):
        number(Value(2.0))
