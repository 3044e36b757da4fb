"""Checks of 3.6 to 3.11: answers that are right in forms that nobody is told of."""

import numpy as np
import pytest
import sympy

from autograder.judging.reference import Reference
from autograder.notebook import check_answer

REFERENCE = Reference()


def earned(part, **answer):
    return check_answer(part, {**REFERENCE.namespace(part), **answer}, seed=4).earned


@pytest.mark.parametrize("part, name", [("3.11b", "chain_jacobian"), ("3.11c", "direct_jacobian")])
def test_a_function_of_a_tuple_of_expressions_is_as_good_as_one_of_a_matrix(part, name):
    solution = REFERENCE.namespace(part)[name]

    def of_a_tuple(F, variables, point):
        return solution(sympy.Matrix(F + ()), variables, point)

    def of_nothing(F, variables, point):
        raise TypeError("neither")

    assert earned(part, **{name: of_a_tuple}) == earned(part) > 0
    assert earned(part, **{name: of_nothing}) == 0


@pytest.mark.parametrize(
    "tangent", [(-4, 1), (4e-9, -1e-9), sympy.Matrix([[-8, 2]]), "(-4, 1)", [-400.0, 100.0]]
)
def test_any_multiple_of_the_tangent_is_right(tangent):
    assert earned("3.10c", grad_11=(2, 8), tangent_11=tangent) == 1


@pytest.mark.parametrize("tangent", [(0, 0), (-4, 1, 0), (float("nan"), 1), (-4, 1.1), None])
def test_what_does_not_run_along_the_curve_is_no_tangent(tangent):
    assert earned("3.10c", grad_11=(2, 8), tangent_11=tangent) == 0.5


def test_points_that_cannot_be_read_are_not_on_the_level_set():
    def at_large_levels_only(t, c):
        return REFERENCE.namespace("3.10b")["gamma"](t, c) if c > 1 else None

    def numbers(t, c):
        return c

    assert earned("3.10b", gamma=at_large_levels_only) == 0.5
    assert earned("3.10b", gamma=numbers) == 0


def test_what_the_texts_say_in_numbers():
    gradient = np.array([2 * 1 * np.exp(-50), 1**2 * np.exp(-50)])  # of 3.6 at (1, -50)
    assert 1e-22 < gradient.min() and gradient.max() < 1e-21
    with np.errstate(over="ignore", invalid="ignore"):  # 3.9
        assert np.isfinite(np.exp(709.0)) and np.isnan(np.exp(710.0) / (1 + np.exp(710.0)))
        assert 1 / (1 + np.exp(-710.0)) == 1 and 1 / (1 + np.exp(710.0)) == 0
    x, y = sympy.symbols("x y")  # the hint of 3.11c
    F = sympy.Matrix([x + y, x])
    assert F.subs({x: F[0], y: F[1]}, simultaneous=True) == sympy.Matrix([2 * x + y, x + y])
    assert F.subs([(x, F[0]), (y, F[1])]) != sympy.Matrix([2 * x + y, x + y])
