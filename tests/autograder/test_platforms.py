"""Files for Canvas and Moodle, read again as these platforms read them."""

import csv
import io
import re

import pytest
from classroom import COURSE
from fabricated import IDS, NAMES, QUIZ, record, two_assignments, two_assignments_folder, write
from typer.testing import CliRunner

from autograder.commands.cli import app
from autograder.gradebook.folder import GradingFolder
from autograder.report.platforms import (
    CANVAS,
    MOODLE,
    BadTemplate,
    export,
    fill_in,
    read_template,
)
from autograder.report.results import ClassResults, collect, of_assignment
from autograder.report.tables import as_written


def totals(found: ClassResults):
    return {(one.student, one.assignment): one.total for one in found.assignments}


def rows(text):
    return list(csv.reader(io.StringIO(text, newline="")))


# Canvas ---------------------------------------------------------------------------------------


def canvas_reads(text, users=(), assignments=()):
    """{(user, assignment): score}, {assignment: points possible} as lib/gradebook_importer.rb reads it.

    `users` are (id, login, name), `assignments` (id, title); whatever is not found comes out as text.
    """
    assert not text.startswith("\ufeff")
    head, *body = (row for row in rows(text) if any(row))
    assert "Student" in head[0] and "ID" in head[1]
    columns = 3
    if head[2] == "SIS User ID" and head[3] == "SIS Login ID":
        columns += 2
    elif head[2] == "SIS Login ID":
        columns += 1
    assert "Section" in head[columns - 1], "else Canvas says: Invalid header row"
    found = {}
    for place, heading in enumerate(head[columns:], columns):
        if "Current Score" in heading:
            continue
        titled = re.fullmatch(r"(.*)\s\((\d+)\)", heading)
        by_id = [t for i, t in assignments if titled and i == titled[2]]
        found[place] = (by_id or [t for _, t in assignments if t == heading] or [heading])[0]
    scores, possible = {}, {}
    for row in body:
        assert len(row) == len(head)
        if "Points Possible" in row[0]:
            possible = {title: float(row[place]) for place, title in found.items() if row[place]}
            continue
        if all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell) for cell in row if cell):
            continue
        login = row[head.index("SIS Login ID")]
        by = [u for u in users if row[1] and u[0] == row[1]] or [
            u for u in users if login and u[1] == login
        ]
        by = by or [u for u in users if row[0] == u[2]]
        user = by[0][2] if by else row[0]
        for place, title in found.items():
            if row[place].strip():
                scores[user, title] = float(row[place])
    return scores, possible


USERS = [
    ("101", "jm", NAMES[0]),
    ("102", "ob", NAMES[1]),
    ("103", "cm", NAMES[2]),
    ("104", "lz", NAMES[3]),
]


def test_canvas_gets_the_same_scores():
    found = two_assignments()
    made = export(COURSE, found, "canvas")
    (text,) = made.files.values()
    assert rows(text)[0] == [*CANVAS, "ch02_autograd", "ch06_networks"]
    scores, possible = canvas_reads(text, USERS)
    assert scores == totals(found)
    assert (NAMES[0], "ch06_networks") not in scores, "nothing handed in is no zero"
    assert possible == {one.assignment: one.max for one in found.assignments}
    assert scores[NAMES[1], "ch02_autograd"] == next(
        one.points + one.bonus - 2 for one in found.assignments if one.student == NAMES[1]
    )


def test_canvas_looks_up_those_without_a_number_by_login_or_name():
    made = export(COURSE, two_assignments(), "canvas")
    (text,) = made.files.values()
    by_login = [user for user in USERS if user[0] != "104"] + [("104", NAMES[3], "Somebody Else")]
    assert ("Somebody Else", "ch02_autograd") in canvas_reads(text, by_login)[0]
    (line,) = (line for line in made.lines if "Canvas ID" in line)
    assert NAMES[3] in line and "asks you" in line and NAMES[0] not in line
    assert any(NAMES[1] in line and "late penalties" in line for line in made.lines)


def test_what_we_could_not_grade_is_no_zero(tmp_path):
    broken = record("anna", QUIZ, share=0.0, state="not graded")
    for part in broken["parts"]:
        part["state"] = "not graded"
    found = collect(COURSE, write(GradingFolder(tmp_path), [broken, record("ben", QUIZ)]))
    made = export(COURSE, found, "canvas")
    (text,) = made.files.values()
    assert set(canvas_reads(text)[0]) == {("ben", "ch06_networks")}
    assert any("anna could not be graded" in line for line in made.lines)
    (text,) = export(COURSE, found, "moodle").files.values()
    assert [row[4] for row in rows(text)[1:]] == ["", "29"]


