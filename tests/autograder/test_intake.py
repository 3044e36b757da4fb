"""Finding submissions: whatever the road they came by, nothing is lost and nothing stops the rest."""

import io
import os
import stat
import unicodedata
import zipfile

import nbformat
import pytest
from classroom import CHAPTER, NAME, STEM, cell, givens, hand_in, solved, text_of
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.course.cell_ids import without_first_line
from autograder.grading import files, reading
from autograder.grading.intake import take_in
from autograder.grading.rebuild import rebuild
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
    taken, (line,) = found(path)
    assert taken == [("Zoë O'Brien", NAME, True)] and "1 .pdf" in line
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
    monkeypatch.setattr(files, "MAX_BYTES", 1_000_000)
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


# nothing vanishes -----------------------------------------------------------------------------


def why(*paths):
    """{the last folders of a file that is not graded: (student, why)}"""
    taken = take_in(paths, givens())
    return {one["file"].split("/", 1)[-1]: (one["student"], one["why"]) for one in taken.unused}


def zipped(entries) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return data.getvalue()


def test_every_file_of_another_kind_is_named_with_its_student(submitted):
    here = submitted / "anna" / CHAPTER
    for name in ("work.pdf", "work.py", "notes", "timestamp.txt"):
        (here / name).write_text("x")
    (here / ".ipynb_checkpoints").mkdir()
    (here / ".ipynb_checkpoints" / f"{STEM}-checkpoint.ipynb").write_text(text_of(solved()))
    (submitted / "cleo" / CHAPTER).mkdir(parents=True)
    said = why(submitted)
    place = f"anna/{CHAPTER}"
    assert {student for student, _ in said.values()} == {"anna", "cleo"}
    assert "a PDF" in said[f"{place}/work.pdf"][1] and "Python" in said[f"{place}/work.py"][1]
    assert "Jupyter" in said[f"{place}/.ipynb_checkpoints"][1]
    assert "empty" in said[f"cleo/{CHAPTER}"][1] and len(said) == 5
    taken, lines = found(submitted)
    assert taken == BOTH and len(lines) == 1


def test_many_files_of_a_folder_share_a_line(submitted):
    folder = submitted / "anna" / CHAPTER / "utils"
    folder.mkdir()
    for number in range(30):
        (folder / f"m{number}.py").write_text("")
    ((student, _),) = why(submitted).values()
    assert student == "anna" and "(30 files" in next(iter(why(submitted)))


def test_a_folder_without_permission_is_named(submitted, monkeypatch):
    closed, real = submitted / "anna" / CHAPTER, os.scandir

    def scandir(path):
        if str(path) == str(closed):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    student, said = why(submitted)[f"anna/{CHAPTER}"]
    assert student == "anna" and "Permission denied" in said
    assert "Permission denied" in found(submitted)[1][0]


def test_zips_in_the_platforms_zip_keep_name_and_number(tmp_path):
    inner = zipped({f"Ben_2_assignsubmission_file_/{STEM}.ipynb": text_of(solved()), "a.pdf": ""})
    again = zipped({"inner.zip": zipped({f"{STEM}.ipynb": text_of(solved())})})
    whole = {
        "Anna_1_assignsubmission_file_/work.zip": inner,
        "Ben_2_assignsubmission_file_/work.zip": again,
        "cleo_3_99_work.zip": again,
        "Dora_4_assignsubmission_file_/work.zip": inner[:-30],
    }
    (tmp_path / "download.zip").write_bytes(zipped(whole))
    taken = take_in([tmp_path / "download.zip"], givens())
    assert [(s.student, s.lms_id) for s in taken.submissions] == [
        ("Anna", "1"), ("Ben", "2"), ("cleo", "3"),
    ]  # fmt: skip
    assert {s.read() for s in taken.submissions} == {text_of(solved()).encode()}
    said = {(one["student"], one["lms_id"]): one["why"] for one in taken.unused}
    assert "PDF" in said["Anna", "1"] and "truncated" in said["Dora", "4"] and len(said) == 2


