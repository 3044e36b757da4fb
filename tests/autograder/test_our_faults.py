"""A fault of the course is nobody's zero: it is told, it waits for a person, and the rest goes on."""

import csv
import io
import re

import nbformat
import pytest
from classroom import hand_in
from example_course import load_checks, separate_registry, write_course
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from autograder.commands.cli import app
from autograder.course.cell_ids import grade_id
from autograder.course.cells import STUB
from autograder.course.given import given_notebooks
from autograder.gradebook.folder import GradingFolder
from autograder.isolation import Worker
from autograder.report.results import collect

pytestmark = pytest.mark.sandbox

CHAPTER = "ch09_example"
WORK = {
    "anna": "2 * x",
    "ben": "3 * x",
}  # what a student's functions return: the right thing, or not
OUR_FAULT = "Not graded: a fault of the course, not yours ("
TOLD = "Your instructor has been told."

SIX = 'def observe(answer, rng):\n    return {"six": answer.f(3)}\n'
# What is wrong with a check, its text, and what is said about it.
FAULTS = {
    "observing raises": (
        "def observe(answer, rng):\n    raise RuntimeError('our mistake')\ncheck(PART, points=2)(observe)",
        "our mistake",
    ),
    "the reference lacks what is asked for": (
        'def observe(answer, rng):\n    return {"six": answer.triple(2)}\ncheck(PART, points=2)(observe)',
        "'six': the reference gives",
    ),
    "nothing is observed": (
        "def observe(answer, rng):\n    return {}\ncheck(PART, points=2)(observe)",
        "observes nothing",
    ),
    "every expected value is zero": (
        'def observe(answer, rng):\n    return {"zero": answer.f(0)}\ncheck(PART, points=2)(observe)',
        "zero",
    ),
    "it cannot be sent to a worker": (
        "import threading\nlock = threading.Lock()\ndef observe(answer, rng):\n    with lock:\n"
        '        return {"six": answer.f(3)}\ncheck(PART, points=2)(observe)',
        "cannot be sent to a worker (TypeError: cannot pickle",
    ),
    "the judge raises": (
        SIX + "check(PART, points=2)(observe).judge(lambda seen, rng: seen['seven'])",
        "its judge raises KeyError: 'seven'",
    ),
    "the judge returns nothing": (
        SIX + "check(PART, points=2)(observe).judge(lambda seen, rng: None)",
        "its judge gives None",
    ),
    "the judge rejects the reference": (
        SIX + "check(PART, points=2)(observe).judge(lambda seen, rng: {'six': 'It is not seven.'})",
        "It is not seven.",
    ),
    "a misconception does not run": (
        SIX + "check(PART, points=2)(observe).misconception('odd', 'Odd.', source='1 / 0')",
        "the variant 'odd' does not run (ZeroDivisionError",
    ),
}  # fmt: skip
SOUND = '@check(PART, points=2)\ndef sound(answer, rng):\n    return {"six": answer.f(3)}\n'
HEAD = "# %% [markdown]\n# # An example\n\n# %% setup=true\nfrom utils import expect, grade\n"
EXERCISE = """
# %% [markdown] exercise="PART" title="Double" stars=1 minutes=5
# Double it.

# %% [markdown] hints="PART"
# Times two.

# %% answer="PART"
def f(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


# %% test="PART"
"""
PARTS = {kind: f"9.{number}" for number, kind in enumerate(FAULTS, start=2)}


def exercise(part, text=EXERCISE):
    """The exercise (or check) of a part, with a function of its own."""
    name = f"f{part.split('.')[1]}"
    text = text.replace("answer.f(", f"answer.{name}(").replace("def f(", f"def {name}(")
    return text.replace('"PART"', f'"{part}"').replace("PART", f'"{part}"')


def the_course(root):
    """A notebook with a sound exercise and one for each fault; a second one whose reference fails."""
    faulty = HEAD + exercise("9.1") + "".join(exercise(part) for part in PARTS.values())
    failing = exercise("9.30").replace("return 2 * x\n", "return 2 * x\n\n\nundefined\n")
    checks = "from autograder.check import check\n\n" + "\n\n".join(
        [exercise(part, SOUND) for part in ("9.1", "9.30", "9.31")]
        + [exercise(PARTS[kind], text) for kind, (text, _) in FAULTS.items()]
    )
    notebooks = {"faulty": faulty, "failing": HEAD + failing + exercise("9.31")}
    course = write_course(
        root, {f"{CHAPTER}/{stem}": text for stem, text in notebooks.items()}, checks
    )
    load_checks(root)
    return course


