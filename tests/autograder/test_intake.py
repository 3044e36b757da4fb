"""Finding submissions: whatever the road they came by, nothing is lost and nothing stops the rest."""

import os
import stat
import unicodedata
import zipfile

import pytest
from classroom import CHAPTER, NAME, STEM, givens, hand_in, solved, text_of
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.grading import intake, reading
from autograder.grading.intake import take_in
from autograder.grading.whose import student_id


def found(*paths):
    """[(student, notebook, is it readable)] and the lines."""
    taken = take_in(paths, givens())
    return [(s.student, s.given.name, not s.damaged) for s in taken.submissions], taken.lines


@pytest.fixture
def submitted(tmp_path):
    folder = tmp_path / "submitted"
    hand_in(folder, "anna", solved())
    hand_in(folder, "Jörg Groß", solved())
    return folder


BOTH = [("Jörg Groß", NAME, True), ("anna", NAME, True)]


def test_nbgraders_folders(submitted):
    assert found(submitted) == (BOTH, [])


def test_the_folder_above(submitted):
    assert found(submitted.parent) == (BOTH, [])


@pytest.mark.parametrize("below", ["anna", f"anna/{CHAPTER}", f"anna/{CHAPTER}/{STEM}.ipynb"])
def test_one_student_only(submitted, below):
    assert found(submitted / below) == ([("anna", NAME, True)], [])


def test_a_grading_folder_is_read_below_submitted_only(submitted):
    hand_in(submitted.parent / "autograded", "anna", solved(**{"2.5": "changed"}))
    hand_in(submitted.parent / "source", "", solved(**{"2.5": "secret"}))
    assert found(submitted.parent) == (BOTH, [])


def test_a_path_named_twice_is_graded_once(submitted):
    assert [one[0] for one in found(submitted, submitted / "anna")[0]] == ["Jörg Groß", "anna"]


CANVAS = f"mullerjurgen_4711_99_{STEM}.ipynb"
MOODLE = f"Zoë O'Brien_31_assignsubmission_file_/{STEM}.ipynb"


def test_a_flat_folder_from_canvas(tmp_path):
    (tmp_path / CANVAS).write_text(text_of(solved()))
    (tmp_path / f"doe_LATE_12_13_{STEM}-1.ipynb").write_text(text_of(solved()))
    taken = take_in([tmp_path], givens())
    assert [(s.student, s.lms_id) for s in taken.submissions] == [
        ("doe", "12"),
        ("mullerjurgen", "4711"),
    ]
    assert any("late" in note for note in taken.submissions[0].notes)
    assert taken.submissions[1].notes == []


def test_namesakes_are_told_apart(tmp_path):
    for number in (1, 2):
        (tmp_path / f"doejohn_{number}_9{number}_{STEM}.ipynb").write_text(text_of(solved()))
    assert [one[0] for one in found(tmp_path)[0]] == ["doejohn_1", "doejohn_2"]


def test_a_zip_from_moodle(tmp_path):
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(unicodedata.normalize("NFD", MOODLE), text_of(solved()))
        archive.writestr("__MACOSX/._x.ipynb", "rubbish")
        archive.writestr("Zoë O'Brien_31_assignsubmission_file_/notes.pdf", "%PDF")
    assert found(path) == ([("Zoë O'Brien", NAME, True)], [])
    assert found(tmp_path) == found(path)


def test_a_zip_of_nbgraders_folders(submitted, tmp_path):
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in submitted.rglob("*.ipynb"):
            archive.write(file, file.relative_to(tmp_path))
    assert found(path) == (BOTH, [])


def test_single_files_tell_the_student_by_their_name(tmp_path):
    path = tmp_path / f"anna_{STEM}.ipynb"
    path.write_text(text_of(solved()))
    assert found(path) == ([("anna", NAME, True)], [])


@pytest.mark.parametrize("file", [f"{STEM} (1).ipynb", "homework.ipynb", f"{STEM}.ipynb.txt"])
def test_a_renamed_notebook_is_recognised_and_this_is_said(tmp_path, file):
    hand_in(tmp_path, "anna", solved(), file)
    taken = take_in([tmp_path], givens())
    assert [(s.student, s.given.name) for s in taken.submissions] == [("anna", NAME)]
    assert file in taken.submissions[0].notes[0]


def test_recognised_by_first_lines_when_all_marks_are_lost(tmp_path):
    notebook = solved()
    for number, one in enumerate(notebook.cells):
        one.metadata, one.id = {}, f"cell-{number}"
    hand_in(tmp_path, "anna", notebook, "from colab.ipynb")
    assert found(tmp_path)[0] == [("anna", NAME, True)]


def test_the_newest_of_several_versions(tmp_path):
    hand_in(tmp_path, "anna", solved(**{"2.5": "old"}))
    hand_in(tmp_path, "anna", solved(**{"2.5": "new"}), f"{STEM} (2).ipynb")
    hand_in(tmp_path, "anna", solved(**{"2.5": "middle"}), f"{STEM} (1).ipynb")
    (one,) = take_in([tmp_path], givens()).submissions
    assert b"new" in one.read() and "Handed in 3 times" in one.notes[-1]


def test_timestamps_decide_between_equal_names(tmp_path):
    first = hand_in(tmp_path, "anna", solved(**{"2.5": "later"}), "a.ipynb")
    second = hand_in(tmp_path, "anna", solved(**{"2.5": "earlier"}), "b.ipynb")
    os.utime(first, (2_000_000_000, 2_000_000_000))
    os.utime(second, (1_000_000_000, 1_000_000_000))
    (one,) = take_in([tmp_path], givens()).submissions
    assert b"later" in one.read()