GRADEBOOK = '''Student,ID,SIS Login ID,Section,Essay (7),ch02_autograd (8),The quiz (9),Current Score
    Points Possible,,,,10,76,53,(read only)
,,,,,Manual Posting,,
"Müller, Jürgen",101,jm,A,9.5,,,80
"O'Brien, Pat",102,ob,A,,1,,
"=""=cmd""",103,cm,A,,,EX,
"Żółty, Łukasz ""Lu""",104,lz,B,3,,N/A,
"Nobody, Ned",105,nn,B,,4,4,
'''
ASSIGNMENTS = [("7", "Essay"), ("8", "ch02_autograd"), ("9", "The quiz")]


def test_canvas_own_gradebook_is_filled_in():
    found = of_assignment(two_assignments(), "ch02_autograd")
    made = fill_in(found, "canvas", "\ufeff" + GRADEBOOK)
    (text,) = made.files.values()
    scores, possible = canvas_reads(
        text.replace(",EX", ",").replace(",N/A", ","), USERS, ASSIGNMENTS
    )
    ours = {key: score for key, score in scores.items() if key[1] == "ch02_autograd"}
    assert ours.pop(("Nobody, Ned", "ch02_autograd")) == 4, "somebody else's score stays"
    assert ours == totals(found)
    before, after = rows(GRADEBOOK), rows(text)
    place = before[0].index("ch02_autograd (8)")
    assert [[c for i, c in enumerate(row) if i != place] for row in before] == [
        [c for i, c in enumerate(row) if i != place] for row in after
    ], "nothing else changes"
    assert made.lines[-1:] == [line for line in made.lines if "late penalties" in line]


def test_a_heading_of_canvas_that_differs_is_named():
    found = of_assignment(two_assignments(), "ch06_networks")
    with pytest.raises(BadTemplate, match="no column for ch06_networks.*--column.*Essay.*The quiz"):
        fill_in(found, "canvas", GRADEBOOK)
    made = fill_in(found, "canvas", GRADEBOOK, "the quiz")
    (text,) = made.files.values()
    scored = {row[1]: row[6] for row in rows(text)}
    assert scored["102"] == scored["103"] == scored["104"] == "14.5" and scored["101"] == ""
    with pytest.raises(BadTemplate, match="--assignment"):
        fill_in(two_assignments(), "canvas", GRADEBOOK, "The quiz")


def test_another_separator_stays(tmp_path):
    with_semicolons = GRADEBOOK.replace('"Müller, Jürgen"', "Jürgen Müller").replace(
        '"O\'Brien, Pat"', "Pat"
    )
    with_semicolons = re.sub(r'"[^"\n]*, [^\n]*?",(?=\d)', "Somebody,", with_semicolons).replace(
        ",", ";"
    )
    found = of_assignment(two_assignments(), "ch02_autograd")
    (text,) = fill_in(found, "canvas", with_semicolons).files.values()
    assert text.splitlines()[0] == with_semicolons.splitlines()[0]
    (score,) = (one.total for one in found.assignments if one.student == NAMES[0])
    assert f";101;jm;A;9.5;{score:g};;80" in text


def test_another_maximum_is_said():
    found = of_assignment(two_assignments(), "ch02_autograd")
    made = fill_in(found, "canvas", GRADEBOOK.replace(",76,", ",100,"))
    assert (
        "ch02_autograd: the maximum in Canvas is 100, in the course 76; make them equal."
        in made.lines
    )


# Moodle ---------------------------------------------------------------------------------------


def moodle_reads(text, participants, top):
    """{participant: grade} as mod/assign/feedback/offline reads it, with no grades in Moodle yet."""
    head, *body = rows(text.removeprefix("\ufeff"))
    assert all(len(row) == len(head) for row in body), "else Moodle says: weird columns"
    number, grade, _ = (
        head.index(name) for name in ("Identifier", "Grade", "Last modified (grade)")
    )
    grades = {}
    for row in body:
        who = participants.get(row[number][len("Participant ") :])
        if who and row[grade] and 0 <= float(row[grade]) <= top:
            grades[who] = float(row[grade])
    return grades


def test_moodle_gets_the_same_scores():
    found = two_assignments()
    made = export(COURSE, found, "moodle")
    assert set(made.files) == {"moodle-ch02_autograd.csv", "moodle-ch06_networks.csv"}
    for name in ("ch02_autograd", "ch06_networks"):
        text = made.files[f"moodle-{name}.csv"]
        mine = {one.student: one for one in found.assignments if one.assignment == name}
        assert rows(text)[0] == MOODLE
        read = moodle_reads(
            text, {i: s for s, i in IDS.items() if i}, next(iter(mine.values())).max
        )
        assert read == {student: one.total for student, one in mine.items() if one.lms_id}
        assert [as_written(row[1]) for row in rows(text)[1:]] == list(mine)
    without = [line for line in made.lines if NAMES[3] in line and "Moodle skips" in line]
    assert len(without) == 2, "a line for each assignment"