def test_zips_in_zips_have_bounds(tmp_path, monkeypatch):
    notebook = {f"{STEM}.ipynb": text_of(solved())}
    deep = zipped(notebook)
    for _ in range(3):
        deep = zipped({"more.zip": deep})
    bomb = zipped({"swell.zip": zipped({"a.ipynb": b" " * 3_000_000})})
    many = zipped({"many.zip": zipped({f"{n}.txt": "" for n in range(60)} | notebook)})
    for number, (name, data) in enumerate({"deep": deep, "bomb": bomb, "many": many}.items()):
        (tmp_path / f"{name}_1{number}_9_work.zip").write_bytes(zipped({"work.zip": data}))
    (tmp_path / "ben_3_9_work.zip").write_bytes(zipped({"work.zip": zipped(notebook)}))
    monkeypatch.setattr(files, "MAX_IN_NESTED", 1_000_000)
    monkeypatch.setattr(files, "MAX_FILES_IN_NESTED", 50)
    taken = take_in([tmp_path], givens())
    assert [s.student for s in taken.submissions] == ["ben"]
    said = {student: said for student, said in why(tmp_path).values()}
    assert "deeper" in said["deep"] and "larger" in said["bomb"] and "more files" in said["many"]


def test_a_zips_list_of_files_has_bounds(tmp_path, monkeypatch):
    long = zipped({f"{n}{'x' * 200}": "" for n in range(100)})
    (tmp_path / "download.zip").write_bytes(zipped({"anna_1_9_work.zip": long}))
    monkeypatch.setattr(files, "MAX_DIRECTORY_OF_NESTED", 10_000)
    ((student, said),) = why(tmp_path).values()
    assert student == "anna" and "more files" in said


def test_a_truncated_zip_is_called_so(tmp_path):
    path = tmp_path / "doe_7_1_work.zip"
    path.write_bytes(zipped({f"{STEM}.ipynb": text_of(solved())})[:-40])
    for named in (path, tmp_path):
        ((student, said),) = why(named).values()
        assert student == "doe" and "truncated" in said


def test_what_is_no_notebook_does_not_decide_whose_the_others_are(tmp_path):
    for week in ("week 1", "week 2"):
        for who in ("doe_1", "roe_2"):
            place = tmp_path / week / f"{who}_9{week[-1]}_{STEM}.ipynb"
            place.parent.mkdir(exist_ok=True)
            place.write_text(text_of(solved()))
    before = found(tmp_path)[0]
    for name in ("a.pdf", "b.pdf", "c.csv", "evil_1_93_x.pdf", "week 1/ada_3_91_x.pdf"):
        (tmp_path / name).write_text("")
    assert found(tmp_path)[0] == before == [("doe", NAME, True), ("roe", NAME, True)]
    said = {file: student for file, (student, _) in why(tmp_path).items()}
    assert said == {
        "a.pdf": "", "b.pdf": "", "c.csv": "", "evil_1_93_x.pdf": "", "week 1/ada_3_91_x.pdf": "ada",
    }  # fmt: skip


# several notebooks in one file ----------------------------------------------------------------

FIRST, THIRD = "ch02_autograd/01_by_hand", "ch02_autograd/03_networks"


def merged(*names, **answers):
    one = solved(names[0], **answers)
    for name in names[1:]:
        one.cells += solved(name, **answers).cells
    return one


def test_a_merged_notebook_is_each_of_its_notebooks(tmp_path):
    names = [NAME, THIRD, next(n for n in givens() if n.startswith("ch07"))]
    hand_in(tmp_path, "anna", merged(*names), "all.ipynb")
    taken = take_in([tmp_path], givens()).submissions
    assert [s.given.name for s in taken] == names
    for one in taken:
        done = rebuild(one.given, one.cells())
        ours = [c.source for c in solved(one.given.name).cells]
        theirs = [c.source for c in done.notebook.cells if not c.id.startswith("rubric-")]
        assert theirs == ours and done.notes == []
        assert names[0] in one.notes[0] or names[1] in one.notes[0]


def test_a_merged_notebook_without_any_marks_is_each_of_its_notebooks(tmp_path):
    one = merged(NAME, THIRD)
    for number, c in enumerate(one.cells):
        c.metadata, c.id = {}, f"c{number}"
        c.source = without_first_line(c.source) if c.cell_type == "code" else c.source
    hand_in(tmp_path, "anna", one, "all.ipynb")
    taken = take_in([tmp_path], givens()).submissions
    assert [s.given.name for s in taken] == [NAME, THIRD]
    for one in taken:
        done = rebuild(one.given, one.cells())
        assert done.answered == set(one.given.asked)