def test_a_damaged_newest_version_gives_way_to_an_older_one(tmp_path):
    hand_in(tmp_path, "anna", solved())
    hand_in(tmp_path, "anna", "{ broken", f"{STEM} (1).ipynb")
    (one,) = take_in([tmp_path], givens()).submissions
    assert not one.damaged and "newest that can be read" in one.notes[-1]


def test_a_notebook_of_another_course(tmp_path):
    other = solved()
    other.cells = [c for c in other.cells if c.id == "demo-1"]
    hand_in(tmp_path, "anna", other)
    assert found(tmp_path)[0] == []
    assert "another course (none of its 1 cells" in found(tmp_path)[1][0]


def test_a_notebook_that_lost_all_its_names_is_told_from_one_of_another_course(tmp_path):
    stripped = solved()
    stripped.cells = [
        new_code_cell(one.source.partition("\n")[2]) if one.cell_type == "code" else new_markdown_cell("Text")
        for one in stripped.cells
        if one.id.startswith("answer") or one.cell_type == "markdown"
    ]  # fmt: skip
    hand_in(tmp_path, "anna", stripped)
    (submissions, (line,)) = found(tmp_path)
    assert submissions == [] and len(line) < 400
    assert "defines Div and" in line and NAME in line and "ask for the notebook" in line


DAMAGE = {
    "empty": "",
    "blank": " \n",
    "broken": '{"cells": [',
    "a list": "[1, 2]",
    "no cells": '{"metadata": {}}',
    "deep": "[" * 100_000,
    "deep but closed": '{"cells": ' + "[" * 200 + "]" * 200 + "}",
    "absurd number": '{"cells": [], "x": ' + "9" * 10_000 + "}",
    "binary": "\x00\x01\x02",
}


@pytest.mark.parametrize("text", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_a_line_and_stops_nothing(tmp_path, text):
    hand_in(tmp_path, "anna", text)
    hand_in(tmp_path, "ben", solved())
    hand_in(tmp_path, "cleo", text, "unknown name.ipynb")
    taken, lines = found(tmp_path)
    assert taken == [("anna", NAME, False), ("ben", NAME, True)]
    assert len(lines) == 1 and "unknown name.ipynb" in lines[0]


def test_links_pipes_and_sizes_are_refused(tmp_path, monkeypatch):
    secret = tmp_path / "secret.ipynb"
    secret.write_text(text_of(solved()))
    folder = tmp_path / "submitted"
    ben = hand_in(folder, "ben", solved())
    for student in ("anna", "cleo", "dora"):
        (folder / student / CHAPTER).mkdir(parents=True)
    (folder / "anna" / CHAPTER / f"{STEM}.ipynb").symlink_to(secret)
    os.mkfifo(folder / "cleo" / CHAPTER / f"{STEM}.ipynb")
    (folder / "dora" / CHAPTER / f"{STEM}.ipynb").write_bytes(b" " * (len(ben.read_bytes()) + 1))
    (folder / "ben" / CHAPTER / "more").symlink_to(tmp_path)
    (folder / "ben" / CHAPTER / "notes.txt").symlink_to(secret)
    monkeypatch.setattr(reading, "MAX_BYTES", len(ben.read_bytes()))
    taken = take_in([folder], givens())
    assert {s.student: not s.damaged for s in taken.submissions} == {
        "anna": False, "ben": True, "cleo": False, "dora": False,
    }  # fmt: skip
    said = {s.student: " ".join(s.notes) for s in taken.submissions}
    assert "link" in said["anna"] and "pipe" in said["cleo"] and "larger" in said["dora"]
    assert any("notes.txt" in line for line in taken.lines)
    assert any("more" in line for line in taken.lines)
    assert not any(s.digest and s.student == "anna" for s in taken.submissions)


def test_a_hostile_zip(tmp_path, monkeypatch):
    path = tmp_path / "hostile.zip"
    link = zipfile.ZipInfo(f"anna/{CHAPTER}/{STEM}.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"../../evil/{CHAPTER}/{STEM}.ipynb", text_of(solved()))
        archive.writestr(f"/abs/{CHAPTER}/{STEM}.ipynb", text_of(solved()))
        archive.writestr(link, "/etc/passwd")
        archive.writestr(f"bomb/{CHAPTER}/{STEM}.ipynb", b" " * 5_000_000)
        archive.writestr(f"ben/{CHAPTER}/{STEM}.ipynb", text_of(solved()))
    monkeypatch.setattr(intake, "MAX_BYTES", 1_000_000)
    taken, lines = found(path)
    assert taken == [("anna", NAME, False), ("ben", NAME, True), ("bomb", NAME, False)]
    assert sum("leads out" in line for line in lines) == 2


def test_a_broken_zip_is_a_line(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"ben/{CHAPTER}/{STEM}.ipynb", text_of(solved()))
    path.write_bytes(path.read_bytes()[:-30])
    hand_in(tmp_path, "anna", solved())
    taken, lines = found(tmp_path)
    assert taken == [("anna", NAME, True)]
    assert "x.zip" in lines[0]


@pytest.mark.parametrize(
    "name, kept",
    [
        ("../../etc", "_.._etc"),
        ("..", "student"),
        ("a/b\\c", "a_b_c"),
        ("x\ny", "x_y"),
        (" Zoë ", "Zoë"),
        ("", "student"),
    ],
)
def test_student_ids_are_fit_for_folders(name, kept):
    assert student_id(name) == kept
