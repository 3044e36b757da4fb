"""A simulated class is the same for the same seed, and gets what its truth says.

(In all notebooks of the course: test_every_road.py.)
"""

import json
from functools import lru_cache

import pytest
from classroom import COURSE, NAME, against_truth, no_demonstrations, quick, temporary

from autograder.commands.simulate import IN_AN_ANSWER, MISHAPS, TO_A_FILE, _relies_on, simulate
from autograder.course import Course
from autograder.course.given import given_notebooks
from autograder.gradebook.folder import GradingFolder
from autograder.grading.batch import Options, grade_class
from autograder.isolation import Limits, choose_tier
from autograder.judging.reference import Reference

pytestmark = [pytest.mark.sandbox, pytest.mark.early]

STUDENTS = 33  # so many that every mishap happens


@lru_cache
def the_class():
    """(truth, {student: record}, lines) of a class with one notebook."""
    quick(1.0)
    submitted, folder = temporary() / "simulated", GradingFolder(temporary() / "graded")
    truth = simulate(COURSE, submitted, STUDENTS, seed=1, only=(NAME,))
    options = Options(choose_tier(), workers=2, seed=1, limits=Limits(cell_seconds=1.0))
    with no_demonstrations():
        outcomes, lines = grade_class(COURSE, [submitted], folder, options)
    return truth, {one["student"]: folder.record_of(one) for one in outcomes}, lines


def test_every_notebook_is_graded():
    truth, records, lines = the_class()
    assert set(records) == set(truth)
    assert lines == []


def test_the_truth_holds():
    truth, records, _ = the_class()
    wrong = [one for who in truth for one in against_truth(records[who], truth[who][NAME])]
    assert wrong == []


def test_the_class_is_plausible():
    truth, records, _ = the_class()
    assert any(book["misconceptions"] for books in truth.values() for book in books.values())
    mishaps = {book.get("mishap") for books in truth.values() for book in books.values()}
    assert mishaps == {None, *MISHAPS}
    assert any(not name.isascii() for name in truth)
    assert json.loads((temporary() / "simulated" / "truth.json").read_text("utf-8")) == truth
    shares = [record["earned"] / record["points"] for record in records.values()]
    assert 0.3 < sum(shares) / len(shares) < 0.95
    assert len(set(shares)) > 3


def test_the_same_seed_gives_the_same_class(tmp_path):
    def files(seed, folder):
        simulate(Course(), tmp_path / folder, 6, seed, only=(NAME,))
        root = tmp_path / folder
        return {p.relative_to(root): p.read_bytes() for p in root.rglob("*") if p.is_file()}

    assert files(3, "a") == files(3, "b") != files(4, "c")


def test_a_part_relies_on_what_its_answer_calls():
    """The wrong answer to one part may call the answer to another: then little is certain."""
    given, reference = given_notebooks(COURSE)[NAME], Reference(COURSE)
    assert _relies_on("2.6", "x = 1", given, reference) == {"2.6"}
    assert _relies_on("2.6", "x = Div()", given, reference) == {"2.5", "2.6"}


def test_every_mishap_is_known():
    assert set(MISHAPS) == set(IN_AN_ANSWER) | set(TO_A_FILE)
