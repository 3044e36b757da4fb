"""nbgrader's own command line on this course: the same scores, through the same sandbox."""

import subprocess
import sys
from functools import lru_cache

import nbformat
import pytest
from classroom import (
    CHAPTER,
    COURSE,
    NAME,
    STEM,
    cell,
    copy_of_the_course,
    graded,
    hand_in,
    no_demonstrations,
    solved,
)  # fmt: skip
from nbgrader.api import Gradebook

from autograder.gradebook.folder import GradingFolder
from autograder.report.results import collect
from autograder.report.write import write_reports

pytestmark = [pytest.mark.sandbox, pytest.mark.early]

WRONG = COURSE.notebooks[NAME].answer_of("2.5").solution.replace("-grad_output", "grad_output")
HOSTILE = """
from IPython.display import HTML, display
display(HTML("<script>evil()</script>fine"))
"""


@lru_cache
def a_copy():
    return copy_of_the_course("course", demonstrations=False)


def retagged():
    notebook = solved()
    for one in notebook.cells:
        if one.id.startswith("test-"):
            one.metadata.nbgrader.update(points=300, solution=True, schema_version=99)
    cell(notebook, "answer-2-6").metadata = {}
    notebook.metadata["kernelspec"] = {"name": "julia", "display_name": "Julia"}
    return notebook


def duplicated():
    """What stops a whole batch in nbgrader: two cells with one id."""
    notebook = solved()
    one = nbformat.from_dict(cell(notebook, "answer-2-5"))
    notebook.cells.append(
        nbformat.from_dict({**one, "id": "pasted", "source": f"# Answer 2.5\n{WRONG}"})
    )
    return notebook


def other_course():
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")])


def shown_html():
    notebook = solved()
    notebook.cells.insert(4, nbformat.v4.new_code_cell(HOSTILE))
    return notebook


WORK = {
    "Anna Groß": (solved(), f"{STEM}.ipynb"),
    "ben": (solved(**{"2.5": WRONG}), f"{STEM} (1).ipynb"),
    "cleo": ("{ broken", f"{STEM}.ipynb"),
    "dora": (retagged(), f"{STEM}.ipynb"),
    "emil": (duplicated(), f"{STEM}.ipynb"),
    "finn": (other_course(), f"{STEM}.ipynb"),
    "gina": (shown_html(), f"{STEM}.ipynb"),
    "hugo": ("", f"{STEM}.ipynb"),
}


def nbgrader(*arguments):
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(command, cwd=a_copy(), capture_output=True, text=True)


@lru_cache
def autograded():
    """The class through `nbgrader autograde`: (what it said, the grading folder)."""
    root = a_copy()
    for student, (notebook, file) in WORK.items():
        hand_in(root / "grading" / "submitted", student, notebook, file)
    (root / "grading" / "submitted" / "ben" / CHAPTER / "notes.txt").symlink_to(
        root / "solutions" / f"{NAME}.py"
    )
    (root / "grading" / "submitted" / "ben" / CHAPTER / "timestamp.txt").write_text(
        "no time at all"
    )
    done = nbgrader("autograde", CHAPTER, "--IsolatedGrading.seed=1")
    assert done.returncode == 0, done.stderr[-3000:]
    return done, GradingFolder(root / "grading")


def scores(folder):
    """{(student, cell): (automatic, extra credit, waits for a person)} of our notebook."""
    with Gradebook(folder.db_url) as book:
        return {
            (student.id, grade.name): (
                grade.auto_score,
                grade.extra_credit,
                grade.needs_manual_grade,
            )
            for student in book.students
            for submission in student.submissions
            for notebook in submission.notebooks
            if notebook.name == STEM
            for grade in notebook.grades
        }


def test_the_reference_gets_all_points():
    _, folder = autograded()
    found = {
        name: score for (student, name), score in scores(folder).items() if student == "Anna Groß"
    }
    record = folder.record("Anna Groß", CHAPTER, STEM)
    assert record["earned"] == record["points"] > 0
    for part in record["parts"]:
        automatic, extra, _ = found[f"test-{part['id'].replace('.', '-')}"]
        assert (extra if part["bonus"] else automatic) == part["points"]