def test_a_merged_notebook_keeps_what_its_answers_rely_on(tmp_path):
    helper, unused = (nbformat.v4.new_code_cell(t) for t in ("def helper(): ...", "other = 1"))
    one = solved(FIRST)
    one.cells += [helper, unused, *solved(**{"2.5": "five = helper()"}).cells]
    hand_in(tmp_path, "anna", one, "all.ipynb")
    done = [rebuild(s.given, s.cells()) for s in take_in([tmp_path], givens()).submissions]
    texts = [[c.source for c in one.notebook.cells if c.id in one.added] for one in done]
    assert texts == [["def helper(): ...", "other = 1"], ["def helper(): ..."]]


def test_the_own_file_wins_and_what_it_lacks_is_taken_from_the_other(tmp_path):
    stub = cell(givens()[NAME].shown, "answer-2-6").source.partition("\n")[2]
    hand_in(tmp_path, "anna", solved(**{"2.5": "own = 1", "2.6": stub}))
    everything = merged(FIRST, NAME, **{"2.5": "other = 1", "2.6": "six = 1"})
    hand_in(tmp_path, "anna", everything, "01_by_hand.ipynb")
    one = take_in([tmp_path], givens()).submissions[1]
    assert one.given.name == NAME and one.source.endswith(f"{STEM}.ipynb")
    made = rebuild(one.given, one.cells()).notebook
    assert "own = 1" in cell(made, "answer-2-5").source
    assert "six = 1" in cell(made, "answer-2-6").source
    said = " ".join(one.notes)
    assert "2.6: taken from" in said and "2.5" in said and "two files" in said


def test_an_untouched_own_file_gives_way_to_a_merged_one(tmp_path):
    hand_in(tmp_path, "anna", givens()[NAME].shown)
    hand_in(tmp_path, "anna", merged(FIRST, NAME), "01_by_hand.ipynb")
    one = take_in([tmp_path], givens()).submissions[1]
    assert one.source.endswith("01_by_hand.ipynb") and "without an answer" in " ".join(one.notes)


def test_a_pasted_answer_does_not_make_a_notebook_of_another_chapter(tmp_path):
    one = solved()
    one.cells.append(cell(solved(next(n for n in givens() if n.startswith("ch07"))),
                          "answer-7-1"))  # fmt: skip
    hand_in(tmp_path, "anna", one)
    assert found(tmp_path) == ([("anna", NAME, True)], [])


def test_a_pasted_answer_of_the_chapter_counts_where_nothing_else_does(tmp_path):
    one = solved()
    place = one.cells.index(cell(one, "answer-2-5"))
    one.cells[place:place] = [
        cell(solved(THIRD), "answer-2-10"),
        nbformat.v4.new_code_cell("mine = 1"),
    ]
    hand_in(tmp_path, "anna", one)
    first, second = take_in([tmp_path], givens()).submissions
    assert (first.given.name, second.given.name, second.guest) == (NAME, THIRD, True)
    assert first.notes == [] and NAME in second.notes[0]
    done = rebuild(first.given, first.cells())
    assert len(done.added) == 2 and done.notes == []
    assert rebuild(second.given, second.cells()).answered == {"answer-2-10"}
    hand_in(tmp_path, "anna", solved(THIRD), "03_networks.ipynb")
    second = take_in([tmp_path], givens()).submissions[1]
    assert not second.guest and "two files" in second.notes[0]


def test_a_notebook_without_any_name_is_recognised_by_its_texts(tmp_path):
    one = solved()
    for number, c in enumerate(one.cells):
        c.metadata, c.id = {}, f"c{number}"
        c.source = without_first_line(c.source) if c.cell_type == "code" else c.source
    hand_in(tmp_path, "anna", one, "homework.ipynb")
    (taken,) = take_in([tmp_path], givens()).submissions
    done = rebuild(taken.given, taken.cells())
    assert taken.given.name == NAME and len(done.notes) == 1
    for part in ("2.5", "2.6"):
        name = f"answer-{part.replace('.', '-')}"
        assert without_first_line(cell(solved(), name).source) in cell(done.notebook, name).source
