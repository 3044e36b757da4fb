"""An exercise that is spread over several notebooks: each part has a header of its own."""

import pytest

from autograder.check import CourseFault
from autograder.commands.try_answers import try_answers
from autograder.course import default_course
from autograder.judging.reference import Reference
from autograder.report.solution import solution_of

COURSE, REFERENCE = default_course(), Reference()
PROJECT = [f"ch02_autograd/{name}" for name in ("04_engine", "05_xor", "06_tensor")]


@pytest.mark.parametrize(
    "name, notebook",
    [("2.12", 0), ("2.12a", 0), ("2.12a-bonus", 0), ("2.12b", 1), ("2.12c", 1), ("2.12d", 2)],
)
def test_every_part_is_found(name, notebook):
    assert COURSE.notebook_of(name).name == PROJECT[notebook]
    found = [book.name for book in COURSE.notebooks_of(name)]
    assert found == (PROJECT if name == "2.12" else PROJECT[notebook : notebook + 1])


def test_the_exercise_has_all_parts_and_each_notebook_its_own():
    project = ["2.12a", "2.12a-bonus", "2.12b", "2.12c", "2.12d"]
    assert REFERENCE.parts_of("2.12") == project
    assert REFERENCE.parts_of("2.12c") == ["2.12c"]
    own = [one.parts for name in PROJECT for one in COURSE.notebooks[name].exercises]
    assert own == [project[:2], project[2:3], project[3:4], project[4:]]
    assert [COURSE.header_of(part).id for part in project] == ["2.12", "2.12", *project[2:]]


def test_what_does_not_exist_is_named():
    with pytest.raises(CourseFault, match=r"no exercise 9\.9"):
        COURSE.notebooks_of("9.9")


def test_a_file_with_one_part_or_with_all_parts():
    whole = {"exercise": "2.12", "source": REFERENCE.answer_file("2.12")}
    one = {"exercise": "2.12b", "source": REFERENCE.solution("2.12b")}
    only, everything = try_answers([one, whole], seed=3)
    assert (only["earned"], only["points"], only["error"]) == (4, 4, None)
    assert (everything["earned"], everything["points"]) == (28, 28)
    assert [part["earned"] for part in everything["parts"]] == [16, 2, 4, 8, 10]


def test_the_solution_of_one_part_does_not_show_the_next():
    shown = solution_of("2.12b", REFERENCE)
    assert "def gradient_error" in shown.code and "train_xor" not in shown.code
    assert "class Value" in solution_of("2.12", REFERENCE).code
