"""What cannot be graded is said: in the terminal, to the class's instructor, and to its student."""

import re
import zipfile
from functools import lru_cache
from html import unescape

import pytest
from classroom import graded, temporary
from example_course import separate_registry
from nbgrader.api import Gradebook
from rich.console import Console
from small_class import BLANK, RIGHT, course_in, notebook
from typer.testing import CliRunner

from autograder.commands.cli import app
from autograder.gradebook.roster import Listed, Roster
from autograder.report.attention import matters
from autograder.report.platforms import fill_in
from autograder.report.results import of_students
from autograder.report.summary import summary
from autograder.report.write import save_roster, write_reports

pytestmark = pytest.mark.sandbox

STEM, CHAPTER = "sums.ipynb", "ch09_example"
ABSENT = "Zora Absent"
PEOPLE = {"Anna": "1", "Ben": "2", "Cleo": "3", "Dora": "4", "Eve": "5", "Finn": "6"}


@lru_cache
def the_class():
    """(results, lines, folder) of a download from Moodle, and a list of the class."""
    root = temporary() / "nothing vanishes"
    with separate_registry():
        course = course_in(root / "course")
        right, blank = notebook(course, RIGHT), notebook(course, BLANK)
        whole = {
            f"Anna_1_assignsubmission_file_/{STEM}": right,
            "Anna_1_assignsubmission_file_/work.pdf": "%PDF",
            "Ben_2_assignsubmission_file_/work.pdf": "%PDF",
            f"Cleo_3_assignsubmission_file_/{STEM}": right[:500],
            f"Dora_4_assignsubmission_file_/{STEM}": blank,
            "Eve_5_assignsubmission_file_/work.zip": b"PK\x03\x04 cut off",
            f"Finn_6_assignsubmission_file_/{STEM}": right,
        }
        with zipfile.ZipFile(root / "download.zip", "w") as archive:
            for name, content in whole.items():
                archive.writestr(name, content)
        _, lines, folder = graded(root / "download.zip", root / "out", course)
        listed = [Listed(first=one, last="Test", email=f"{one}@x.org", lms_id=number)
                  for one, number in PEOPLE.items()]  # fmt: skip
        assert save_roster(
            folder, Roster([*listed, Listed(first="Zora", last="Absent", lms_id="7")])
        )
        return write_reports(course, folder), lines, folder


def text_of_page(path) -> str:
    page = path.read_text("utf-8").partition("<body>")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_everybody_who_handed_in_nothing_usable_is_listed():
    found = {
        matter.what: matter.in_short(9).partition(": ")[2] for matter in matters(the_class()[0])
    }
    assert found["on the roster, and nothing handed in at all"] == ABSENT
    assert found["only files that cannot be graded"] == (
        "Ben Test (work.pdf), Eve Test (work.zip), Cleo Test"
    )
    assert found["only untouched notebooks"] == "Dora Test"


def test_the_terminal_says_it_in_short():
    results, lines, _ = the_class()
    assert sum("truncated" in line for line in lines) == 1
    assert sum("2 .pdf" in line for line in lines) == 1 and len(lines) == 2
    console = Console(record=True, width=200)
    summary(console, results)
    said = console.export_text()
    assert ABSENT in said and "Ben Test (work.pdf)" in said


def test_who_is_not_in_this_run_handed_in_all_the_same():
    """Of late work that is graded by itself, the terminal says nothing untrue about the rest."""
    results = the_class()[0]
    found = {one.what: one.in_short(9) for one in matters(of_students(results, ["Finn"]))}
    assert found == {
        what: f"{what}: {who}"
        for what, who in (
            ("on the roster, and nothing handed in at all", ABSENT),
            ("only files that cannot be graded", "Ben Test (work.pdf), Eve Test (work.zip)"),
        )
    }


def test_the_classs_page_names_every_file_and_everybody():
    page = text_of_page(the_class()[2].page)
    for words in (
        "Anna_1_assignsubmission_file_/work.pdf: not graded, because it is a PDF", "truncated", ABSENT,
        "Ben_2_assignsubmission_file_/work.pdf: not graded", "Cleo Test", "Dora Test",
    ):  # fmt: skip
        assert words in page


