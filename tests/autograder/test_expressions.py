"""Formulas that students write, in whatever form, become numbers or a clear sentence."""

import math

import numpy as np
import pytest
import sympy
import torch

from autograder.inside import expressions
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


SIMPLE = (
    "3*x**2 + exp(x)", "2*x*cos(x²)", "-x^2", "2^3^2", "1/3*x", "sqrt(x) - log(x)/pi", "E**-x", "7",
    "3x^2", "2x cos(x^2)", "2(x + 1)", "exp(x)cos(x)", "1/2x", "2E**x", "1e3x", "pi x", "(x)x",
    " tanh(x)\n", "math.sin(np.exp(x))", "+x − 2·x", "1e3*x", "-(-x)**2",
)  # fmt: skip
NOT_SIMPLE = (
    "x 2", "2 3", "(x)(x)", "x(1 + x)", "sin x", "abs(x)", "Rational(1, 3)*x", "(-8)**(1/3) * 0 + x",
    "exp(x)(x)", "log(x, 2)", "sin**2 * 0 + x", "True*x", "10**400 / 10**399 * x", "x!", "e**x",
    "cot(x)", "(x for x in [1])", "x if x else 1", "x.real", "sin", "0**-1 * 0", "9**9**9 * 0 * x",
)  # fmt: skip


def by_sympy(text):
    try:
        return expressions._value_of(
            expressions._parsed(text, expressions._as_python(text), AT), AT
        )
    except (TypeError, ValueError, AttributeError) as problem:
        return type(problem)


AT = {"x": 0.7}


@pytest.mark.parametrize("text", SIMPLE)
def test_simple_texts_mean_the_same_with_and_without_sympy(text, monkeypatch):
    wanted = by_sympy(text)
    monkeypatch.setattr(expressions, "_parsed", None)
    assert evaluate(text, **AT) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("text", NOT_SIMPLE)
def test_other_texts_are_left_to_sympy(text, monkeypatch):
    asked = []
    monkeypatch.setattr(expressions, "_parsed", lambda *about: asked.append(about) or 1.0)
    evaluate(text, **AT)
    assert asked


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
