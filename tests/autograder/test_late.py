"""Late submissions: nbgrader's plugin decides, and our command and nbgrader's take off the same."""

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from classroom import (
    CHAPTER,
    COURSE,
    NAME,
    STEM,
    copy_of_the_course,
    givens,
    graded,
    hand_in,
    no_demonstrations,
    solved,
)
from fabricated import record, write
from nbgrader.api import Gradebook

from autograder.check import CourseFault
from autograder.course import Course
from autograder.gradebook.book import Book
from autograder.gradebook.folder import GradingFolder
from autograder.gradebook.late import LatePenalties, due_dates, duration_text
from autograder.report.attention import matters
from autograder.report.feedback_page import feedback_page
from autograder.report.results import collect
from autograder.report.tables import grades_csv

DUE = datetime(2026, 11, 1, 12)
PLUGIN = """
from nbgrader.plugins import LateSubmissionPlugin

class OnePointPerDay(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return -(-total_seconds_late // 86400)

get_config().AssignLatePenalties.plugin_class = OnePointPerDay
"""
HANDED_IN = "2026-11-03 13:00:00 UTC"  # two days and an hour late: three points


def configured(root: Path, text: str) -> LatePenalties:
    root.mkdir(exist_ok=True)
    (root / "nbgrader_config.py").write_text(text)
    return LatePenalties.of(Course(root))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def folder(request, tmp_path, monkeypatch):
    """A gradebook, in a file and on a server, with one result, handed in two days and an hour late."""
    if request.param == "postgresql":
        monkeypatch.setattr(GradingFolder, "db_url", request.getfixturevalue("server").url)
    made = write(GradingFolder(tmp_path), [record("Müller, Jürgen", NAME, share=0.5)])
    with Book(made.db_url) as book:
        book.register(givens().values())
        for one in made.records():
            book.enter_record(one, None, HANDED_IN)
        book.set_due(CHAPTER, DUE)
    return made


def assign(folder, penalties):
    with Book(folder.db_url) as book:
        return book.assign_late_penalties([("Müller, Jürgen", CHAPTER, STEM)], penalties)


def stored(folder):
    """(penalty, seconds late) as nbgrader reads them."""
    with Gradebook(folder.db_url) as book:
        submission = book.find_submission(CHAPTER, "Müller, Jürgen")
        return submission.late_submission_penalty, submission.total_seconds_late


