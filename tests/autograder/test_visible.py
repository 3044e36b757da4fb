"""The visible tests beside the complete check: what is right passes them, and where a notebook says
that they decide the answer, every known wrong answer fails one of them."""

import contextlib
import io

import pytest

from autograder.check import Variant, all_checks
from autograder.judging.reference import Reference, execute
from utils.expectations import outcome_of
from utils.marks import FAILED, PASSED, UNCHECKED
from utils.parts import facts_of_parts

REFERENCE = Reference()
CHECKS = all_checks()
TRAINS = 10.0  # seconds; the checks of parts that train networks may take longer


def seen(part: str, variant: Variant | None = None) -> set[str]:
    """The states of the visible tests of a part on the solution, or on a variant of it."""
    states = set()

    def expect(part, attempt, wanted, rtol=1e-6, atol=1e-9):
        states.add(outcome_of(part, "it", attempt, wanted, rtol, atol).state)

    with contextlib.redirect_stdout(io.StringIO()):
        names = REFERENCE.namespace(part, variant)
        for cell in _from_answer_to_test(part):
            if cell.role == "test":
                names["expect"] = expect
            try:
                execute(cell.source, names, f"{cell.role} {part}")
            except Exception:  # in a helper of the test
                states.add(FAILED)
    return states


def _from_answer_to_test(part: str):
    """The set-up cells between a part's answer and its test, and the test."""
    notebook = REFERENCE.course.notebook_of(part)
    between = notebook.cells[notebook.cells.index(notebook.answer_of(part)) :]
    for cell in between:
        if cell.role == "setup":
            yield cell
        elif cell.role == "test" and cell.key == part:
            yield cell
            return


DECIDING = [part for part, facts in facts_of_parts().items() if facts.get("decides")]
QUICK = [part for part, check in CHECKS.items() if check.seconds <= TRAINS]


@pytest.mark.parametrize("part", DECIDING)
def test_every_known_wrong_answer_fails_visible_tests_that_decide(part):
    assert seen(part) == {PASSED}
    wrong = CHECKS[part].of_kind("misconception")
    assert [one.key for one in wrong if FAILED not in seen(part, one)] == []


@pytest.mark.parametrize("part", QUICK)
def test_every_right_answer_passes_the_visible_tests(part):
    fine = {PASSED, UNCHECKED}
    right = [None, *CHECKS[part].of_kind("alternative")]
    assert [one and one.key for one in right if not seen(part, one) <= fine] == []


def test_the_kind_of_an_answer_alone_never_decides():
    typed = [part for part, check in CHECKS.items() if getattr(check.observe, "typed", False)]
    assert typed and not set(typed) & set(DECIDING)
