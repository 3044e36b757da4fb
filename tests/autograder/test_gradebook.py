"""The gradebook, in SQLite and in PostgreSQL: nbgrader reads it, bonus is extra credit, and what a
person entered stays."""

import json
from functools import lru_cache

import nbformat
import pytest
from classroom import (
    CHAPTER,
    NAME,
    STEM,
    givens,
    graded,
    hand_in,
    no_demonstrations,
    points,
    solved,
    temporary,
    text_of,
)
from example_course import load_checks, separate_registry, write_course
from nbgrader.api import Gradebook

from autograder.course.given import given_notebooks
from autograder.gradebook.book import Book
from autograder.gradebook.folder import GradingFolder
from autograder.gradebook.texts import OFFSET
from autograder.grading.batch import save_record
from autograder.report.results import collect
from autograder.report.tables import grades_csv

pytestmark = pytest.mark.sandbox

SOLUTION = """# %% [markdown]
# # An example

# %% setup=true
from utils import expect, grade

# %% [markdown] exercise="9.1" title="Double" stars=1 minutes=5
# Double it, and say why.

# %% [markdown] hints="9.1"
# Times two.

# %% answer="9.1"
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


# %% test="9.1"
expect("9.1", lambda: double(2), 4)

# %% test="9.1-bonus"

# %% [markdown] written="9.1-written"
# ### BEGIN SOLUTION
# Because.
# ### END SOLUTION
"""
CHECKS = """
from autograder.check import check, written

@check("9.1", points=2)
def double(answer, rng):
    return {"three": answer.double(3), "four": answer.double(4)}

@check("9.1-bonus", points=1, bonus=True)
def bonus(answer, rng):
    return {"text": answer.double("ab")}

written("9.1-written", [(1, "says why")])
"""
RIGHT = "def double(x):\n    return 2 * x"
HALF = "def double(x):\n    return 6 if x == 3 else 0"


WORK = {
    "right": (RIGHT, ""),
    "half": (HALF, ""),
    "right, with a text": (RIGHT, "Because 2x is x + x."),
    "half, with a text": (HALF, "Because."),
    "right, with another text": (RIGHT, "Because of the definition."),
}


@pytest.fixture
def example(tmp_path):
    """The example course."""
    with separate_registry():
        made = write_course(tmp_path / "example", {"ch09_example/double": SOLUTION}, CHECKS)
        load_checks(made.root)
        yield made


@lru_cache
def records():
    """Every kind of work, graded once: {kind: record}."""
    root = temporary() / "example"
    course = write_course(root, {"ch09_example/double": SOLUTION}, CHECKS)
    load_checks(root)
    for kind, (answer, text) in WORK.items():
        path = root / "submitted" / kind / "ch09_example" / "double.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(notebook(course, answer, text), encoding="utf-8")
    return graded(root / "submitted", root / "grading", course)[0]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def folder(request, tmp_path, monkeypatch):
    """A new grading folder, with its gradebook in a file and on a server."""
    if request.param == "postgresql":
        monkeypatch.setattr(GradingFolder, "db_url", request.getfixturevalue("server").url)
    return GradingFolder(tmp_path / "grading")


@pytest.fixture
def grade_as(example, folder):
    """A function that grades work as a student's: `grade_as("anna", "half")` gives the folder."""
    with separate_registry():
        made = records()
    registered = list(given_notebooks(example).values())

    def grade(student, kind, **others):
        with Book(folder.db_url) as book:
            book.register(registered)
            save_record({**made[kind], "student": student, **others}, folder, book)
        return folder

    return grade


def notebook(example, answer, text):
    made = given_notebooks(example)["ch09_example/double"].shown
    for cell in made.cells:
        if cell.id == "answer-9-1":
            cell.source = f"# Answer 9.1\n{answer}"
        if cell.id == "written-9-1-written" and text:
            cell.source = text
    return text_of(made)


def grades(folder, student="anna"):
    """{cell: (automatic, by a person, extra credit, waits for a person)}"""
    with Gradebook(folder.db_url) as book:
        (notebook,) = book.find_submission("ch09_example", student).notebooks
        return {
            g.name: (g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade)
            for g in notebook.grades
            if g.name != OFFSET
        }


def enter(folder, cell, **values):
    """What formgrader does when a person enters something."""
    with Gradebook(folder.db_url) as book:
        grade = book.find_grade(cell, "double", "ch09_example", "anna")
        for name, value in values.items():
            setattr(grade, name, value)
        grade.needs_manual_grade = grade.manual_score is None and grade.auto_score is None
        book.db.commit()


def test_other_points_than_before_by_nbgraders_own_command(grade_as):
    """Its records do not say what they are made from."""
    grade_as("anna", "right, with a text", made_from={})
    (record,) = grade_as("anna", "half", made_from={}).records()
    assert record["before"]["parts"] == {"9.1": 2.0, "9.1-bonus": 1.0}


