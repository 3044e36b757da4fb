"""One state, whichever way it came about: blank answers, a person's scores, nbgrader's own grading, and
one student's work graded again."""

import json
import re

import nbformat
import pytest
from example_course import separate_registry
from nbgrader.api import Gradebook
from small_class import ADDS, NAME, RIGHT, course_in, notebook
from typer.testing import CliRunner

from autograder.commands.cli import app
from autograder.commands.unchanged import results_of
from autograder.course import environment
from autograder.course.files import write_json
from autograder.gradebook.folder import GradingFolder
from autograder.grading.versions import of_framework
from autograder.report.item_analysis import misconceptions, part_statistics
from autograder.report.results import collect
from autograder.report.write import write_reports

pytestmark = pytest.mark.sandbox

CHAPTER, STEM = NAME.split("/")
NOTHING = ["✘ This part is not written yet."]
BLANKS = {
    "untouched": {},
    "emptied": {"9.1": "", "9.2": ""},
    "only comments": {"9.1": "# I do not know\nimport math", "9.2": "pass"},
    "deleted cells": None,
    "damaged": "{",
}
MISSING = {  # what is written, and what is said of it
    "misspelt": ("def Double(x):\n    return 2 * x", "Did you mean it by Double?"),
    "another name": (
        "def twice(x):\n    return 2 * x",
        "The name double is not defined. Define it",
    ),
    "an import": ("import pandas\ndef double(x):\n    return 2 * x", "No module named 'pandas'"),
    "dots": ("double = ...", "This part is not written yet."),
    "very long": ("double = 2" + " + 2" * 1500, "RecursionError"),
}
OWN = "import pandas as pd"  # in a cell of the student's own
WORK = {
    "anna": RIGHT, "ben": ADDS, "cleo": RIGHT, "dora": RIGHT, **BLANKS,
    **{student: {**RIGHT, "9.1": answer} for student, (answer, _) in MISSING.items()},
    "an import elsewhere": {**RIGHT, "9.1": "def double(x):\n    return pd.Series([x])[0] * 2"},
}  # fmt: skip


def handed_in(course, student):
    answers = WORK[student]
    if isinstance(answers, str):
        return answers
    made = nbformat.reads(notebook(course, answers or {}), as_version=4)
    if answers is None:
        made.cells = [cell for cell in made.cells if not cell.id.startswith("answer-")]
    if student == "an import elsewhere":
        made.cells.insert(0, nbformat.v4.new_code_cell(OWN))
    return json.dumps(made)


class Class:
    """A class that is graded on the command line."""

    def __init__(self, root):
        self.root, self.folder, self.course = (
            root,
            GradingFolder(root / "out"),
            course_in(root / "c"),
        )
        for student in WORK:
            path = root / "handed in" / student / f"{NAME}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(handed_in(self.course, student), encoding="utf-8")

    def grade(self, *arguments, paths=True):
        """What `autograder grade` prints."""
        command = ["grade", *([self.root / "handed in"] if paths else []), *arguments]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("autograder.commands.grade.default_course", lambda: self.course)
            command += ["--into", self.folder.root, "--workers", "1"]
            done = CliRunner().invoke(app, list(map(str, command)))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.output

    def record(self, student):
        return self.folder.record(student, CHAPTER, STEM)

    def part(self, student, name="9.1"):
        (found,) = [part for part in self.record(student)["parts"] if part["id"] == name]
        return found

    def page(self, student):
        return self.folder.feedback_path(student, CHAPTER).read_text(encoding="utf-8")

    def result(self, student):
        (one,) = [a for a in collect(self.course, self.folder).assignments if a.student == student]
        return one

    def enter(self, student, cell, comment="", **values):
        """What formgrader enters."""
        with Gradebook(self.folder.db_url) as book:
            grade = book.find_grade(cell, STEM, CHAPTER, student)
            for name, value in values.items():
                setattr(grade, name, value)
            grade.needs_manual_grade = False
            answer = cell.replace("test", "answer")
            book.find_comment(answer, STEM, CHAPTER, student).manual_comment = comment or None
            book.db.commit()


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    with separate_registry():
        made = Class(tmp_path_factory.mktemp("state"))
        made.grade("--seed", "1")
        yield made


