import itertools

import numpy as np
import pytest

from autograder.inside.plain import Opaque, Raised
from autograder.judging.compare import first_difference, oracle_problem

NAN, INF = float("nan"), float("inf")
EQUAL = [
    (1.0, 1), (1.0, np.float32(1)), ([1.0, 2.0], (1, 2)), (np.array([1.0, 2.0]), [1, 2]), (3, np.array(3.0)),
    ([[1.0], [2.0]], np.array([[1], [2]], dtype="f4")), ("left", " Left"), (True, True), (True, np.bool_(True)), ({"a", "b"}, ["B", "a"]),
    ({"a", "b"}, "a, b"), ({"x": 1.0}, {"x": 1}), ((1.0, [1.0, 2.0]), [1, (1, 2)]), (NAN, NAN), (INF, INF),
    (1.0, 1.00005), (0.0, 1e-7), (1.0, 1 + 0j), (None, None), (2**70, float(2**70)),
]  # fmt: skip
DIFFERENT = [
    (1.0, 1.001, "not right"), (1.0, True, "True/False"), (1, "1", "text"), (1.0, None, "None"), (0.0, NAN, "nan"),
    (1.0, INF, "inf"), (INF, -INF, ""), (NAN, 1.0, ""), (1.0, 1 + 1j, "complex"), ([1.0, 2.0], [1.0], "shape"),
    (np.ones((3, 1)), np.ones(3), "shape is (3,), expected (3, 1)"), (np.ones((2, 3)), np.ones((3, 2)), "shape"),
    (True, 1, "a number"), (True, False, "the value is not right"), ("left", "right", "the text is not right"),
    ({"a", "b"}, {"a"}, "selection"), ({"x": 1.0}, {"y": 1.0}, '"x" is missing'), ({"x": 1}, {"x": 1, "y": 2}, '"y" does not belong'),
    ({"x": 1.0}, 1.0, "expected a dict"), (1.0, Opaque("Value", "Value(1)"), "Value object"),
    (1.0, Raised("TypeError", ""), "exception"), ((1.0, (1.0, 2.0)), (1.0, (1.0, 3.0)), "at entry 1, at entry 1 the number"),
    (1.0, [1.0], "shape"), (np.zeros(3), np.array([True, False, False]), "True/False"), (-0.5, 0.5, "not right"),
    ([1.0, 2.0], "12", "text"), (1.0, [], "a list"),
]  # fmt: skip


def difference(expected, got) -> str | None:
    """None when they agree; otherwise how they differ."""
    found = first_difference(expected, got)
    return None if found is None else str(found)


@pytest.mark.parametrize("expected, got", EQUAL, ids=range(len(EQUAL)))
def test_equal(expected, got):
    assert difference(expected, got) is None


@pytest.mark.parametrize("expected, got, says", DIFFERENT, ids=range(len(DIFFERENT)))
def test_different(expected, got, says):
    assert says in difference(expected, got)


VALUES = [
    1, 1.5, NAN, INF, 10**400, 1j, True, None, "", "a", [], [1, 2], (1, 2), {1, 2}, {"a": 1}, {"a": [1, {"b": 2}]},
    np.array(3.0), np.array([]), np.array([1.0, 2.0]), np.ones((2, 2)), np.array([1 + 2j]), np.array([True, False]),
]  # fmt: skip
ANSWERS = [*VALUES, Raised("ValueError", "no"), Opaque("Value", "Value(1)")]
NESTED = [lambda it: it, lambda it: {"a": it}, lambda it: [it, "x"], lambda it: ({"a": [it]}, 1)]


@pytest.mark.parametrize("expected", VALUES, ids=range(len(VALUES)))
def test_whatever_comes_can_be_compared(expected):
    for got, one, other in itertools.product(ANSWERS, NESTED, NESTED):
        found = difference(one(expected), other(got))
        assert found is None or isinstance(found, str)


def test_exceptions_agree_by_type():
    assert difference(Raised("ValueError", "a"), Raised("ValueError", "b")) is None
    assert difference(Raised("ValueError", "a"), Raised("TypeError", "a")) is not None
    assert difference(Raised("ValueError", "a"), 1.0) is not None


def test_the_difference_gives_no_expected_value_away():
    assert "2.4" not in difference(2.4, 2.9) and "7" not in difference({"a": 7}, {"a": 8})


@pytest.mark.parametrize(
    "values",
    [[0.0], [np.zeros(3), 0], [NAN], [np.array([1.0, INF])], [{"a": 0.0}]],
    ids=lambda value: type(value).__name__,
)
def test_a_vacuous_oracle_is_recognised(values):
    assert oracle_problem(values)


@pytest.mark.parametrize(
    "values",
    [[0.0, 1.0], ["left"], [True], [np.array([0.0, 1e-9])], [{"a"}]],
    ids=lambda value: type(value).__name__,
)
def test_a_useful_oracle(values):
    assert oracle_problem(values) is None