def test_scores_bonus_and_written_parts(grade_as):
    grade_as("anna", "right, with a text")
    folder = grade_as("ben", "half")
    assert grades(folder) == {
        "test-9-1": (2.0, None, None, False),
        "test-9-1-bonus": (0.0, None, 1.0, False),
        "written-9-1-written": (0.0, None, None, True),
    }
    assert grades(folder, "ben") == {
        "test-9-1": (1.0, None, None, False),
        "test-9-1-bonus": (0.0, None, None, False),
        "written-9-1-written": (0.0, None, None, False),
    }
    with Gradebook(folder.db_url) as book:
        assert book.find_submission("ch09_example", "anna").score == 3
        assert book.find_assignment("ch09_example").max_score == 2
        (mine,) = book.find_submission("ch09_example", "ben").notebooks
        comments = {comment.name: comment.comment for comment in mine.comments}
    assert comments == {"answer-9-1": None, "written-9-1-written": "No response."}


def test_what_a_person_entered_survives_a_regrade(example, grade_as):
    folder = grade_as("anna", "half, with a text")
    enter(folder, "test-9-1", manual_score=1.75)
    enter(folder, "test-9-1-bonus", extra_credit=0.5)
    enter(folder, "written-9-1-written", extra_credit=1.0)
    with Gradebook(folder.db_url) as book:
        comment = book.find_comment("written-9-1-written", "double", "ch09_example", "anna")
        comment.manual_comment = "Well, why?"
        book.db.commit()
    grade_as("anna", "half, with a text")
    assert grades(folder) == {
        "test-9-1": (1.0, 1.75, None, False),
        "test-9-1-bonus": (0.0, None, 0.5, False),
        "written-9-1-written": (0.0, None, 1.0, False),
    }
    grade_as("anna", "right, with another text")
    assert grades(folder) == {
        "test-9-1": (2.0, 1.75, None, True),  # the automatic score moved: somebody should look
        "test-9-1-bonus": (0.0, None, 0.5, False),
        "written-9-1-written": (0.0, None, 1.0, True),  # another text
    }
    (one,) = collect(example, folder).assignments
    assert (one.points, one.bonus, one.state) == (1.75, 1.5, "waits for a person")
    assert [part.comment for part in one.parts] == ["", "", "Well, why?"]
    assert "1.75" in grades_csv(example, collect(example, folder))


def test_a_text_has_points_that_a_person_gives_as_a_bonus(example, grade_as):
    folder = grade_as("anna", "half, with a text")
    (waiting,) = collect(example, folder).assignments
    enter(folder, "written-9-1-written", manual_score=0.75)
    (read,) = collect(example, folder).assignments
    assert (waiting.state, read.state) == ("waits for a person", "graded")
    assert (read.points, read.bonus, read.max, read.total) == (1, 0.75, 2, 1.75)
    with Gradebook(folder.db_url) as book:
        theirs = book.find_submission("ch09_example", "anna")
        texts = book.find_grade("written-9-1-written", "double", "ch09_example", "anna")
        assert texts.max_score == 1  # more cannot be entered in formgrader
        assert (theirs.score, theirs.max_score) == (read.total, read.max)
        assert not theirs.needs_manual_grade
    (path,) = (temporary() / "example" / "grading" / "autograded").glob("half, with*/*/*.ipynb")
    executed = nbformat.read(path, as_version=4)
    (text,) = (cell for cell in executed.cells if cell.id == "written-9-1-written")
    assert text.metadata.nbgrader.points == 1  # what formgrader says beside the field
    grade_as("anna", "half, with a text")
    assert grades(folder)["written-9-1-written"] == (0.0, 0.75, None, False)
    enter(folder, "written-9-1-written", manual_score=1.0)
    row = grades_csv(example, collect(example, folder)).splitlines()[1].split(",")
    assert row[2:9] == [
        "1",
        "0",
        "1",
        "1",
        "1",
        "0",
        "2",
    ]  # the parts, points, bonus, penalty, total


def test_points_for_a_text_that_stands_elsewhere_count(example, grade_as):
    folder = grade_as("anna", "half")
    enter(folder, "written-9-1-written", manual_score=1.0)
    (one,) = collect(example, folder).assignments
    assert (one.bonus, one.parts[-1].state) == (1, "read by a person")
    assert grades_csv(example, collect(example, folder)).splitlines()[1].split(",")[4] == "1"


@pytest.mark.parametrize("extra", [0.0, 0.5])
def test_a_bonus_that_a_person_changed_is_kept(example, grade_as, extra):
    folder = grade_as("anna", "right")
    enter(folder, "test-9-1-bonus", extra_credit=extra)
    grade_as("anna", "right")
    (one,) = collect(example, folder).assignments
    assert grades(folder)["test-9-1-bonus"][2] == extra == one.bonus
    assert one.parts[1].changed == f"Changed by a person from 1 to {extra:g}."


