"""Exceptions in the student's terms: real ones, raised by real mistakes."""

import numpy as np
import pytest

from autograder.inside.answer import raised
from autograder.judging.explain import explain


class Value:
    def __init__(self, data):
        self.data = data

    def __add__(self, other):
        return Value(self.data + other.data)


CASES = [
    (lambda: 2 + Value(3), "__radd__"),
    (lambda: 2 / Value(3), "__rtruediv__"),
    (lambda: 2 ** Value(3), "__rpow__"),
    (lambda: Value(3) * 2, "Value.__mul__"),
    (lambda: -Value(3), "__neg__"),
    (lambda: Value(3) + 2, "A int has no data"),
    (lambda: 0.1 * abs, "call it"),
    (lambda: None + 1, "without return"),
    (lambda: (lambda: None)()[0], "without return"),
    (lambda: (lambda x: x)(1, 2), "more arguments"),
    (lambda: (lambda x: x)(), "fewer arguments"),
    (lambda: (lambda x: x)(y=1), "no argument y"),
    (lambda: np.ones((2, 3)) @ np.ones((2, 3)), "transposed"),
    (lambda: np.ones((2, 3)) + np.ones((2, 4)), "do not fit"),
    (lambda: bool(np.array([1, 2]) > 1), "np.where"),
    (lambda: 1 / 0, "denominator"),
    (lambda: {}["z1"], "no such key"),
    (lambda: (_ for _ in ()).throw(RecursionError("maximum recursion depth")), "its own list"),
    (lambda: (_ for _ in ()).throw(NotImplementedError()), "not written yet"),
]


@pytest.mark.parametrize("wrong, says", CASES, ids=[says for _, says in CASES])
def test_meaning(wrong, says):
    with pytest.raises(Exception) as caught:
        wrong()
    assert says in explain(raised(caught.value))


def test_an_unknown_exception_is_quoted():
    class Strange(Exception):
        pass

    assert "Strange: because" in explain(raised(Strange("because")))
