"""`solution("2.5")`: opened after passing or honest attempts, with a commentary, in a full copy only."""

import re
from pathlib import Path

import pytest

from autograder.check import all_checks
from autograder.course import Course
from autograder.judging.reference import Reference
from autograder.report.solution import solution_of
from utils import completion, records, solution

REFERENCE = Reference(Course())
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def course_folder(tmp_path, monkeypatch):
    (tmp_path / "chapters").mkdir()
    monkeypatch.chdir(tmp_path)


def tried(part, answer, state):
    """The complete check has looked at an answer with this text."""
    records.record(part, "one", "unchecked")
    everything = records._read()
    everything[part] |= {"answer": answer, "now": answer}
    records._write(everything)
    records.record(part, records.COMPLETE, state)


def test_a_notebook_in_which_it_is_typed_as_the_start_page_says(capsys):
    pages = (ROOT / "solutions/start_here.py", ROOT / "README.md")
    for page in pages:
        (place,) = re.finditer(
            r"`(from utils [^`]*)`[^`]*`(solution\([^`]*)`", page.read_text("utf-8")
        )
        exec("\n".join(place.groups()), {})
        assert "2.5 opens when" in capsys.readouterr().out


def test_it_opens_when_the_exercise_is_right(capsys):
    assert solution("2.5") is None
    assert "opens when the complete check finds it right" in capsys.readouterr().out
    tried("2.5", "", "passed")
    opened = solution("2.5")
    assert "class Div" in opened.code and "self.a, self.b = a, b" in str(opened)


def test_it_opens_after_three_different_wrong_answers(capsys):
    for answer in ("x", "y", "y"):
        tried("2.5", answer, "failed")
    assert solution("2.5") is None
    assert "2.5 has 2" in capsys.readouterr().out
    tried("2.5", "z", "failed")
    assert solution("2.5") is not None


def test_all_parts_count_but_the_bonus_does_not():
    tried("2.6", "", "passed")
    assert solution("2.6") is not None
    tried("2.1a", "", "passed")
    assert solution("2.1") is None


def test_a_students_copy_says_when_it_comes(monkeypatch, capsys):
    monkeypatch.setattr(completion, "entry_points", lambda **kw: [])
    assert solution("2.5") is None
    assert "comes with the feedback" in capsys.readouterr().out


def test_nothing_of_that_name(capsys):
    assert solution("9.9") is None
    assert 'There is no exercise "9.9"' in capsys.readouterr().out


def test_every_solution_can_be_shown():
    others = 0
    for exercise in REFERENCE.course.exercises:
        shown = solution_of(exercise, REFERENCE)
        assert shown.code and exercise in shown._repr_html_()
        others += bool(shown.other)
        assert shown.commentary or exercise.startswith("q"), f"{exercise} has no commentary"
    assert others > 20


def test_another_right_way_is_an_alternative_that_the_check_accepts():
    shown = solution_of("2.5", REFERENCE)
    texts = [variant.source.strip() for variant in all_checks()["2.5"].of_kind("alternative")]
    assert shown.other in texts