def test_extra_credit_for_what_was_not_handed_in(example, grade_as):
    folder = grade_as("anna", "half", parts=[])
    enter(folder, "test-9-1", extra_credit=0.5)
    (one,) = collect(example, folder).assignments
    assert (one.points, one.parts[0].state) == (0.5, "read by a person")


def test_a_bonus_that_is_earned_later_or_lost_again(grade_as):
    folder = grade_as("anna", "half")
    grade_as("anna", "right")
    assert grades(folder)["test-9-1-bonus"] == (0.0, None, 1.0, False)
    grade_as("anna", "half")
    assert grades(folder)["test-9-1-bonus"] == (0.0, None, None, False)


def test_a_fault_of_the_course_waits_for_a_person(grade_as, monkeypatch):
    broken = json.loads(json.dumps(records()["right"]))
    for part in broken["parts"]:
        part["state"] = "not graded"
    monkeypatch.setitem(records(), "broken", broken)
    folder = grade_as("anna", "broken")
    assert grades(folder)["test-9-1"] == (None, None, None, True)


def test_an_exercise_that_was_added_later(grade_as, tmp_path):
    """nbgrader itself refuses this once somebody has handed in."""
    folder = grade_as("anna", "right")
    second = SOLUTION[SOLUTION.index("# %% [markdown] exercise") :]
    more = SOLUTION + "\n" + second.replace('"9.1', '"9.2').replace("double", "twice")
    checks = CHECKS + CHECKS.replace('"9.1', '"9.2').replace("double", "twice")
    with separate_registry():
        later = write_course(tmp_path / "later", {"ch09_example/double": more}, checks)
        load_checks(later.root)
        with Book(folder.db_url) as book:
            book.register(given_notebooks(later).values())
    assert grades(folder)["test-9-1"] == (2.0, None, None, False)
    assert grades(folder)["test-9-2"] == (0.0, None, None, False)
    with Gradebook(folder.db_url) as book:
        assert book.find_assignment("ch09_example").max_score == 4


@pytest.mark.parametrize("course_id", ["", "MATH101"])
def test_nbgraders_settings_name_another_course(example, grade_as, course_id):
    """`autograder grade` knows no course id; nbgrader's commands take theirs from its settings."""
    folder = grade_as("anna", "right")
    with Book(folder.db_url, course_id) as book:
        book.register(given_notebooks(example).values())
    assert grades(folder)["test-9-1"] == (2.0, None, None, False)


@pytest.mark.parametrize("course_id", ["", "MATH101"])
def test_a_gradebook_that_nbgrader_made(example, folder, course_id):
    with Book(folder.db_url, course_id) as book:
        book.register(given_notebooks(example).values())
    with Gradebook(folder.db_url, course_id) as book:
        assert book.find_assignment("ch09_example").course_id == (course_id or "default_course")


def test_what_was_not_handed_in_counts_zero_and_waits_for_nobody(folder):
    record = {"student": "anna", "assignment": CHAPTER, "notebook": NAME}
    waiting = {"id": "2.5", "state": "not graded", "earned": 0.0, "bonus": False}
    with Book(folder.db_url) as book:
        book.register(givens().values())
        book.enter_record({**record, "parts": [waiting], "written": {}, "answered": []}, None)
    with Gradebook(folder.db_url) as theirs:
        found = theirs.find_submission(CHAPTER, "anna").notebooks
        grades = [(mine.name, grade) for mine in found for grade in mine.grades]
        open_ones = [grade.name for _, grade in grades if grade.needs_manual_grade]
        scores = {name: {g.auto_score for n, g in grades if n == name} for name, _ in grades}
    assert open_ones == ["test-2-5"]
    assert scores == {
        STEM: {None, 0.0}, "01_by_hand": {0.0}, "03_networks": {0.0}, "04_engine": {0.0},
        "05_xor": {0.0}, "06_tensor": {0.0},
    }  # fmt: skip


def test_what_lies_in_submitted_is_never_overwritten(tmp_path):
    """Grading in place: the renamed, newer file is graded, and both stay as they are."""
    old = hand_in(tmp_path / "submitted", "anna", solved(**{"2.5": "old = 1"}))
    new = hand_in(tmp_path / "submitted", "anna", solved(), f"{STEM} (1).ipynb")
    before = old.read_bytes(), new.read_bytes()
    with no_demonstrations():
        found = graded(tmp_path / "submitted", tmp_path)[0]
    assert points(found["anna"])["2.5"] == 4
    assert (old.read_bytes(), new.read_bytes()) == before
    assert sorted(path.name for path in old.parent.iterdir()) == sorted([old.name, new.name])
