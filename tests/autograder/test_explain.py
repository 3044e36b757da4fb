"""Exceptions in the student's terms: real ones, raised by real mistakes."""

import time
from types import SimpleNamespace

import numpy as np
import pytest

from autograder.inside.answer import raised
from autograder.inside.plain import Raised
from autograder.inside.typed import value_of
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
    (lambda: value_of(SimpleNamespace(cards={}), "cards", "a"), "keys that the task names"),
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


def test_your_function_only_where_it_is_yours():
    fewer = "f() missing 1 required positional argument: 'x'"
    assert "your function" in explain(Raised("TypeError", fewer))
    said = explain(Raised("TypeError", fewer, "tape.step(k)"))
    assert "your function" not in said and "The call in this line gives fewer" in said
    more = "f() takes 1 positional argument but 2 were given"
    assert "your function" in explain(Raised("TypeError", more))
    assert "your function" not in explain(Raised("TypeError", more, "g(1, 2)"))
    unknown = "f() got an unexpected keyword argument 'y'"
    assert "Your function" in explain(Raised("TypeError", unknown))
    assert "Your function" not in explain(Raised("TypeError", unknown, "g(y=1)"))


def test_a_time_out_names_no_line():
    said = explain(Raised("TooSlow", "no result after 2 seconds", "while True:"))
    assert "too long" in said and "line" not in said and "while" not in said


def test_braces_in_a_message_are_no_placeholders():
    assert "{x}" in explain(Raised("ValueError", "no {x}"))


@pytest.mark.parametrize("kind", ["TypeError", "ValueError", "AttributeError", "RuntimeError"])
def test_long_messages_are_cut_and_take_no_time(kind):
    start = time.perf_counter()
    said = explain(Raised(kind, "takes " + "positional argument but 'a' " * 200_000))
    assert time.perf_counter() - start < 1 and len(said) < 800
