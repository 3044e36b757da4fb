"""The visible checks: quiet when right, exact when wrong, patient when nothing is written yet."""

import numpy as np
import pytest
import torch

from utils import (
    expect,
    expectations,
    is_number,
    is_true_or_false,
    is_whole_number,
    one_letter,
    one_of,
    records,
    some_letters,
    such_that,
)
from utils.expectations import NotAsExpected


@pytest.fixture(autouse=True)
def course_folder(tmp_path, monkeypatch):
    (tmp_path / "chapters").mkdir()
    monkeypatch.chdir(tmp_path / "chapters")
    return tmp_path


def double(x):
    return 2 * x


def unfinished(x):
    raise NotImplementedError


def unfinished_value():
    return ...


def state(folder, part="9.1"):
    return records.load()[part]


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


def test_three_dots_elsewhere_are_an_error(course_folder, unset):
    with pytest.raises(NotAsExpected, match="TypeError"):
        expect("9.1", lambda: double(4) + len(...), 8)
    with pytest.raises(NotAsExpected, match="AttributeError"):
        expect("9.1", lambda: right.side, 8)  # noqa: F821 (an attribute, not the name)
    assert state(course_folder) == "failed"


def test_other_exceptions_name_the_input(course_folder):
    with pytest.raises(NotAsExpected) as caught:
        expect("9.1", lambda: 1 / 0, 8)
    assert str(caught.value).startswith("✘ 9.1: 1 / 0 stops with an error. ZeroDivisionError")
    assert state(course_folder) == "failed"


def test_a_name_missing_inside_the_answer_is_an_error():
    def misspelt(x):
        return y  # noqa: F821

    with pytest.raises(NotAsExpected, match="NameError"):
        expect("9.1", lambda: misspelt(1), 8)


def test_the_kind_of_an_answer_decides_nothing(capsys, course_folder):
    expect("9.1", lambda: double(4), is_number)
    assert capsys.readouterr().out == "◐ double(4) is a number: not checked yet\n"
    assert state(course_folder) == "unchecked"
    expect("2.1a", lambda: "Right", one_of("left", "right"))
    assert capsys.readouterr().out == '◐ "Right" is "left" or "right": not checked yet\n'
    assert state(course_folder, "2.1a") == "unchecked"


def test_values_decide_only_where_the_source_says_so(capsys, monkeypatch, course_folder):
    for decides, mark, wanted in [(False, "◐", "unchecked"), (True, "✔", "passed")]:
        monkeypatch.setattr(expectations, "facts", lambda part, d=decides: {"decides": d})
        expect("9.1", lambda: double(4), 8)
        assert capsys.readouterr().out == f"{mark} double(4) is 8\n"
        assert state(course_folder) == wanted


@pytest.mark.parametrize(
    "got, wanted, says",
    [
        ("up", one_of("left", "right"), 'expected:  "left" or "right"'),
        (None, is_number, "it is None; is a return missing?"),
        ((120,), is_number, "a tuple with one element: a comma at the end of a line makes one"),
        ("x", such_that("a number above 3", lambda v: v > 3), "expected:  a number above 3"),
        ([1.0, (120,)], [1.0, 120.0], "at entry 1: it is a tuple with one element"),
        ((120,), 120.0, "it is a tuple with one element"),
        (None, 8, "it is None; is a return missing?"),
    ],
)
def test_another_kind_of_value_says_what_it_is_and_what_was_expected(got, wanted, says):
    with pytest.raises(NotAsExpected) as caught:
        expect("9.1", lambda: got, wanted)
    assert says in str(caught.value)


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
    for test, wanted in zip(tests, (10, 12)):
        expect("9.1", test, wanted)
    assert capsys.readouterr().out == "✔ double(5) is 10\n✔ double(6) is 12\n"


def test_the_first_difference_has_its_place():
    got = np.zeros((3, 2))
    got[2, 0] = 5
    with pytest.raises(NotAsExpected) as caught:
        expect("9.1", lambda: got, np.zeros((3, 2)))
    assert "that is:   at row 2, column 0 there is 5, expected 0" in str(caught.value)


def test_an_exception_is_explained():
    def needs_two(x, y):
        return x / y

    def no_return():
        pass

    for attempt, says in [
        (lambda: needs_two(1), "fewer arguments than your function asks for"),
        (lambda: needs_two(1, 0), "Which input makes the denominator zero?"),
        (lambda: [1, *no_return()], "A function of yours returned None. Is its return missing?"),
    ]:
        with pytest.raises(NotAsExpected) as caught:
            expect("9.1", attempt, 8)
        assert says in str(caught.value)


@pytest.mark.parametrize(
    "form, yes, no",
    [
        (is_number, [3, 2.5, "2817", "1/2", np.float32(1)], ["x", True, None, float("nan")]),
        (is_whole_number, [3, 2.0, "7"], [2.5, "x"]),
        (is_true_or_false, [True, np.False_], [1, "True"]),
        (one_of("left", "right"), ["left", "Right", " to the LEFT "], ["up", 1, "left or right"]),
        (one_letter("abcd"), ["a", "C", "(b)"], ["e", "ab", "", 3]),
        (some_letters("abc"), ["AB", {"a"}, ["a", "c"]], ["ad", "", 3]),
        (some_letters("abc", 2), ["ab"], ["a", "abc"]),
    ],
)
def test_kinds_of_answers(form, yes, no):
    assert [value for value in yes if not form(value)] == []
    assert [value for value in no if form(value)] == []


def test_validate_gets_an_exception_and_a_bonus_may_be_left_out(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    with pytest.raises(NotAsExpected, match="○ 9.1 is not written yet"):
        expect("9.1", lambda: unfinished(4), 8)
    with pytest.raises(NotAsExpected, match="came out"):
        expect("9.1", lambda: double(4), 7)
    expect("2.6-bonus", lambda: unfinished(4), 8)
    expect("2.6-bonus", lambda: double(4), 7)
    monkeypatch.setenv("ISOLATED_GRADING", "1")
    expect("9.1", lambda: double(4), 7)
