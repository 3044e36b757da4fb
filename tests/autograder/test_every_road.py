"""The reference solutions of the whole course get all points on both roads to a grade:
`autograder grade`, and nbgrader's own command line."""

import subprocess
import sys
from functools import lru_cache

import pytest
from classroom import COURSE, copy_of_the_course, hand_in, solved, temporary
from nbgrader.api import Gradebook

from autograder.check import all_checks
from autograder.gradebook.folder import GradingFolder
from autograder.grading.batch import Options, grade_class
from autograder.isolation import choose_tier

pytestmark = pytest.mark.sandbox

BOOKS = [book.name for books in COURSE.assignments().values() for book in books]


@lru_cache
def submitted():
    folder = temporary() / "references" / "submitted"
    for name in BOOKS:
        chapter, stem = name.split("/")
        hand_in(folder, "reference", solved(name), f"{stem}.ipynb", chapter)
    return folder


@lru_cache
def records():
    """{notebook: record} of `autograder grade`."""
    folder = GradingFolder(temporary() / "references" / "grading")
    options = Options(choose_tier(), workers=2, seed=8)
    found, _ = grade_class(COURSE, [submitted()], folder, options)
    return {record["notebook"]: record for record in found}


@lru_cache
def by_nbgrader():
    """{notebook: {cell: (score, extra credit)}} of `nbgrader autograde`, in a copy of the course."""
    root = copy_of_the_course("every-road")
    target = root / "grading" / "submitted"
    for name in BOOKS:
        chapter, stem = name.split("/")
        hand_in(target, "reference", solved(name), f"{stem}.ipynb", chapter)
    for chapter in COURSE.assignments():
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", "autograde", chapter, "--student", "reference"],
            cwd=root, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
    with Gradebook(f"sqlite:///{root}/grading/gradebook.db") as book:
        found = {}
        for submission in book.find_student("reference").submissions:
            for notebook in submission.notebooks:
                found[f"{submission.name}/{notebook.name}"] = {
                    grade.name: (grade.score, grade.extra_credit) for grade in notebook.grades
                }
    return found


@pytest.mark.parametrize("name", BOOKS)
def test_autograder_grade(name):
    record = records()[name]
    assert record["state"] == "graded" and record["problems"] == []
    for part in record["parts"]:
        assert part["earned"] == part["points"] == all_checks()[part["id"]].points, part


@pytest.mark.parametrize("name", BOOKS)
def test_nbgrader_autograde(name):
    scores = by_nbgrader()[name]
    for part in COURSE.notebooks[name].parts:
        score, extra = scores[f"test-{part.replace('.', '-')}"]
        assert (extra if all_checks()[part].bonus else score) == all_checks()[part].points, part
