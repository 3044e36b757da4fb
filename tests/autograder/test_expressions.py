"""Formulas that students write, in whatever form, become numbers or a clear sentence."""

import math

import numpy as np
import pytest
import sympy
import torch

from autograder.check import formulas_of
from autograder.inside.answer import Answer
from autograder.inside.expressions import evaluate, evaluate_all
from utils import Value, formulas
from utils.answers import number

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
        ("1/(x + 2)", r"got infinity \(divided by 0\) from .* at x = -2"),
        ((X + 2) / (X**2 - 4), r"expected a number, got nan \(as from 0/0\)"),
        ("(x^2 - 4)/(x + 2)", r"got nan \(as from 0/0\) from .* at x = -2"),
        (sympy.Function("f")(X), r"expected a number, got f\(-2"),
        (sympy.Matrix([X]), "expected a number, got .*Matrix"),
        (lambda x: math.nan, "expected a number, got nan"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_formula_in_x_is_refused_with_a_reason(expression, says):
    with pytest.raises((TypeError, ValueError), match=says):
        evaluate(expression, x=-2.0)


SIMPLE = (
    "3*x**2 + exp(x)", "2*x*cos(x²)", "-x^2", "2^3^2", "1/3*x", "sqrt(x) - log(x)/pi", "E**-x", "7",
    "3x^2", "2x cos(x^2)", "2(x + 1)", "exp(x)cos(x)", "1/2x", "2E**x", "1e3x", "pi x", "(x)x",
    " tanh(x)\n", "e**x", "e^(2x) e^x", "ln(x)", "π x", "math.sin(np.exp(x))", "+x − 2·x", "1e3*x", "-(-x)**2",
)  # fmt: skip
NOT_SIMPLE = (
    "x 2", "2 3", "(x)(x)", "x(1 + x)", "sin x", "abs(x)", "Rational(1, 3)*x", "(-8)**(1/3) * 0 + x",
    "exp(x)(x)", "log(x, 2)", "sin**2 * 0 + x", "True*x", "10**400 / 10**399 * x", "x!",
    "cot(x)", "(x for x in [1])", "x if x else 1", "x.real", "sin", "0**-1 * 0", "9**9**9 * 0 * x",
)  # fmt: skip


def by_sympy(text):
    try:
        return formulas._value_of(formulas._parsed(text, formulas._as_python(text), AT), AT)
    except (TypeError, ValueError, AttributeError) as problem:
        return type(problem)


AT = {"x": 0.7}


@pytest.mark.parametrize("text", SIMPLE)
def test_simple_texts_mean_the_same_with_and_without_sympy(text, monkeypatch):
    wanted = by_sympy(text)
    monkeypatch.setattr(formulas, "_parsed", None)
    assert evaluate(text, **AT) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("text", NOT_SIMPLE)
def test_other_texts_are_left_to_sympy(text, monkeypatch):
    asked = []
    monkeypatch.setattr(formulas, "_parsed", lambda *about: asked.append(about) or 1.0)
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


# With 25 digits ------------------------------------------------------------------------------

H = sympy.Symbol("h", positive=True)


@pytest.mark.parametrize(
    "quotient",
    ["(exp(2h) - 1)/h", (sympy.exp(2 * H) - 1) / H, "(exp(2*h) - cos(0)) / h + O(h**30)"],
)
def test_close_numbers_can_be_subtracted(quotient):
    small = 1e-9  # in floats 7 of 16 digits would be left
    assert evaluate(quotient, h=small) == pytest.approx(2 + 2 * small, rel=1e-15)


def test_values_are_the_decimals_that_they_show():
    assert evaluate("x - 1/10", x=0.1) == evaluate(X - sympy.Rational(1, 10), x=0.1) == 0


def test_symbols_count_by_name_whatever_is_assumed_of_them():
    both = sympy.Symbol("x") - sympy.Symbol("x", positive=True)
    assert both != 0 and evaluate(both, x=-1.5) == 0


def test_the_term_that_stands_for_the_rest_of_a_series_is_left_out():
    series = sympy.log(1 + X).series(X, 0, 3)
    assert series.getO() and evaluate(series, x=0.05) == pytest.approx(0.04875, abs=1e-15)
    assert evaluate("x - x^2/2 + O(x^3)", x=0.05) == pytest.approx(0.04875, abs=1e-15)


def test_a_rest_of_an_imaginary_part_does_not_count():
    root = sympy.root(-X, 3) * sympy.root(-1, 3) ** 2  # a product of two complex numbers
    assert evaluate(root, x=2.0) == pytest.approx(-(2 ** (1 / 3)))


def test_values_and_assumptions_of_mpmath_stay_as_the_student_set_them():
    import mpmath

    with mpmath.workdps(7):
        evaluate("exp(x)", x=1.0)
        assert mpmath.mp.dps == 7


# Functions -------------------------------------------------------------------------------------


def test_arguments_go_by_name_where_a_function_calls_them_so():
    assert evaluate(lambda h, x: x - h, x=5.0, h=2.0) == 3
    assert evaluate(lambda a, h: a - h, x=5.0, h=2.0) == 3

    def by_student(h, x):
        return x - h

    assert evaluate(Answer({"by_student": by_student}).by_student, x=5.0, h=2.0) == 3


# Vectors and matrices --------------------------------------------------------------------------

Y = sympy.Symbol("y")
MATRIX = [[2 * X, 2 * Y], [Y, X], [sympy.cos(X + Y), sympy.cos(X + Y)]]


@pytest.mark.parametrize(
    "matrix",
    [
        MATRIX,
        sympy.Matrix(MATRIX),
        sympy.ImmutableMatrix(MATRIX),
        sympy.MatMul(sympy.ImmutableMatrix(MATRIX), sympy.eye(2)),
        sympy.Array(MATRIX),
        np.array(MATRIX),
        (("2x", "2y"), ("y", "x"), ("cos(x + y)", lambda x, y: math.cos(x + y))),
        "[[2x, 2y], [y, x], [cos(x + y), cos(x + y)]]",
        "Matrix([[2*x, 2*y], [y, x], [cos(x + y), cos(x + y)]])",
        lambda x, y: [[2 * x, 2 * y], [y, x], [math.cos(x + y)] * 2],
        lambda x, y: np.array([[2 * x, 2 * y], [y, x], [math.cos(x + y)] * 2]),
        lambda x, y: torch.tensor([[2 * x, 2 * y], [y, x], [math.cos(x + y)] * 2]),
        lambda x, y: sympy.Matrix(MATRIX).subs({X: x, Y: y}),
        sympy.Lambda((X, Y), sympy.Matrix(MATRIX)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_form_of_a_matrix_gives_its_values(matrix):
    cosine = math.cos(0.3 - 1.25)
    wanted = np.array([[0.6, -2.5], [-1.25, 0.3], [cosine, cosine]])
    found = evaluate_all(matrix, x=0.3, y=-1.25)
    assert found.dtype == float and found.shape == (3, 2)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_the_shape_is_that_of_the_answer():
    assert evaluate_all("3x", x=2.0).shape == ()
    assert evaluate_all(["x"], x=2.0).shape == (1,)
    assert evaluate_all(sympy.Matrix([X, 1]), x=2.0).shape == (2, 1)
    assert evaluate_all("x, 2x", x=2.0).tolist() == [2, 4]


@pytest.mark.parametrize(
    "matrix, says",
    [
        ([["x", "2y"], ["y"]], "rows are not equally long"),
        ([["x", "2z"]], r"entry \[0\]\[1\]: .* contains z; it may use x, y"),
        ([["x", None]], r"entry \[0\]\[1\]: expected a number, got None"),
        (["1/x"], r"entry \[0\]: expected a number, got infinity .* at x = 0, y = 1"),
        ("[x, (y]", "cannot be read as a formula"),
    ],
)
def test_what_is_wrong_with_a_matrix_is_said_with_its_place(matrix, says):
    with pytest.raises((TypeError, ValueError), match=says):
        evaluate_all(matrix, x=0.0, y=1.0)


def test_an_observation_of_several_formulas_says_where_they_were_tried():
    answer = Answer({"J": MATRIX})
    np.testing.assert_allclose(formulas_of(answer, "J", x=1.0, y=0.0)[:2], [[2, 0], [0, 1]])


def test_reading_formulas_imports_neither_sympy_nor_torch_where_they_are_simple():
    import subprocess
    import sys

    code = (
        "import sys; from utils import evaluate, evaluate_all\n"
        "evaluate('3x^2 + e^x/2', x=2.0), evaluate(lambda x: x, x=1.0)\n"
        "evaluate_all([['x', 2.0]], x=1.0)\n"
        "assert not {'sympy', 'torch'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
