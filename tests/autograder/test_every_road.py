"""The whole course, on both roads to a grade: `autograder grade`, and nbgrader's own command line.

The reference solutions get all points, simulated students what their truth says. `make test` tries a third of
the notebooks, some of every chapter, `make thorough` the others.
"""

import pickle
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
from autograder.grading import batch
from autograder.grading.batch import Options, grade_class
from autograder.grading.executor import RunCell
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
SOME = tuple(BOOKS[1::3])
OTHERS = tuple(name for name in BOOKS if name not in SOME)
every_book = pytest.mark.parametrize(
    ("name", "books"),
    [
        *((name, SOME) for name in SOME),
        *(pytest.param(name, OTHERS, marks=pytest.mark.thorough) for name in OTHERS),
    ],
    ids=[*SOME, *OTHERS],
)
SEEN = []  # {step: result} of every notebook of the class
TRUSTED = {}  # what judging them derived from the reference


@lru_cache
def the_reference(books) -> GradingFolder:
    """What `autograder grade` makes of the reference solutions of these notebooks."""
    submitted = temporary() / f"reference-{len(books)}" / "submitted"
    hand_in_the_reference(submitted, books)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "finish", seen_by(batch.finish))
        lines, folder = graded(submitted)
    assert lines == []
    return folder


@lru_cache
def the_simulated():
    """(truth, folder) of a simulated student."""
    quick()
    submitted = temporary() / "simulated" / "submitted"
    truth = simulate(COURSE, submitted, 1, seed=1)
    lines, folder = graded(submitted)
    assert lines == []
    return truth, folder


def graded(submitted):
    folder = GradingFolder(submitted.parent / "grading")
    options = Options(choose_tier(), workers=2, seed=1)
    return grade_class(COURSE, [submitted], folder, options)[1], folder


def seen_by(finish):
    """`finish`, which remembers what it judges, and by what."""

    def call(plan, results, reference, *about):
        if not isinstance(results, Exception):
            seen = dict(zip(map(named, plan.steps), results))
            for cell in plan.rebuilt.notebook.cells:
                if cell.id in plan.left_out:
                    seen[cell.source] = {"outputs": plan.shown[cell.id], "error": None}
            SEEN.append(seen)
        graded = finish(plan, results, reference, *about)
        TRUSTED.update(reference.remembered)
        return graded

    return call


def named(step):
    """A cell by its text, an observation by its part."""
    return step.source if isinstance(step, RunCell) else step.part


def hand_in_the_reference(submitted, books):
    for name in books:
        chapter, stem = name.split("/")
        hand_in(submitted, "reference", solved(name), f"{stem}.ipynb", chapter)


# The steps of this road are those of the other one, and were run there: a step that was not is an error.
# What they are compared with was computed there, too. (That this road does it all itself: test_nbgrader.py,
# security/test_roads.py, and, with the demonstrations, test_late.py.)
RAN_BEFORE = """
import pickle
from autograder import nbgrader_plugin

with open("seen", "rb") as file:
    every, trusted = pickle.load(file)
nbgrader_plugin.default_reference().remembered.update(trusted)

def results(tier, plan, seed):
    assert seed == 1
    steps = [step.source if hasattr(step, "source") else step.part for step in plan.steps]
    seen = next(seen for seen in every if seen.keys() >= set(steps))
    return [seen[step] for step in steps]

nbgrader_plugin._results = results
"""


@lru_cache
def by_nbgrader(books):
    """{notebook: {cell: (score, extra credit)}} of `nbgrader autograde`, in a copy of the course."""
    the_reference(books)
    root = copy_of_the_course(f"every-road-{len(books)}")
    hand_in_the_reference(root / "grading" / "submitted", books)
    (root / "seen").write_bytes(pickle.dumps((SEEN, TRUSTED)))
    program = NBGRADER.replace('"reference"]', '"reference", "--IsolatedGrading.seed=1"]')
    program = program.replace("import autograder\n", f"import autograder\n{RAN_BEFORE}")
    command = [sys.executable, "-c", program, *COURSE.assignments()]
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


def test_some_of_every_chapter_are_tried_by_make_test():
    assert {name.split("/")[0] for name in SOME} == set(COURSE.assignments())


@every_book
def test_autograder_grade(name, books):
    record = the_reference(books).record("reference", *name.split("/"))
    assert record["state"] == "graded" and record["problems"] == []
    for part in record["parts"]:
        assert part["earned"] == part["points"] == all_checks()[part["id"]].points, part


@pytest.mark.thorough
@pytest.mark.parametrize("name", BOOKS)
def test_simulated_students_get_what_their_truth_says(name):
    """(With one notebook, and every mishap: test_simulate.py.)"""
    truth, folder = the_simulated()
    for student, expected in truth.items():
        record = folder.record(student, *name.split("/"))
        assert against_truth(record, expected[name]) == []


@every_book
def test_every_demonstration_shows_what_it_should_once_all_is_solved(name, books):
    """None fails, or says that an answer is missing; none is too long for the bounds that students' HTML has."""
    graded = the_reference(books).autograded
    made = nbformat.read(graded / "reference" / f"{name}.ipynb", as_version=4)
    demonstrations = [c for c in made.cells if c.cell_type == "code" and role_of(c.id) == "demo"]
    for demonstration in demonstrations:
        shown = str(demonstration.outputs)
        assert "too much HTML" not in shown and "'ename'" not in shown, demonstration.id
        assert "✘" not in shown and "Write " not in shown, demonstration.id  # all is written


@every_book
def test_nbgrader_autograde(name, books):
    scores = by_nbgrader(books)[name]
    for part in COURSE.notebooks[name].parts:
        score, extra = scores[f"test-{part.replace('.', '-')}"]
        assert (extra if all_checks()[part].bonus else score) == all_checks()[part].points, part
