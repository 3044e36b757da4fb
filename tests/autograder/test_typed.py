"""Answers that are typed are read at their place, in the notebook's own process."""

import pytest

from autograder.check import all_checks
from autograder.grading import libraries
from autograder.grading.executor import Observe, RunCell, run_steps
from autograder.inside import plain
from autograder.isolation import Worker, choose_tier
from autograder.isolation import session as session_module
from autograder.judging.reference import Reference
from autograder.judging.verdict import judge
from autograder.notation.typed import Values

CHECKS, REFERENCE, SEED = all_checks(), Reference(), 3
TYPED = [part for part, check in CHECKS.items() if check.is_typed]
PART = "2.3a"  # n_nodes and n_edges
RIGHT, WRONG = "n_nodes, n_edges = 5, 6", "n_nodes, n_edges = 6, 5"
ODD = """
import numpy as np
class Odd:
    def __repr__(self):
        {0}
    __float__ = __index__ = __repr__
n_nodes, n_edges = Odd(), 6
"""
SAYS_SOMETHING_ELSE = """
from autograder.inside import typed
typed.read = lambda namespace, places: {0}
"""


@pytest.fixture(scope="module")
def worker():
    with Worker(choose_tier(trust_submissions=True)) as running:
        yield running


def points(seen) -> float:
    return judge(CHECKS[PART], seen, REFERENCE, SEED).earned


def test_what_is_typed_is_known():
    assert len(TYPED) >= 100
    for part in TYPED:
        assert isinstance(CHECKS[part].observe, Values) and not CHECKS[part].forbid
    assert not CHECKS["2.5"].is_typed and not CHECKS["2.2a"].is_typed


@pytest.mark.parametrize(
    "parts", [TYPED[::5], pytest.param(TYPED, marks=pytest.mark.thorough)], ids=["some", "all"]
)
def test_reading_sees_what_observing_sees(worker, parts):
    for part in parts:
        step, answer = Observe(CHECKS[part]), REFERENCE.answer_cell(part)
        with worker.open(libraries=libraries.of_cells(REFERENCE.setup(part))) as session:
            for cell in REFERENCE.setup(part):
                session.run(cell)
            for text in (answer.solution, answer.stub):
                session.run(text)
                read = step.begin(session, SEED).result()
                observed = step.begin(session, SEED, session.mark()).result()
                assert plain.encode(read) == plain.encode(observed), (part, text)
            assert session._marks == 2  # for those that observed


@pytest.mark.parametrize(
    "typed", ["np.array([5]), 6", "np.array([[5.0]]), 6j", "np.nan, print", "Odd, 6"]
)
def test_reading_sees_the_same_where_warnings_are_exceptions(worker, typed):
    step = Observe(CHECKS[PART])
    with worker.open() as session:
        session.run(
            "import warnings, numpy as np; warnings.simplefilter('error'); np.seterr(all='raise')\n"
            "class Odd:\n    def __repr__(self):\n        warnings.warn('odd')\n        return 'odd'\n"
            f"    __str__ = __repr__\nOdd = Odd()\nn_nodes, n_edges = {typed}"
        )
        read = step.begin(session, SEED).result()
        observed = step.begin(session, SEED, session.mark()).result()
    assert plain.encode(read) == plain.encode(observed)


def test_what_a_later_cell_does_changes_nothing(worker):
    steps = [RunCell(RIGHT), Observe(CHECKS[PART]), RunCell(WRONG), Observe(CHECKS[PART])]
    _, right, _, wrong = run_steps(worker, steps, SEED)
    assert points(right) == CHECKS[PART].points and points(wrong) == 0


def test_reading_draws_no_random_number(worker):
    begin = "import random, numpy as np; random.seed(3); np.random.seed(3)"
    draw = "print(random.random(), np.random.rand())"
    with worker.open() as session:
        session.run(begin)
        expected = session.run(draw)
        session.run(begin)
        session.run(RIGHT)
        Observe(CHECKS[PART]).begin(session, SEED).result()
        assert session.run(draw) == expected


def test_a_value_that_never_comes_costs_its_own_part_only(worker, monkeypatch):
    monkeypatch.setattr(session_module, "GRACE_SECONDS", 0.5)
    step = Observe(CHECKS[PART])
    step.seconds = 0.5
    endless = RunCell(ODD.format("\n        while True: pass"))
    ends = RunCell(ODD.format("__import__('os')._exit(0)"))
    for cell, why in ((endless, "timeout"), (ends, "crash")):
        steps = [cell, step, RunCell(RIGHT), Observe(CHECKS[PART])]
        _, odd, ran, right = run_steps(worker, steps, SEED)
        assert odd == {"failed": why}
        assert ran["error"] is None and points(right) == CHECKS[PART].points


@pytest.mark.parametrize(
    ("said", "failed"),
    {
        "{'entries': [['0', 6, ''], ['1', 5, '']], 'error': None}": None,  # as if it had been typed
        "{'entries': [['0', 5, ''], ['0', 6, '']], 'error': None}": "crash",
        "{'entries': [['0', 5, '']], 'error': None}": "crash",
        "{'entries': [], 'error': None}": "crash",
        "{'entries': 3, 'error': None}": "crash",
        "{'points': 1}": "crash",
        "None": "crash",
        "1 / 0": "crash",
    }.items(),
)
def test_who_answers_in_place_of_the_reader_gains_nothing(worker, said, failed):
    steps = [RunCell(RIGHT), RunCell(SAYS_SOMETHING_ELSE.format(said)), Observe(CHECKS[PART])]
    seen = run_steps(worker, steps, SEED)[-1]
    assert seen.get("failed") == failed and points(seen) == 0