class Run:
    """`autograder grade` on a class that hands in everything, and all that it left."""

    def __init__(self, course, root):
        for name, given in given_notebooks(course).items():
            for student, answer in WORK.items():
                notebook = nbformat.from_dict(given.shown)
                for cell in notebook.cells:
                    cell.source = cell.source.replace(STUB, f"return {answer}")
                hand_in(
                    root / "submitted", student, notebook, f"{name.split('/')[1]}.ipynb", CHAPTER
                )
        folder = GradingFolder(root / "grading")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("autograder.commands.grade.default_course", lambda: course)
            command = ["grade", root / "submitted", "--into", folder.root, "--workers", 1]
            self.done = CliRunner().invoke(app, [*map(str, command), "--seed", "1"])
        assert folder.table.is_file(), (self.done.output, self.done.exception)
        self.records = {(r["student"], r["notebook"].split("/")[1]): r for r in folder.records()}
        self.table = list(csv.DictReader(io.StringIO(folder.table.read_text(encoding="utf-8"))))
        self.results = {one.student: one for one in collect(course, folder).assignments}
        self.pages = {
            student: (folder.feedback / student / f"{CHAPTER}.html").read_text(encoding="utf-8")
            for student in WORK
        }
        with Gradebook(folder.db_url) as book:
            self.grades = {
                (student, grade.name): (grade.auto_score, grade.needs_manual_grade)
                for student in WORK
                for notebook in book.find_submission(CHAPTER, student).notebooks
                for grade in notebook.grades
            }

    def part(self, student, stem, name):
        (found,) = [p for p in self.records[student, stem]["parts"] if p["id"] == name]
        return found

    def is_nobodys_zero(self, student, stem, part, why):
        """Everywhere: not graded, with the reason, and waiting for a person."""
        found = self.part(student, stem, part)
        assert found["state"] == "not graded" and found["feedback"][0].startswith(OUR_FAULT)
        assert why in found["feedback"][0] and found["feedback"][0].endswith(TOLD)
        assert self.records[student, stem]["state"] == "not graded"
        assert found["feedback"][0] in self.records[student, stem]["problems"]
        assert found["feedback"][0].isprintable()
        assert self.grades[student, grade_id("test", part)] == (None, True)
        (row,) = [row for row in self.table if row["student"] == student]
        assert row[f"{stem} {part}"] == "" and row["state"] == "not graded"
        assert row["points"] == row["total"] == "", "a sum without this part would look like a mark"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    with separate_registry():
        root = tmp_path_factory.mktemp("faults")
        yield Run(the_course(root), root)


@pytest.mark.parametrize("kind", FAULTS)
def test_a_check_that_fails(run, kind):
    wrong_only = kind == "a misconception does not run"
    run.is_nobodys_zero("ben", "faulty", PARTS[kind], FAULTS[kind][1])
    if wrong_only:  # it is looked at only when an answer is wrong
        assert run.part("anna", "faulty", PARTS[kind])["earned"] == 2
    else:
        run.is_nobodys_zero("anna", "faulty", PARTS[kind], FAULTS[kind][1])


@pytest.mark.parametrize("student", WORK)
@pytest.mark.parametrize("part", ["9.30", "9.31"])
def test_a_reference_that_fails_takes_its_notebook_along(run, student, part):
    run.is_nobodys_zero(student, "failing", part, "of the reference raises NameError")


def test_the_sound_part_beside_it_is_graded(run):
    for student, points in (("anna", 2.0), ("ben", 0.0)):
        found = run.part(student, "faulty", "9.1")
        assert (found["state"], found["earned"]) == ("graded", points)
        assert run.grades[student, "test-9-1"] == (points, False)
    assert [row["faulty 9.1"] for row in run.table] == ["2", "0"]


def test_the_instructor_is_told(run):
    assert run.done.exit_code == 1, run.done.output
    for student in WORK:
        assert run.results[student].state == "not graded"
        for kind, (_, why) in FAULTS.items():
            if (student, kind) != ("anna", "a misconception does not run"):
                assert any(why in line for line in run.results[student].problems), kind


def test_the_student_is_told(run):
    for student in WORK:
        assert run.pages[student].count(TOLD) >= len(FAULTS)
        assert "do not count yet" in run.pages[student]
        for part in (PARTS["observing raises"], "9.30"):
            rows = re.findall(r"<tr>.*?</tr>", run.pages[student], flags=re.S)
            (row,) = [row for row in rows if f">{part}<" in row]
            assert "0 of" not in row and "not graded" in row


def test_a_worker_that_does_not_start(tmp_path, monkeypatch):
    fails = ["sh", "-c", "echo 'Traceback:' >&2; echo 'No module named torch' >&2; exit 1"]
    monkeypatch.setattr("autograder.isolation.worker.worker_command", lambda *_: (fails, {}))
    monkeypatch.setattr("autograder.grading.executor.Worker", Worker)  # none that is warm
    with separate_registry():
        run = Run(the_course(tmp_path), tmp_path)
    assert run.done.exit_code == 1
    for student in WORK:
        for part in ("9.1", *PARTS.values()):
            run.is_nobodys_zero(student, "faulty", part, "Traceback: No module named torch")


def test_a_mistake_in_the_grader_itself(tmp_path, monkeypatch):
    """Whatever is raised while a result is judged: the next one is judged all the same."""
    judged = []

    def judge(*arguments):
        judged.append(arguments)
        raise AttributeError("the grader's own mistake")

    monkeypatch.setattr("autograder.judging.verdict.judge", judge)
    with separate_registry():
        run = Run(the_course(tmp_path), tmp_path)
    assert run.done.exit_code == 1 and len(judged) == len(run.records)
    for student in WORK:
        run.is_nobodys_zero(student, "faulty", "9.1", "the grader's own mistake")
