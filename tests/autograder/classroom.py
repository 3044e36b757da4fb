"""Submissions for tests: the reference solutions as a student would hand them in, and damage to them."""

import json
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import nbformat
import nbgrader.api

from autograder.course import Course
from autograder.course.given import given_notebooks
from autograder.gradebook.folder import GradingFolder
from autograder.grading.batch import Listener, Options, grade_class
from autograder.isolation import Limits, choose_tier

COURSE = Course()
NAME = "ch02_autograd/02_operations"
CHAPTER, STEM = NAME.split("/")
LIMITS = Limits(cell_seconds=3.0)

# nbgrader starts a program for this whenever it makes a gradebook; the answer is always the same.
nbgrader.api.get_alembic_version = lru_cache(nbgrader.api.get_alembic_version)


@lru_cache
def givens():
    return given_notebooks(COURSE)


def given():
    return givens()[NAME]


def solved(name=NAME, **answers):
    """A notebook with the reference's answers, except those in `answers` ({"2.5": text})."""
    notebook = nbformat.read(COURSE.chapters / f"{name}.ipynb", as_version=4)
    for cell in COURSE.notebooks[name].with_role("answer"):
        made = next(c for c in notebook.cells if c.id == f"answer-{cell.key.replace('.', '-')}")
        made.source = f"# Answer {cell.key}\n{answers.get(cell.key, cell.solution)}"
    return notebook


def cell(notebook, name):
    return next(one for one in notebook.cells if one.id == name)


def text_of(notebook) -> str:
    return notebook if isinstance(notebook, str) else json.dumps(notebook)


def hand_in(folder: Path, student: str, notebook, file=f"{STEM}.ipynb", assignment=CHAPTER) -> Path:
    path = folder / student / assignment / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of(notebook), encoding="utf-8")
    return path


def quick(seconds=2.5):
    """Less time for the checks of this notebook, so that endless loops end soon."""
    from autograder.check import all_checks

    for part in COURSE.notebooks[NAME].parts:
        all_checks()[part].seconds = seconds


def graded(submitted: Path, root: Path, course=COURSE, seed=1, **options):
    """({student: record}, lines, the grading folder) of a class with one notebook each."""
    folder = GradingFolder(root)
    listener = Listener(
        **{name: options.pop(name) for name in ("started", "done") if name in options}
    )
    options = Options(choose_tier(), workers=2, seed=seed, limits=LIMITS, **options)
    outcomes, lines = grade_class(course, [submitted], folder, options, listener)
    return {one["student"]: folder.record_of(one) for one in outcomes}, lines, folder


def points(record) -> dict[str, float]:
    return {part["id"]: part["earned"] for part in record["parts"]}


def against_truth(record, expected) -> list:
    """The parts of a simulated student's record that differ from what the truth says."""
    assert {part["id"] for part in record["parts"]} == set(expected["parts"])
    wrong = []
    for part in record["parts"]:
        wanted, earned = expected["parts"][part["id"]], part["earned"]
        if not isinstance(wanted, dict):
            fits = earned == wanted
        elif "less_than" in wanted:
            fits = earned < wanted["less_than"]
        else:
            fits = earned <= wanted["at_most"]
        named = expected["misconceptions"].get(part["id"], [])
        if not (fits and set(named) <= set(part["misconceptions"])):
            wrong.append(
                (record["student"], part["id"], earned, wanted, expected, part["feedback"])
            )
    return wrong


@lru_cache
def temporary() -> Path:
    """A folder that lives as long as the test process."""
    import atexit

    folder = Path(tempfile.mkdtemp(prefix="classroom-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def copy_of_the_course(name: str) -> Path:
    """A copy of what a clone holds and grading needs, with nbgrader's configuration."""
    root = temporary() / name
    for part in ("autograder", "utils", "solutions", "chapters", "data"):
        ignore = shutil.ignore_patterns(".ipynb_checkpoints")
        shutil.copytree(COURSE.root / part, root / part, ignore=ignore)
    shutil.copy(COURSE.root / "nbgrader_config.py", root)
    return root