def test_every_student_reads_what_was_not_graded():
    folder = the_class()[2]
    for student, words in {
        "Anna": "it is a PDF", "Ben": "Nothing that you handed in could be graded", "Eve": "truncated",
    }.items():  # fmt: skip
        page = text_of_page(folder.feedback_path(student, CHAPTER))
        assert words in page and f"Feedback for {student} Test" in page
        assert "download.zip" not in page and "_assignsubmission_file_" not in page


def test_a_damaged_file_is_said_once():
    page = text_of_page(the_class()[2].feedback_path("Cleo", CHAPTER))
    assert "hand it in again" in page and "Could not be read: sums" in page
    assert "not written" not in page and "What to look at first" not in page
    assert page.count("the file could not be read") == 2  # once for each part of the table


def test_formgrader_gets_the_names():
    with Gradebook(the_class()[2].db_url) as book:
        found = {one.id: (one.first_name, one.last_name, one.email) for one in book.students}
    assert found["Anna"] == ("Anna", "Test", "Anna@x.org") and "None" not in str(found)


def test_a_template_says_which_rows_stay_empty_and_why():
    head = "Identifier,Full name,Email address,Status,Grade,Maximum Grade\n"
    people = {**{f"{one} Test": number for one, number in PEOPLE.items()}, ABSENT: "7"}
    rows = "".join(f"Participant {number},{one},,,,5\n" for one, number in people.items())
    made = fill_in(the_class()[0], "moodle", head + rows)
    said = [line for line in made.lines if "empty" in line]
    assert len(said) == 2
    assert "cannot be graded were handed in: Ben Test; Eve Test." in said[0]
    assert f"nothing was handed in: {ABSENT}." in said[1]
    head = "Student,ID,SIS Login ID,Section,ch09_example\n    Points Possible,,,,5\n"
    rows = "".join(f'"{one}",{number},,,\n' for one, number in people.items())
    rows += '"Student, Test",88,,,\n'
    made = fill_in(the_class()[0], "canvas", head + rows)
    assert [line for line in made.lines if "empty" in line] == said


@pytest.mark.parametrize(
    "paths, into",
    [
        ("class", "class"),
        ("class", "class/out"),
        ("out/autograded", "out"),
        ("out/x.ipynb", "out"),
        ("course/submitted", "course/submitted/x"),
        ("course", "course/submitted"),
        ("class/a.ipynb", "class/a.ipynb"),
    ],
)
def test_results_and_submissions_lie_apart(tmp_path, paths, into):
    for folder in ("class", "out/autograded", "course/submitted"):
        (tmp_path / folder).mkdir(parents=True)
    done = CliRunner().invoke(app, ["grade", str(tmp_path / paths), "--into", str(tmp_path / into)])
    assert done.exit_code == 2 and "lie in one another" in done.stderr
    assert list((tmp_path / "class").iterdir()) == []


@pytest.mark.parametrize(
    "paths, into",
    [("out/submitted", "out"), ("out", "out"), ("class", "out"), ("out/x.zip", "out")],
)
def test_a_grading_folder_may_hold_the_submissions(tmp_path, paths, into):
    for folder in ("class", "out/submitted"):
        (tmp_path / folder).mkdir(parents=True)
    done = CliRunner().invoke(app, ["grade", str(tmp_path / paths), "--into", str(tmp_path / into)])
    assert done.exit_code == 2 and "No notebooks to grade" in done.stderr


def test_a_list_that_cannot_be_read_is_one_sentence(tmp_path):
    for command in (["grade", str(tmp_path)], ["report"]):
        place = ["--into", str(tmp_path.with_name("apart")), "--roster", str(tmp_path / "none.csv")]
        done = CliRunner().invoke(app, [*command, *place])
        assert done.exit_code == 2 and "none.csv cannot be read" in done.stderr


def test_where_nothing_can_be_graded_every_file_has_its_line(tmp_path):
    (tmp_path / "anna").mkdir()
    for name in ("a.pdf", "b.py"):
        (tmp_path / "anna" / name).write_text("")
    out = tmp_path.with_name("results of nothing")
    done = CliRunner().invoke(app, ["grade", str(tmp_path), "--into", str(out)])
    assert done.exit_code == 2 and "a.pdf: not graded" in done.stderr and "b.py" in done.stderr
