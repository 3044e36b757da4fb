"""A simulated class is the same for the same seed, and gets what its truth says."""

import json
from functools import lru_cache

import pytest
from classroom import COURSE, NAME, quick, temporary

from autograder.commands.simulate import IN_AN_ANSWER, MISHAPS, TO_A_FILE, _relies_on, simulate
from autograder.course import Course
from autograder.course.given import given_notebooks
from autograder.gradebook.folder import GradingFolder
from autograder.grading.batch import Options, grade_class
from autograder.isolation import choose_tier
from autograder.judging.reference import Reference

pytestmark = pytest.mark.sandbox

# Every mishap in one notebook, and a few students in all of them.
CLASSES = {"one notebook": (33, (NAME,)), "everything": (2, ())}


@lru_cache
def the_class(which):
    """(truth, {(student, notebook): record}, lines, folder)"""
    quick()
    students, only = CLASSES[which]
    submitted, folder = temporary() / which, GradingFolder(temporary() / f"{which} graded")
    truth = simulate(COURSE, submitted, students, seed=1, only=only)
    options = Options(choose_tier(), workers=2, seed=1)
    records, lines = grade_class(COURSE, [submitted], folder, options)
    return truth, {(r["student"], r["notebook"]): r for r in records}, lines, folder


@pytest.mark.parametrize("which", CLASSES)
def test_every_notebook_is_graded(which):
    truth, records, lines, _ = the_class(which)
    assert set(records) == {(student, name) for student, books in truth.items() for name in books}
    assert lines == []


@pytest.mark.parametrize("which", CLASSES)
def test_the_truth_holds(which):
    truth, records, _, _ = the_class(which)
    wrong = []
    for (student, name), record in records.items():
        expected = truth[student][name]
        assert {part["id"] for part in record["parts"]} == set(expected["parts"])
        for part in record["parts"]:
            wanted, earned = expected["parts"][part["id"]], part["earned"]
            if not isinstance(wanted, dict):
                fits = earned == wanted
            elif "less_than" in wanted:
                fits = earned < wanted["less_than"]
            else:
                fits = earned <= wanted["at_most"]
            named = set(expected["misconceptions"].get(part["id"], [])) <= set(
                part["misconceptions"]
            )
            if not (fits and named):
                wrong.append((student, part["id"], earned, wanted, expected, part["feedback"]))
    assert wrong == []


def test_the_class_is_plausible():
    truth, records, _, _ = the_class("one notebook")
    assert any(book["misconceptions"] for books in truth.values() for book in books.values())
    mishaps = {book.get("mishap") for books in truth.values() for book in books.values()}
    assert mishaps == {None, *MISHAPS}
    assert any(not name.isascii() for name in truth)
    assert json.loads((temporary() / "one notebook" / "truth.json").read_text("utf-8")) == truth
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
