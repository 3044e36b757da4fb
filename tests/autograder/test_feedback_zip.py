"""Feedback as zips for Moodle and Canvas, read again as these platforms read them."""

import io
import json
import re
import zipfile

import nbformat
import pytest
from classroom import COURSE, givens
from fabricated import HAND, record, write
from nbformat.v4 import new_code_cell, new_output
from typer.testing import CliRunner

from autograder.commands.cli import app
from autograder.gradebook.folder import GradingFolder
from autograder.judging.feedback import points_text
from autograder.report.feedback_zip import feedback_zips
from autograder.report.results import collect

OPERATIONS = "ch02_autograd/02_operations"
LAYERS = "ch07_gradients/03_one_layer"


def moodle_takes(data):
    """{participant: {file name: content}} as mod/assign/feedback/file/importziplib.php reads the names."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for path in archive.namelist():
            parts = path.split("/")
            assert not parts[-1].startswith((".", "~"))
            while parts:
                info = parts.pop(0).split("_", 4)
                if len(info) >= 4 and info[1].isdigit():
                    assert info[2:4] == ["assignsubmission", "file"]
                    name = "/".join([*info[4:], *parts]).lstrip("/")
                    found.setdefault(int(info[1]), {})[name] = archive.read(path)
                    break
            else:
                raise AssertionError(f"Moodle passes over {path}")
    return found


def canvas_takes(data, attachments):
    """{user: {name that the student gets: content}} as AbstractAssignment#infer_comment_context_from_filename
    does it; `attachments` are {(user, attachment): name}."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for path in archive.namelist():
            name = path.rsplit("/", 1)[-1]
            split = [one for one in name.split("_") if one != "LATE"]
            numbers = [int(one) for one in split if re.fullmatch(r"\d+", one)][:2]
            assert not split[-1].startswith("link") and not name.startswith("._"), path
            user, attachment = numbers
            found.setdefault(user, {})[attachments[user, attachment]] = archive.read(path)
    return found


def executed(name, feedback="right"):
    """The notebook as it ran, with verdicts and a picture that a demonstration drew."""
    notebook = nbformat.from_dict(json.loads(json.dumps(givens()[name].shown)))
    for cell in notebook.cells:
        if cell.id.startswith("test-"):
            verdict = new_output("execute_result", {"text/html": feedback, "text/plain": "1.0"})
            verdict.metadata["course"] = "verdict"
            cell.outputs = [verdict]
    picture = new_output("display_data", {"image/png": "iVBORw0K"})
    notebook.cells += [
        new_code_cell("draw()", id="demo-99", outputs=[picture]),
        new_code_cell("print(1)", id="added-1", outputs=[new_output("stream", text="1\n")]),
    ]
    return nbformat.writes(notebook)


