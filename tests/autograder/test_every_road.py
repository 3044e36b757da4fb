"""The whole course, on both roads to a grade: `autograder grade`, and nbgrader's own command line.

The reference solutions get all points, simulated students what their truth says.
"""

import subprocess
import sys
from functools import lru_cache

import nbformat
import pytest
from classroom import (
    COURSE,
    against_truth,
    copy_of_the_course,
    hand_in,
    quick,
    solved,
    temporary,
)
from nbgrader.api import Gradebook

from autograder.check import all_checks
from autograder.commands.simulate import simulate
from autograder.course.cell_ids import role_of
from autograder.gradebook.folder import GradingFolder
from autograder.grading.batch import Options, grade_class
from autograder.isolation import choose_tier

pytestmark = [pytest.mark.sandbox, pytest.mark.early]

# Its command line for one chapter after the other, in a process that starts once.
NBGRADER = """
import sys
import autograder
from nbgrader.apps import NbGraderApp

for chapter in sys.argv[1:]:
    NbGraderApp.clear_instance()
    NbGraderApp.launch_instance(["autograde", chapter, "--student", "reference"])
"""
BOOKS = [book.name for books in COURSE.assignments().values() for book in books]


@lru_cache
def the_class():
    """(truth, lines, folder) of `autograder grade`: the reference, and a simulated student."""
    quick()
    submitted = temporary() / "whole course" / "submitted"
    truth = simulate(COURSE, submitted, 1, seed=1)
    hand_in_the_reference(submitted)
    folder = GradingFolder(temporary() / "whole course" / "grading")
    _, lines = grade_class(COURSE, [submitted], folder, Options(choose_tier(), workers=2, seed=1))
    return truth, lines, folder


def hand_in_the_reference(submitted):
    for name in BOOKS:
        chapter, stem = name.split("/")
        hand_in(submitted, "reference", solved(name), f"{stem}.ipynb", chapter)


@lru_cache
def by_nbgrader():
    """{notebook: {cell: (score, extra credit)}} of `nbgrader autograde`, in a copy of the course."""
    root = copy_of_the_course("every-road")
    hand_in_the_reference(root / "grading" / "submitted")
    command = [sys.executable, "-c", NBGRADER, *COURSE.assignments()]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
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
    _, _, folder = the_class()
    record = folder.record("reference", *name.split("/"))
    assert record["state"] == "graded" and record["problems"] == []
    for part in record["parts"]:
        assert part["earned"] == part["points"] == all_checks()[part["id"]].points, part


@pytest.mark.parametrize("name", BOOKS)
def test_simulated_students_get_what_their_truth_says(name):
    truth, lines, folder = the_class()
    assert lines == []
    for student, expected in truth.items():
        record = folder.record(student, *name.split("/"))
        assert against_truth(record, expected[name]) == []


@pytest.mark.parametrize("name", BOOKS)
def test_every_demonstration_shows_what_it_should_once_all_is_solved(name):
    """None fails, or says that an answer is missing; none is too long for the bounds that students' HTML has."""
    _, _, folder = the_class()
    made = nbformat.read(folder.autograded / "reference" / f"{name}.ipynb", as_version=4)
    demonstrations = [c for c in made.cells if c.cell_type == "code" and role_of(c.id) == "demo"]
    for demonstration in demonstrations:
        shown = str(demonstration.outputs)
        assert "too much HTML" not in shown and "'ename'" not in shown, demonstration.id
        assert "✘" not in shown and "Write " not in shown, demonstration.id  # all is written


@pytest.mark.parametrize("name", BOOKS)
def test_nbgrader_autograde(name):
    scores = by_nbgrader()[name]
    for part in COURSE.notebooks[name].parts:
        score, extra = scores[f"test-{part.replace('.', '-')}"]
        assert (extra if all_checks()[part].bonus else score) == all_checks()[part].points, part