def per_day(student, score, seconds):
    return -(-seconds // 86400)


def test_a_point_per_day(folder):
    assert assign(folder, per_day) == [("Müller, Jürgen", CHAPTER, STEM)]
    assert stored(folder) == (3, 49 * 3600)
    assert assign(folder, per_day) == [], "nothing changed"
    (one,) = collect(COURSE, folder).assignments
    assert one.points > 0 and one.total == one.points + one.bonus - 3
    with Gradebook(folder.db_url) as book:
        submission = book.find_submission(CHAPTER, "Müller, Jürgen")
        assert one.total == submission.score - submission.late_submission_penalty


@pytest.mark.parametrize(
    "given, taken", [(lambda *_: 1000, "score"), (lambda *_: -5, 0), (lambda *_: None, 0)]
)
def test_a_penalty_lies_between_nothing_and_the_score(folder, given, taken):
    assign(folder, given)
    (one,) = collect(COURSE, folder).assignments
    assert stored(folder)[0] == (one.points + one.bonus if taken == "score" else taken)
    assert one.total == (0 if taken == "score" else one.points + one.bonus)


def test_the_plugin_is_given_what_nbgrader_gives_it(folder):
    seen = []
    assign(folder, lambda *arguments: seen.append(arguments))
    (one,) = collect(COURSE, folder).assignments
    assert seen == [("Müller, Jürgen", one.points + one.bonus, 49 * 3600)]


def test_an_extension_and_a_later_due_date_take_the_penalty_back(folder):
    assign(folder, per_day)
    with Gradebook(folder.db_url) as book:
        book.grant_extension(CHAPTER, "Müller, Jürgen", days=2)
    assert assign(folder, per_day) and stored(folder) == (1, 3600)
    with Book(folder.db_url) as book:
        book.set_due(CHAPTER, DUE + timedelta(days=9))
    assert assign(folder, per_day) and stored(folder) == (0, 0)
    assert collect(COURSE, folder).assignments[0].late.penalty == 0


def test_without_a_due_date_or_a_time_nothing_is_late(tmp_path):
    made = write(GradingFolder(tmp_path), [record(name, NAME) for name in ("anna", "ben")])
    with Book(made.db_url) as book:
        book.register(givens().values())
        for one, time in zip(made.records(), (HANDED_IN, "")):
            book.enter_record(one, None, time)
        assert book.late() == {}
        book.set_due(CHAPTER, DUE)
        assert list(book.late()) == [("anna", CHAPTER)]


def test_everything_that_people_read_says_it(folder):
    assign(folder, per_day)
    results = collect(COURSE, folder)
    (one,) = results.assignments
    html = feedback_page(one, {})
    assert "handed in late by 2 days and 1 hour: −3 points" in html
    assert "handed in late: Müller, Jürgen (2 days and 1 hour, −3 points)" in [
        matter.in_short() for matter in matters(results)
    ]
    head, row = grades_csv(COURSE, results).splitlines()
    assert ",3," in row and "late penalty" in head


# the configuration ----------------------------------------------------------------------------


def test_the_plugin_of_the_configuration(tmp_path):
    assert LatePenalties.of(COURSE)("anna", 5.0, 100.0) is None, "nbgrader's own takes nothing off"
    assert configured(tmp_path / "ours", PLUGIN)("anna", 5.0, 86400.0) == 1
    zero = 'get_config().LateSubmissionPlugin.penalty_method = "zero"'
    assert configured(tmp_path / "zero", zero)("anna", 5.0, 100.0) == 5


@pytest.mark.parametrize(
    "text", ["1 / 0", 'get_config().AssignLatePenalties.plugin_class = "no.such.Plugin"']
)
def test_a_plugin_that_cannot_be_used_is_one_sentence(tmp_path, text):
    with pytest.raises(
        CourseFault, match="plugin for late submissions cannot be used.*nbgrader_config.py"
    ):
        configured(tmp_path, text)


def test_a_plugin_that_fails_costs_nobody(tmp_path, folder):
    penalties = configured(tmp_path / "broken", PLUGIN.replace("86400", "0"))
    assert assign(folder, penalties) == []
    assert stored(folder)[0] == 0
    assert penalties.lines == [
        "Müller, Jürgen was late, and the plugin OnePointPerDay fails (ZeroDivisionError: float floor "
        "division by zero); nothing is taken off."
    ]


# due dates and words --------------------------------------------------------------------------


def test_due_dates_are_local_unless_a_zone_is_given():
    texts = ["a=2026-11-01T12:00+01:00", "b=2026-11-01T12:00"]
    local = datetime(2026, 11, 1, 12).astimezone()
    assert due_dates(texts, ["a", "b"]) == {
        "a": datetime(2026, 11, 1, 11), "b": (local - local.utcoffset()).replace(tzinfo=None),
    }  # fmt: skip


@pytest.mark.parametrize(
    "text, said",
    [
        ("x=2026-11-01", "choose an assignment out of a, b"),
        ("a", "write the time as in a="),
        ("a=soon", "write the time"),
    ],
)
def test_a_due_date_that_cannot_be_read(text, said):
    with pytest.raises(ValueError, match=said):
        due_dates([text], ["a", "b"])


@pytest.mark.parametrize(
    "seconds, words",
    [
        (1, "1 minute"),
        (3600, "1 hour"),
        (86400 + 7200 + 60, "1 day and 2 hours"),
        (3 * 86400, "3 days"),
    ],
)
def test_time_in_words(seconds, words):
    assert duration_text(seconds) == words


# both roads -----------------------------------------------------------------------------------


@pytest.mark.sandbox
def test_both_roads_take_off_the_same(monkeypatch, tmp_path):
    """`nbgrader autograde`, and our command, with the plugin of the course's configuration."""
    monkeypatch.setattr(sys, "path", [*sys.path])  # the configuration adds to it
    root = copy_of_the_course("late")
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(PLUGIN)
    folder = GradingFolder(root / "grading")
    wrong = COURSE.notebooks[NAME].answer_of("2.5").solution.replace("-grad_output", "grad_output")
    path = hand_in(folder.submitted, "Müller, Jürgen", solved(**{"2.5": wrong}))
    path.with_name("timestamp.txt").write_text(HANDED_IN)
    with Book(folder.db_url) as book:
        book.register(givens().values())
        book.set_due(CHAPTER, DUE)
    command = [sys.executable, "-m", "nbgrader", "autograde", CHAPTER, "--IsolatedGrading.seed=1"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    with no_demonstrations():
        ours = graded(folder.submitted, tmp_path, Course(root), due={CHAPTER: DUE})[2]
    assert stored(folder) == stored(ours) == (3, 49 * 3600)
    (theirs,), (mine,) = collect(COURSE, folder).assignments, collect(COURSE, ours).assignments
    assert mine.total == theirs.total == mine.points + mine.bonus - 3