# what is not written ------------------------------------------------------------------------------


@pytest.mark.parametrize("student", BLANKS)
def test_a_blank_answer_is_not_written_and_shows_no_idea(graded, student):
    for name in ("9.1", "9.2"):
        part = graded.part(student, name)
        assert (part["earned"], part["unwritten"], part["misconceptions"]) == (0, True, [])
        assert part["feedback"] == NOTHING


def test_blank_answers_enter_no_statistic_of_ideas(graded):
    results = collect(graded.course, graded.folder)
    (idea,) = misconceptions(results)
    wrote = len(WORK) - len(BLANKS) - 1  # the dots
    assert (idea.students, idea.tried) == (["ben"], wrote)
    double, square = part_statistics(results)  # a damaged file says nothing at all
    assert (double.unwritten, square.unwritten) == (len(BLANKS), len(BLANKS) - 1)


@pytest.mark.parametrize("student", MISSING)
def test_a_missing_name_is_explained(graded, student):
    said = " ".join(graded.part(student)["feedback"])
    assert MISSING[student][1] in said
    if student == "an import":
        assert "exactly this spelling" not in said


def test_an_import_that_failed_elsewhere_is_named(graded):
    said = graded.part("an import elsewhere")["feedback"][0]
    assert said == (
        "pd is missing because another cell stops with an error (ModuleNotFoundError: No module "
        "named 'pandas')."
    )


# a person's score ---------------------------------------------------------------------------------


def test_a_persons_score_replaces_ours_everywhere(graded):
    graded.enter("anna", "test-9-2", "One <case> less.", manual_score=1.25)
    graded.enter("ben", "test-9-1", manual_score=2.0)
    assert "Nothing to do" not in graded.grade()
    page = graded.page("anna")
    assert "✘ 9.2: 1.25 of 3 points" in page and "✔ 9.2: 3 of 3" not in page
    assert page.count("Changed by a person from 3 to 1.25.") == 2  # at the top, and beside the part
    first = page[page.index("What to look at first") : page.index("<h2>Points")]
    assert "(1.75 to gain)" in first and "One &lt;case&gt; less." in first and "✔" not in first
    assert "<td>changed by a person from 3 to 1.25<p>One &lt;case&gt; less.</p>" in page
    assert "<strong>Comment:</strong> <p>One &lt;case&gt; less.</p>" in page
    with Gradebook(graded.folder.db_url) as book:
        assert book.find_submission(CHAPTER, "anna").score == graded.result("anna").total == 3.25
    assert "Nothing to do" in graded.grade()


def test_an_idea_is_not_held_where_a_person_gave_all_points(graded):
    assert graded.result("ben").parts[0].full
    assert not misconceptions(collect(graded.course, graded.folder))
    assert "What to look at first" not in graded.page("ben")
    assert "✔ 9.1: 2 of 2 points" in graded.page("ben")


# nbgrader's own grading ---------------------------------------------------------------------------


def test_what_nbgrader_graded_is_shown_and_repaired(graded):
    """Its records do not say what they are made from, and its notebooks hold lists of lines."""
    before = graded.record("cleo")
    path = graded.folder.executed_path(before)
    nbformat.write(nbformat.read(path, as_version=4), path)
    assert isinstance(json.loads(path.read_text())["cells"][0]["source"], list)
    about = {**before, "made_from": {"file": before["made_from"]["file"]}}
    write_json(graded.folder.path_of(before), about)
    write_reports(graded.course, graded.folder)
    assert "cannot be shown" not in graded.page("cleo") and "['" not in graded.page("cleo")
    graded.grade()
    assert graded.record("cleo") == before
    assert "Nothing to do" in graded.grade()