def test_both_roads_give_the_same_gradebook(tmp_path):
    _, folder = autograded()
    with no_demonstrations():
        ours = graded(folder.submitted, tmp_path / "grading")[2]
    assert scores(ours) == scores(folder)
    assert {student for student, _ in scores(folder)} == set(WORK) - {"finn"}


@pytest.mark.parametrize("student", ["ben", "emil"])
def test_the_wrong_answer_costs_its_part_only(student):
    record = autograded()[1].record(student, CHAPTER, STEM)
    lost = [part["id"] for part in record["parts"] if part["earned"] < part["points"]]
    assert lost == ["2.5"]
    assert "sign_of_db" in record["parts"][0]["misconceptions"]


def test_damage_is_said_and_stops_nothing():
    done, folder = autograded()
    assert "another course" in done.stderr
    assert "cleo" in done.stderr and "damaged" in done.stderr
    assert "it is removed" in done.stderr and "holds no time" in done.stderr
    for student in ("cleo", "hugo"):
        record = folder.record(student, CHAPTER, STEM)
        assert (record["state"], record["earned"]) == ("damaged", 0)
    assert not list(folder.autograded.rglob("notes.txt")), (
        "a link would carry solutions to the student"
    )


def test_formgrader_opens_what_was_written():
    for path in autograded()[1].autograded.rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        assert cell(notebook, "test-2-5").metadata.nbgrader.points == 4
        assert notebook.metadata.kernelspec.name == "python3"


def test_nbgraders_feedback_shows_verdicts_and_no_secret():
    _, folder = autograded()
    done = nbgrader("generate_feedback", CHAPTER)
    assert done.returncode == 0, done.stderr[-3000:]
    text = (folder.feedback / "gina" / CHAPTER / f"{STEM}.html").read_text(encoding="utf-8")
    assert "✔ 2.5: 4 of 4 points" in text and "fine" in text
    assert "HIDDEN TESTS" not in text and "<script>evil" not in text
    wrong = (folder.feedback / "ben" / CHAPTER / f"{STEM}.html").read_text(encoding="utf-8")
    assert "Look at this first" in wrong


FORMGRADER = """
from traitlets.config.loader import PyFileConfigLoader
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

config = PyFileConfigLoader("nbgrader_config.py", path=".").load_config()
api = NbGraderAPI(CourseDirectory(config=config), config=config)
result = api.autograde("%s", "ben")
print(result.get("error", ""), result.get("log", ""), "success:", result["success"])
(row,) = [one for one in api.get_submissions("%s") if one["student"] == "ben"]
print("score:", row["score"])
"""


def test_formgraders_button_grades_the_same():
    _, folder = autograded()
    record = folder.record("ben", CHAPTER, STEM)
    command = [sys.executable, "-c", FORMGRADER % (CHAPTER, CHAPTER)]
    done = subprocess.run(command, cwd=a_copy(), capture_output=True, text=True)
    assert "success: True" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]
    assert f"score: {record['earned'] + record['bonus']}" in done.stdout


def test_our_report_reads_nbgraders_results():
    _, folder = autograded()
    states = {one.student: one.state for one in collect(COURSE, folder).assignments}
    assert (
        states["Anna Groß"] in ("graded", "waits for a person") and states["cleo"] == "damaged file"
    )
    write_reports(COURSE, folder)
    page = folder.feedback_path("ben", CHAPTER).read_text(encoding="utf-8")
    assert "cannot be shown" not in page and "[&#x27;" not in page and "class=quiet" in page
    assert folder.record("ben", CHAPTER, STEM)["made_from"].keys() == {"file"}


def test_generate_assignment_writes_what_the_build_writes():
    before = {f: f.read_bytes() for f in (a_copy() / "chapters" / CHAPTER).glob("*.ipynb")}
    autograded()
    done = nbgrader("generate_assignment", CHAPTER, "--force")
    assert done.returncode == 0, done.stderr[-3000:]
    assert {f: f.read_bytes() for f in before} == before
