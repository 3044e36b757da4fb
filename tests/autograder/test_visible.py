"""The visible tests beside the complete check: what is right passes them, and where a notebook says
that they decide the answer, every known wrong answer fails one of them."""

import contextlib
import io

import pytest

from autograder.check import Variant, all_checks, exercise_of
from autograder.judging.reference import Reference, execute
from utils.expectations import outcome_of
from utils.marks import FAILED, PASSED, UNCHECKED
from utils.parts import facts_of_parts

REFERENCE = Reference()
CHECKS = all_checks()
TRAINS = 10.0  # seconds; the checks of parts that train networks may take longer


def seen(part: str, variant: Variant | None = None) -> set[str]:
    """The states of the visible tests of a part on the solution, or on a variant of it."""
    notebook = REFERENCE.course.notebook_of(part)
    answer, states = notebook.answer_of(part), set()
    names = {"__name__": "__main__"}

    def expect(part, attempt, wanted, rtol=1e-6, atol=1e-9):
        states.add(outcome_of(part, "it", attempt, wanted, rtol, atol).state)

    with contextlib.redirect_stdout(io.StringIO()):
        for cell in notebook.cells:
            if cell.role == "test" and cell.key == part:
                names["expect"] = expect
                try:
                    execute(cell.source, names, f"test {part}")
                except Exception:  # in a helper of the test
                    states.add(FAILED)
                return states
            if cell.role == "setup" or cell.role == "answer" and _is_needed(cell, part):
                is_varied = variant is not None and cell is answer
                text = variant.text(cell.solution) if is_varied else cell.solution
                execute(text, names, f"{cell.role} {cell.key}")
    raise AssertionError(f"{part} has no test")


def _is_needed(cell, part: str) -> bool:
    exercise = REFERENCE.course.exercises[exercise_of(part)]
    return exercise_of(cell.key) in (exercise.id, *exercise.needs)


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