def test_files_that_are_newer_than_the_run_are_looked_at(graded):
    graded.grade()
    state, books = graded.folder.run["state"], [graded.folder.root / "gradebook.db"]
    assert len(results_of(graded.folder, state, [], books)) == len(WORK)
    graded.folder.executed_path(graded.record("dora")).touch()
    assert results_of(graded.folder, state, [], books) is None


# again, for one -----------------------------------------------------------------------------------


def test_again_for_one(graded):
    graded.enter("dora", "test-9-1", manual_score=0.5)
    seeds = {student: graded.record(student)["seed"] for student in WORK}
    wrong = {**graded.record("dora"), "earned": 2, "parts": []}
    for part in graded.record("dora")["parts"]:
        wrong["parts"].append({**part, "earned": 1.0, "feedback": ["by a cosmic ray"]})
    write_json(graded.folder.path_of(wrong), wrong)
    part = f"dora/{CHAPTER}/9.2"
    said = graded.grade("--again", part, "--reason", "her  <letter>", paths=False)
    assert f"dora, {CHAPTER} 9.2: 1 → 3 points, with the same inputs" in said
    assert "a person entered" not in said
    assert graded.part("dora", "9.2")["earned"] == 3  # and nothing else is touched
    assert graded.part("dora", "9.1")["feedback"] == ["by a cosmic ray"]
    assert {student: graded.record(student)["seed"] for student in WORK} == seeds
    said = graded.grade("--again", "dora", "--fresh-inputs")
    entered = "what a person entered stands: 0.5 for 9.1"
    assert f"dora, {CHAPTER}: 4 → 5 points, with fresh inputs; {entered}" in said
    changed = {s for s in WORK if graded.record(s)["seed"] != seeds[s]}
    assert changed == {"dora"}
    assert graded.result("dora").points == 3.5, "a person's score stands"
    one, two = graded.folder.regrades
    assert (one["part"], one["reason"], one["before"], one["after"]) == (
        "9.2",
        "her <letter>",
        1,
        3,
    )
    assert (two["part"], two["inputs"], two["before"], two["after"]) == ("", "fresh", 4, 5)
    log = graded.folder.page.read_text(encoding="utf-8").partition('id="again"')[2]
    assert "her &lt;letter&gt;" in log and log.index("fresh") < log.index("her &lt;letter")
    graded.grade()
    assert graded.record("dora")["seed"] != seeds["dora"], "what was graded again stays"


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["--again", "dorra"], "Did you mean dora?"),
        (["--again", "dora/ch2"], "choose an assignment out of ch09_example"),
        (["--again", f"dora/{CHAPTER}/9.9"], "has no checked part 9.9; is 9.2 or 9.1 meant?"),
        (["--again", "a/b/c/d"], "write it as STUDENT"),
        (["--reason", "x"], "go with --again"),
    ],
)
def test_what_cannot_be_graded_again_is_one_sentence(graded, arguments, says):
    assert says in graded.grade(*arguments)


@pytest.mark.parametrize("student", ["nobody", ".."])
def test_again_without_files_for_somebody_unknown(graded, student):
    assert re.search("holds nothing of that student", graded.grade("--again", student, paths=False))


# the environment ----------------------------------------------------------------------------------


def test_a_new_package_is_another_state(graded, tmp_path, monkeypatch):
    packages = tmp_path / "site-packages"
    (packages / "scipy-1.0.dist-info").mkdir(parents=True)
    before = environment.environment()
    monkeypatch.syspath_prepend(str(packages))
    environment.environment.cache_clear()
    try:
        assert set(environment.environment()) - set(before) == {"scipy-1.0"}
        of_new = of_framework.__wrapped__(graded.course)
    finally:
        environment.environment.cache_clear()
        monkeypatch.undo()
    assert of_new != of_framework.__wrapped__(graded.course)
