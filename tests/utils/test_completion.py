import json

import pytest

from utils import completion as module
from utils import records
from utils.completion import course_map, grade, progress


@pytest.fixture(autouse=True)
def course_folder(tmp_path, monkeypatch):
    (tmp_path / "chapters").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_map_is_complete():
    for chapter in course_map()["chapters"]:
        for book in chapter["notebooks"]:
            for exercise in book["exercises"]:
                assert exercise["minutes"] > 0 and 1 <= exercise["stars"] <= 4
                assert exercise["parts"]


def test_progress_follows_the_records(course_folder):
    assert "0 of" in repr(progress())
    records.record("2.5", "one", "unchecked")
    table = progress("ch02_autograd/02_operations")
    assert "◐ 2.5 Division: right so far, not checked yet" in repr(table)
    assert "0 of 4 exercises are done (✔), 1 more is right so far (◐)" in repr(table)
    assert "right so far" in table._repr_html_() and "<table>" in table._repr_html_()
    records.record("2.5", "two", "failed")
    assert "✘ 2.5 Division: not right yet" in repr(progress())


def test_a_damaged_record_is_no_error(course_folder):
    (course_folder / ".progress.json").write_text("{")
    assert "0 of" in repr(progress())
    (course_folder / ".progress.json").write_text(json.dumps([1]))
    assert "0 of" in repr(progress())


def test_a_read_only_course_is_no_error(course_folder, monkeypatch):
    monkeypatch.setattr(records, "home", lambda: course_folder / "nowhere")
    records.record("2.5", "one", "passed")


def test_an_unknown_notebook():
    with pytest.raises(ValueError, match="There is no notebook 'x'. The course has"):
        progress("x")


def test_the_complete_check_is_offered_in_a_full_course():
    assert 'run grade("' in repr(progress())


def test_a_students_copy_says_when_it_runs(monkeypatch, capsys):
    monkeypatch.setattr(module, "entry_points", lambda **kw: [])
    assert "runs when your work is graded" in repr(progress())
    assert grade("2.5") is None
    assert "2.5: the complete check runs when your work is graded." in capsys.readouterr().out


def test_grade_in_a_script(capsys, course_folder):
    namespace = {"grade": grade}
    exec(
        "from utils import Op\n"
        "class Div(Op):\n"
        "    def forward(self, a, b):\n        self.a, self.b = a, b\n        return a / b\n"
        "    def backward(self, g):\n        return g / self.b, g * self.a / self.b**2\n"
        "points = grade('2.5')",
        namespace,
    )
    assert namespace["points"] == 2.0
    assert "wrong sign" in capsys.readouterr().out
    assert records.load()["2.5"] == "failed"


@pytest.mark.parametrize(
    "stub, says",
    [
        ("direction = ...", "This part is not written yet"),
        ("", "The name direction is not defined. Define it with exactly this spelling."),
    ],
)
def test_grade_of_what_is_not_written(capsys, course_folder, stub, says):
    namespace = {"grade": grade}
    exec(f"{stub}\npoints = grade('2.1a')", namespace)
    assert namespace["points"] == 0
    assert says in capsys.readouterr().out
    assert records.load()["2.1a"] == "open"
