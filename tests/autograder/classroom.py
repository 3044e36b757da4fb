"""Submissions for tests: the reference solutions as a student would hand them in, and damage to them."""

import json
import shutil
import tempfile
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from unittest import mock

import nbformat
import nbgrader.api

from autograder.course import Course
from autograder.course.cell_ids import role_of
from autograder.course.given import given_notebooks
from autograder.gradebook.folder import GradingFolder
from autograder.grading import batch
from autograder.grading.batch import Listener, Options, grade_class
from autograder.grading.executor import RunCell
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
    notebook = nbformat.v4.reads(_released(name))
    for cell in COURSE.notebooks[name].with_role("answer"):
        made = next(c for c in notebook.cells if c.id == f"answer-{cell.key.replace('.', '-')}")
        made.source = f"# Answer {cell.key}\n{answers.get(cell.key, cell.solution)}"
    return notebook


@lru_cache
def _released(name) -> str:
    return (COURSE.chapters / f"{name}.ipynb").read_text(encoding="utf-8")


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
    options = {"limits": LIMITS, **options}
    options = Options(choose_tier(), workers=2, seed=seed, **options)
    outcomes, lines = grade_class(course, [submitted], folder, options, listener)
    return {one["student"]: folder.record_of(one) for one in outcomes}, lines, folder


def leave_out_demonstrations(plan):
    """They take most of the time, and no answer depends on them."""
    for cell_id, step in plan.runs.items():
        if role_of(cell_id) == "demo":
            plan.steps[step] = RunCell("pass")


@contextmanager
def no_demonstrations():
    """Classes are graded without them. (test_every_road.py runs those of all notebooks.)"""
    made = batch.plan_of

    def plan_of(*about):
        plan = made(*about)
        leave_out_demonstrations(plan)
        return plan

    with (
        mock.patch.object(batch, "plan_of", plan_of),
        mock.patch.object(batch.demonstrations, "fixed", lambda given: frozenset()),
    ):
        yield


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


# The same for nbgrader's commands, which run it before anything else.
NO_DEMONSTRATIONS = """
import autograder.nbgrader_plugin
from autograder.grading.executor import RunCell

def without_demonstrations(*about, prepare=autograder.nbgrader_plugin.prepare):
    plan = prepare(*about)
    for cell, step in plan.runs.items():
        if cell.startswith("demo"):
            plan.steps[step] = RunCell("pass")
    return plan

autograder.nbgrader_plugin.prepare = without_demonstrations
"""


def copy_of_the_course(name: str, demonstrations=True) -> Path:
    """A copy of what a clone holds and grading needs, with nbgrader's configuration."""
    root = temporary() / name
    for part in ("autograder", "utils", "solutions", "chapters", "data"):
        ignore = shutil.ignore_patterns(".ipynb_checkpoints")
        shutil.copytree(COURSE.root / part, root / part, ignore=ignore)
    shutil.copy(COURSE.root / "nbgrader_config.py", root)
    if not demonstrations:
        with (root / "nbgrader_config.py").open("a") as config:
            config.write(NO_DEMONSTRATIONS)
    return root