def test_moodle_refuses_more_than_the_maximum(tmp_path):
    parts = [
        record("anna", book.name, lms_id="7") for book in COURSE.assignments()["ch02_autograd"]
    ]
    found = collect(COURSE, write(GradingFolder(tmp_path), parts))
    (one,) = found.assignments
    assert one.total > one.max
    made = export(COURSE, found, "moodle")
    (text,) = made.files.values()
    assert moodle_reads(text, {"7": "anna"}, one.max) == {"anna": one.max}
    assert any(
        f"anna ({one.total:g})" in line and f"{one.max:g} is written" in line for line in made.lines
    )


WORKSHEET = """Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 101","Jürgen Müller",jm@x.org,"Submitted for grading - ",,76.00,Yes,"Monday, 2 November 2026, 1:00 PM",-,
"Participant 102","Pat O'Brien",pat@x.org,"Submitted for grading - ",3.00,76.00,Yes,-,"Tuesday, 3 November 2026, 1:00 PM","<p>Well, ""nearly""</p>"
"Participant 999","Łukasz ""Lu"" Żółty",lz@x.org,"No submission",,76.00,Yes,-,-,
"Participant 998","Nobody",n@x.org,"No submission",,76.00,Yes,-,-,
"""


def test_moodles_own_worksheet_is_filled_in():
    found = of_assignment(two_assignments(), "ch02_autograd")
    made = fill_in(found, "moodle", "\ufeff" + WORKSHEET)
    text = made.files["moodle-ch02_autograd.csv"]
    who = {"101": NAMES[0], "102": NAMES[1], "999": NAMES[3], "998": "Nobody"}
    expected = {key[0]: total for key, total in totals(found).items() if key[0] != "=cmd"}
    assert moodle_reads(text, who, 76) == expected
    assert rows(text)[2][9] == '<p>Well, "nearly"</p>', "a person's comment stays"
    assert "You earned" in rows(text)[1][9] and rows(text)[4][9] == ""
    assert rows(text)[1][7] == rows(WORKSHEET)[1][7]
    assert "Not in the template, or without a score: =cmd." in made.lines


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "The template is empty"),
        (WORKSHEET.replace("Grade,", "Bewertung,", 1), "no column Grade.*set to English"),
        (WORKSHEET.replace("Participant", "X").replace("101", "1").replace("102", "2").replace("Lu", "La"),
         "None of the students"),
    ],
)  # fmt: skip
def test_a_worksheet_that_cannot_be_filled_in(text, said):
    with pytest.raises(BadTemplate, match=said):
        fill_in(of_assignment(two_assignments(), "ch02_autograd"), "moodle", text)


def test_a_worksheet_is_about_one_assignment():
    with pytest.raises(BadTemplate, match="--assignment.*ch02_autograd, ch06_networks"):
        fill_in(two_assignments(), "moodle", WORKSHEET)


def test_a_template_in_another_encoding(tmp_path):
    (tmp_path / "x.csv").write_bytes("Müller".encode("latin-1"))
    with pytest.raises(BadTemplate, match="not UTF-8"):
        read_template(tmp_path / "x.csv")


# the command ----------------------------------------------------------------------------------


def run(*arguments):
    return CliRunner().invoke(
        app, ["export", "--into", str(two_assignments_folder().root), *map(str, arguments)]
    )


def test_the_command_writes_and_warns(tmp_path):
    (tmp_path / "gradebook.csv").write_text(GRADEBOOK, encoding="utf-8")
    done = run("--to", "canvas", "--output", tmp_path, "--assignment", "ch02_autograd",
               "--template", tmp_path / "gradebook.csv")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert (tmp_path / "canvas.csv").read_bytes().startswith(b"Student,ID,")
    done = run("--to", "moodle", "--output", tmp_path)
    assert done.exit_code == 0 and "tick" in done.output
    assert len(list(tmp_path.glob("moodle-*.csv"))) == 2


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--to", "excel"], "choose one of csv, canvas, moodle"),
        (["--assignment", "ch99"], "choose one of ch02_autograd"),
        (["--template", "x.csv"], "--template is for --to canvas and --to moodle"),
        (["--to", "canvas", "--template", "/no/such.csv"], "cannot be read"),
    ],
)
def test_a_mistake_in_the_command_is_one_sentence(arguments, said):
    done = run(*arguments)
    assert done.exit_code == 2 and said in " ".join(done.output.split())


def test_without_results_nothing_is_exported(tmp_path):
    done = CliRunner().invoke(app, ["export", "--into", str(tmp_path), "--output", str(tmp_path)])
    assert done.exit_code == 2 and "There are no results" in done.output
