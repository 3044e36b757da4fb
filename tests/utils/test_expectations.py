"""The visible checks: quiet when right, exact when wrong, patient when nothing is written yet."""

import json

import numpy as np
import pytest
import torch

from utils import expect, records
from utils.expectations import NotAsExpected


@pytest.fixture(autouse=True)
def course_folder(tmp_path, monkeypatch):
    (tmp_path / "chapters").mkdir()
    monkeypatch.chdir(tmp_path / "chapters")
    monkeypatch.setattr(records, "_seen", {})
    return tmp_path


def double(x):
    return 2 * x


def unfinished(x):
    raise NotImplementedError


def unfinished_value():
    return ...


def state(folder, part="9.1"):
    return json.loads((folder / ".progress.json").read_text())[part]


def test_right_is_one_quiet_line(capsys, course_folder):
    expect("9.1", lambda: double(4), 8)
    assert capsys.readouterr().out == "✔ double(4) is 8\n"
    assert state(course_folder) == "passed"


def test_wrong_says_input_output_and_expectation(course_folder):
    with pytest.raises(NotAsExpected) as caught:
        expect("9.1", lambda: double(4), 9)
    said = str(caught.value)
    assert "9.1: double(4)" in said and "came out:  8" in said and "expected:  9" in said
    assert caught.value._render_traceback_() == said.splitlines()
    assert state(course_folder) == "failed"


def test_not_written_yet_is_no_error(capsys, course_folder):
    expect("9.1", lambda: unfinished(4), 8)
    expect("9.1", lambda: not_defined_anywhere + 1, 8)  # noqa: F821
    assert capsys.readouterr().out.count("○ 9.1 is not written yet") == 2
    assert state(course_folder) == "open"


@pytest.fixture
def unset():
    """Names of this module that stand as the notebook leaves them."""
    names = globals()
    names.update(side=..., x_new=..., right=8)
    yield
    for name in ("side", "x_new", "right"):
        del names[name]


def test_three_dots_are_not_written_yet(capsys, course_folder, unset):
    wanted = lambda value: 1 / 0  # noqa: E731 (nobody asks it)
    expect("9.1", lambda: side, wanted)  # noqa: F821
    expect("9.1", lambda: x_new + 1, 8)  # noqa: F821
    expect("9.1", lambda: [float(n) for n in (right, x_new)], wanted)  # noqa: F821
    expect("9.1", lambda: (lambda: x_new)(), wanted)  # noqa: F821
    expect("9.1", lambda: unfinished_value(), wanted)
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == [
        "○ 9.1 is not written yet (side = ...)",
        "○ 9.1 is not written yet (x_new = ...)",
    ]
    assert len(said) == 5 and all("○ 9.1 is not written yet" in line for line in said)
    assert state(course_folder) == "open"
    expect("9.1", lambda: right, 8)  # noqa: F821
    assert "✔" in capsys.readouterr().out


def test_three_dots_elsewhere_are_an_error(capsys, course_folder, unset):
    with pytest.raises(TypeError):
        expect("9.1", lambda: double(4) + len(...), 8)
    with pytest.raises(AttributeError):
        expect("9.1", lambda: right.side, 8)  # noqa: F821 (an attribute, not the name)
    assert state(course_folder) == "failed"


def test_other_exceptions_stay_visible_and_name_the_input(course_folder, capsys):
    with pytest.raises(ZeroDivisionError):
        expect("9.1", lambda: 1 / 0, 8)
    assert capsys.readouterr().out.startswith("✘ 9.1: 1 / 0 came to no result.")
    assert state(course_folder) == "failed"


def test_a_name_missing_inside_the_answer_is_an_error():
    def misspelt(x):
        return y  # noqa: F821

    with pytest.raises(NameError):
        expect("9.1", lambda: misspelt(1), 8)


def test_a_property_gives_nothing_away(capsys):
    expect("9.1", lambda: double(4), lambda v: v > 0)
    assert capsys.readouterr().out == "✔ double(4)\n"
    with pytest.raises(NotAsExpected) as caught:
        expect("9.1", lambda: double(4), lambda v: v == 3)
    assert "expected" not in str(caught.value)


@pytest.mark.parametrize(
    "got", [(1.0, 2.0), [1, 2], np.array([1, 2]), torch.tensor([1.0, 2.0], requires_grad=True)]
)
def test_kinds_of_numbers(got):
    expect("9.1", lambda: got, [1.0, 2.0])


@pytest.mark.parametrize("got", [None, "12", [1.0], [1.0, 2.1], [[1.0, 2.0]], [1.0, float("nan")]])
def test_kinds_of_wrong(got):
    with pytest.raises(NotAsExpected):
        expect("9.1", lambda: got, [1.0, 2.0])


def test_the_part_is_as_good_as_its_worst_expectation(course_folder):
    expect("9.1", lambda: double(1), 2)
    with pytest.raises(NotAsExpected):
        expect("9.1", lambda: double(2), 5)
    assert state(course_folder) == "failed"
    expect("9.1", lambda: double(3), 6)
    assert state(course_folder) == "failed"


def test_two_lambdas_in_one_statement(capsys):
    tests = [lambda: double(5), lambda: double(6)]
    for test in tests:
        expect("9.1", test, lambda v: True)
    assert capsys.readouterr().out == "✔ double(5)\n✔ double(6)\n"
