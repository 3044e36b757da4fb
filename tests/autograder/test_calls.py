"""Which calls of the student's code are shown as the input."""

import numpy as np
import pytest

from autograder.check import attempt, formula_of, named, number_of
from autograder.inside.answer import observe_answer
from autograder.judging.reference import execute

STUDENTS = """
import numpy as np

class Div:
    def forward(self, a, b):
        self.b = b
        return a / b
    def backward(self, g):
        return self._slope(g), 0
    def _slope(self, g):
        return g / self.b

class Pow:
    def __init__(self, n, note=""):
        self.n = n
    def forward(self, a):
        return a ** self.n

def gd_step(df, x, lr):
    return x - lr * df(x)

def twice(x):
    return helper(x)

def helper(x):
    return 2 * x

def change(x):
    x[0] = 7
    return x

x_new = 2.4
formula = "2 * x"
"""


@pytest.fixture(scope="module")
def students():
    return execute(STUDENTS, {"__name__": "__main__"}, "answer 9.1")


def inputs(observe, namespace):
    seen = observe_answer(lambda answer, rng: {"key": observe(answer)}, namespace, 0, "9.1")
    assert seen["error"] is None
    return seen["entries"][0][2]


def steps(answer):
    def helper(df, where, rate):
        return answer.gd_step(df, where, lr=rate)

    return attempt(helper, named("x -> 2x", lambda x: 2 * x), 1.7, 0.1)


CASES = [
    (lambda a: a.twice(3), "twice(3)"),
    (lambda a: a.twice(np.ones((2, 5))), "twice(2×5 array)"),
    (lambda a: a.twice(np.ones(7)), "twice(array of 7 numbers)"),
    (steps, "gd_step(x -> 2x, 1.7, lr=0.1)"),
    (lambda a: attempt(lambda which: a.twice(which), 5), "twice(5)"),
    (lambda a: attempt(lambda x: a.twice(a.twice(x)), 5), "twice(5)\ntwice(10)"),
    (lambda a: [a.twice(1), a.twice(2)], "twice(1)\ntwice(2)"),
    (lambda a: attempt(lambda seed: 4, 0), ""),
    (lambda a: a.x_new, ""),
    (lambda a: number_of(a, "x_new"), ""),
    (lambda a: attempt(lambda n, x: a.Pow(n).forward(x), 3, 2.5), "Pow(3).forward(2.5)"),
    (lambda a: attempt(lambda all: [a.Pow(n).forward(x) for n, x in all], [(2, 3), (3, 5)]),
     "Pow(2).forward(3)\nPow(3).forward(5)"),
    (lambda a: formula_of(a, "formula", x=3.0), "formula at x = 3"),
    (lambda a: attempt(lambda f, *at: f(*at), named("a * b", lambda a, b: a * b), 2.5, 3),
     "a * b at 2.5, 3"),
    (lambda a: attempt(lambda text, a: a, "a ** 0", 2.5), "a ** 0 at a = 2.5"),
]  # fmt: skip


@pytest.mark.parametrize("observe, says", CASES, ids=range(len(CASES)))
def test_what_is_shown(students, observe, says):
    assert inputs(observe, students) == says


def test_what_is_done_with_an_object_stands_on_one_line(students):
    def both(a, b):
        op = answer_of["it"].Div()
        op.forward(a, b)
        return op.backward(1.5)

    answer_of = {}

    def observe(answer):
        answer_of["it"] = answer
        return attempt(both, 6, 2)

    assert inputs(observe, students) == "Div().forward(6, 2), then .backward(1.5)"


def test_arguments_are_shown_as_they_were_before_the_call(students):
    assert inputs(lambda a: a.change([1, 2]), students) == "change([1, 2])"


def test_many_calls_are_not_all_remembered(students):
    shown = inputs(lambda a: attempt(lambda: [a.twice(n) for n in range(1000)]), students)
    assert len(shown.splitlines()) <= 16


def test_watching_ends_with_the_attempt(students):
    import sys

    inputs(lambda a: attempt(lambda: a.Pow(2).forward(3)), students)
    assert sys.getprofile() is None


def test_a_function_that_may_change_its_input_is_shown_as_it_was_called():
    def observe(answer, rng):
        change = answer.that_may_change_its_input("change")
        return {"alone": change([1, 2]), "in steps": attempt(lambda: change([3]))}

    entries = observe_answer(observe, execute(STUDENTS, {}, "students"), 0, "1.1")["entries"]
    assert entries == [["alone", [7, 2], "change([1, 2])"], ["in steps", [7], "change([3])"]]