def graded(root, records):
    folder = write(GradingFolder(root), records)
    for one in records:
        path = folder.executed_path(one)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(executed(one["notebook"]), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def moodle(tmp_path_factory):
    root = tmp_path_factory.mktemp("moodle")
    return graded(
        root,
        [
            record("Ann Lee", HAND, file="s.zip/Ann Lee_31_assignsubmission_file_/a.ipynb", lms_id="31"),
            record("Ann Lee", OPERATIONS, file="s.zip/Ann Lee_31_assignsubmission_file_/b.ipynb", lms_id="31"),
            record("Bo", HAND, file="s.zip/Bo_32_assignsubmission_file_a_b_01.ipynb", lms_id="32"),
            record("Çem Öz", HAND, file="s/Çem Öz_33_assignsubmission_file/w.zip/x_99_assignsubmission_file_/a.ipynb", lms_id="33"),
            record("Çem Öz", LAYERS, file="t/Çem Öz_33_assignsubmission_file/c.ipynb", lms_id="33"),
            record("Dora", HAND, file="submitted/Dora/ch02_autograd/01_by_hand.ipynb"),
            record("Eve", HAND, file="s.zip/eve_35_9_a.ipynb", lms_id="35"),
        ],
    )  # fmt: skip


def test_moodle_gives_everybody_the_page(moodle):
    made = feedback_zips(moodle, collect(COURSE, moodle), "moodle")
    assert set(made.files) == {
        "moodle-feedback-ch02_autograd.zip", "moodle-feedback-ch07_gradients.zip",
    }  # fmt: skip
    found = moodle_takes(made.files["moodle-feedback-ch02_autograd.zip"])
    assert set(found) == {31, 32, 33}
    for number, student in ((31, "Ann Lee"), (32, "Bo"), (33, "Çem Öz")):
        assert list(found[number]) == ["ch02_autograd.html"]
        page = found[number]["ch02_autograd.html"].decode()
        assert f"Feedback for {student}<" in page and 'class="tex"' not in page
    assert set(moodle_takes(made.files["moodle-feedback-ch07_gradients.zip"])) == {33}
    (line,) = made.lines
    assert line.startswith("Not handed in by way of Moodle, so not in the zip: Dora, Eve. ")
    again = feedback_zips(moodle, collect(COURSE, moodle), "moodle")
    assert again.files == made.files, "equal feedback, equal bytes"


ATTACHMENTS = {
    (4711, 90): "01_by_hand.ipynb", (4711, 91): "02_operations.ipynb", (4712, 92): "work.zip",
    (4713, 93): "my_link.ipynb",
}  # fmt: skip


@pytest.fixture(scope="module")
def canvas(tmp_path_factory):
    root = tmp_path_factory.mktemp("canvas")
    return graded(
        root,
        [
            record("leeann", HAND, {"2.1a": 0.5}, file="s.zip/leeann_4711_90_01_by_hand.ipynb", lms_id="4711"),
            record("leeann", OPERATIONS, file="s.zip/leeann_4711_91_02_operations.ipynb", lms_id="4711"),
            record("bo", HAND, file="s.zip/bo_LATE_4712_92_work.zip/x/01.ipynb", lms_id="4712"),
            record("bo", OPERATIONS, file="s.zip/bo_LATE_4712_92_work.zip/x/02.ipynb", lms_id="4712"),
            record("cy", HAND, file="s.zip/cy_4713_93_my_link.ipynb", lms_id="4713"),
            record("dora", HAND, file="dora.ipynb"),
        ],
    )  # fmt: skip


def test_canvas_gets_a_notebook_for_a_notebook_and_a_zip_for_a_zip(canvas):
    results = collect(COURSE, canvas)
    made = feedback_zips(canvas, results, "canvas")
    found = canvas_takes(made.files["canvas-feedback-ch02_autograd.zip"], ATTACHMENTS)
    assert {user: sorted(files) for user, files in found.items()} == {
        4711: ["01_by_hand.ipynb", "02_operations.ipynb"],
        4712: ["work.zip"],
        4713: ["my_link.ipynb"],
    }
    with zipfile.ZipFile(io.BytesIO(found[4712]["work.zip"])) as inner:
        assert inner.namelist() == ["ch02_autograd.html"]
        assert "Feedback for bo<" in inner.read("ch02_autograd.html").decode()
    notebook = nbformat.reads(found[4711]["01_by_hand.ipynb"].decode(), as_version=4)
    nbformat.validate(notebook)
    top = notebook.cells[0].source
    assert "You earned" in top and "| 2.1a | 0.25 of 0.5 points |" in top
    ids = {cell.id: cell for cell in notebook.cells}
    assert "rubric-2-2-written" in {cell.id for cell in givens()[HAND].shown.cells}
    assert "rubric-2-2-written" not in ids and ids["demo-99"].outputs == []
    assert ids["added-1"].outputs[0].text == "1\n"
    assert ids["test-2-1a"].outputs[0].data["text/html"] == "right"
    assert made.lines[0].startswith("Not handed in by way of Canvas, so not in the zip: dora.")


def test_what_a_person_gave_stands_in_the_notebook(canvas):
    results = collect(COURSE, canvas)
    (one,) = [one for one in results.assignments if one.student == "leeann"]
    part = next(part for part in one.parts if part.id == "2.1a")
    part.state, part.earned, part.comment = "read by a person", 0.5, "Fine | <b>.\nx"
    made = feedback_zips(canvas, results, "canvas")
    found = canvas_takes(made.files["canvas-feedback-ch02_autograd.zip"], ATTACHMENTS)
    notebook = nbformat.reads(found[4711]["01_by_hand.ipynb"].decode(), as_version=4)
    row = "| 2.1a | 0.5 of 0.5 points | read by a person · Fine \\| \\<b>. x |"
    assert row in notebook.cells[0].source
    (said,) = [cell for cell in notebook.cells if cell.id == "test-2-1a"][0].outputs
    assert said.data["text/plain"] == "2.1a: 0.5 of 0.5 points, given by a person."
    below = [cell for cell in notebook.cells if cell.id == "below-test-2-1a"]
    assert [cell.source for cell in below] == ["**Comment:** Fine | <b>.\nx"]


def test_a_changed_score_keeps_the_reasons_and_a_text_has_its_points_below(canvas):
    results = collect(COURSE, canvas)
    (one,) = [one for one in results.assignments if one.student == "leeann"]
    parts = {part.id: part for part in one.parts}
    changed, text, blank = parts["2.1a"], parts["2.2-written"], parts["2.4-written"]
    changed.state, changed.automatic, changed.earned = "read by a person", 0.25, 0.4
    changed.feedback, changed.comment = ["Look at this first: the idea."], "So $|x|$ | _here_"
    text.state, text.earned = "read by a person", text.points
    made = feedback_zips(canvas, results, "canvas")
    found = canvas_takes(made.files["canvas-feedback-ch02_autograd.zip"], ATTACHMENTS)
    notebook = nbformat.reads(found[4711]["01_by_hand.ipynb"].decode(), as_version=4)
    nbformat.validate(notebook)
    top, cells = notebook.cells[0].source, {cell.id: cell for cell in notebook.cells}
    words = "changed by a person from 0.25 to 0.4 · So $|x|$ \\| _here_"
    assert f"| 2.1a | 0.4 of 0.5 points | {words} |" in top
    assert f"| {blank.id} | 0 of {points_text(blank.points)} bonus points | not written |" in top
    said = cells["test-2-1a"].outputs[0].data["text/html"]
    assert "Changed by a person from 0.25 to 0.4." in said and "the idea." in said
    given = cells["below-written-2-2-written"].source
    assert given == "**Read by a person:** {0} of {0} bonus points".format(points_text(text.points))


def test_a_number_of_two_students_gets_nobodys_feedback(tmp_path):
    folder = graded(
        tmp_path,
        [
            record("ann", HAND, file="s.zip/ann_7_90_a.ipynb", lms_id="7"),
            record("bo", HAND, file="s.zip/bo_7_91_a.ipynb", lms_id="7"),
        ],
    )
    made = feedback_zips(folder, collect(COURSE, folder), "canvas")
    assert made.files == {} and "ann, bo: no feedback is in the zip for it" in made.lines[0]


def test_the_command(moodle, tmp_path):
    def run(*arguments):
        command = ["export", "--into", moodle.root, "--output", tmp_path, *arguments]
        return CliRunner().invoke(app, [*map(str, command)])

    done = run("--feedback", "moodle", "--assignment", "ch07_gradients")
    assert done.exit_code == 0, done.output
    assert [path.name for path in tmp_path.iterdir()] == ["moodle-feedback-ch07_gradients.zip"]
    assert "--feedback blackboard is not known" in run("--feedback", "blackboard").output
    both = run("--feedback", "moodle", "--to", "canvas")
    assert both.exit_code == 2 and "a command of their own" in both.output
