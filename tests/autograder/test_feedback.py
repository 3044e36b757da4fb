"""What a student reads: the order, the folds, the words for one sub-check, and the HTML."""

import re
from dataclasses import replace

import numpy as np
import pytest

from autograder.inside.plain import Opaque, Raised
from autograder.judging.compare import first_difference
from autograder.judging.feedback import (
    AT_ONCE,
    as_html,
    as_text,
    at_once,
    folded,
    sentences,
    text_lines,
)
from autograder.judging.verdict import Line, Verdict
from autograder.judging.wording import line_text


def compared(expected, got, key="a key", inputs="", reveal=True, **facts):
    difference = first_difference(expected, got)
    return Line(key, difference is None, inputs, got, difference, reveal=reveal, **facts)


def wrong(key, idea="", got=2, inputs="f(1)"):
    return replace(compared(1, got, key, inputs), idea=idea)


def right(key):
    return Line(key, True)


def verdict(*lines, note="", ideas=None, **facts):
    return Verdict(
        "2.5", 4, earned=1, note=note, lines=list(lines), misconceptions=ideas or {}, **facts
    )


# The order and the folds ----------------------------------------------------------------------


def test_note_then_ideas_then_what_fails_then_what_holds():
    said = sentences(
        verdict(
            right("r"), wrong("x", "one"), wrong("y", "two"),
            note="A note.", ideas={"one": "First.", "two": "Second."},
        )
    )  # fmt: skip
    assert said == [
        "A note.",
        "Look at this first: First.",
        "Also: Second.",
        "✘ x: `f(1)`: came out `2`, expected `1`.",
        "✘ y: `f(1)`: came out `2`, expected `1`.",
        "1 of 3 holds:",
        "✔ r",
    ]


def test_one_idea_behind_everything_shows_one_example():
    lines = [wrong("a much longer name of a sub-check than the others have", "one")]
    lines += [wrong(f"key {number}", "one") for number in range(31)]
    said = sentences(verdict(*lines, ideas={"one": "First."}))
    open_, folds = folded(said)
    assert open_ == [
        "Look at this first: First.", "✘ key 0: `f(1)`: came out `2`, expected `1`."
    ]  # fmt: skip
    assert [(head, len(inner)) for head, inner in folds] == [("31 more for the same reason", 31)]


def test_an_earlier_example_that_is_hardly_longer_goes_first():
    lines = [wrong("the cause", "one"), wrong("later", "one")]
    assert "the cause" in sentences(verdict(*lines, ideas={"one": "First."}))[1]


def test_what_no_idea_explains_shows_three():
    said = sentences(verdict(*(wrong(f"key {number}") for number in range(8)), right("r")))
    open_, folds = folded(said)
    assert [line[:7] for line in open_] == ["✘ key 0", "✘ key 1", "✘ key 2"]
    assert [head for head, _ in folds] == ["5 more", "1 of 9 holds"]


def test_an_idea_that_does_not_explain_everything_is_no_reason_for_the_rest():
    lines = [wrong("x", "one"), wrong("y", "one"), *(wrong(f"other {n}") for n in range(4))]
    open_, folds = folded(sentences(verdict(*lines, ideas={"one": "First."})))
    assert [line[:9] for line in open_[1:]] == ["✘ x: `f(1", "✘ other 0", "✘ other 1"]
    assert [head for head, _ in folds] == ["3 more"]


def test_more_than_can_be_read_at_once_is_folded():
    long = [
        wrong(f"key {number} " + "and its long explanation, " * 10, inputs="")
        for number in range(3)
    ]
    said = sentences(verdict(*long))
    assert len("\n".join(at_once(said))) < AT_ONCE and "2 more:" in said


def test_several_that_met_one_exception_share_a_sentence():
    error = Raised("ZeroDivisionError", "division by zero", "return 1 / x")
    lines = [Line(f"key {number}", False, got=error) for number in range(6)]
    (said,) = sentences(verdict(*lines))
    assert said.startswith("✘ ZeroDivisionError: division by zero.")
    two = sentences(verdict(*lines[:2], right("r")))[0]
    assert two.startswith("✘ key 0; key 1: ZeroDivisionError")
    many = sentences(verdict(*lines, right("r")))[0]
    assert many.startswith("✘ key 0 and 5 others: ZeroDivisionError")


def test_everything_holds():
    assert sentences(verdict(right("a"), right("b"))) == ["All 2 hold:", "✔ a", "✔ b"]
    assert sentences(verdict(right("a"))) == ["✔ a"]


def test_a_verdict_from_an_earlier_run_is_shown_alike():
    one = verdict(
        *(wrong(f"key {n}", "one") for n in range(5)), right("r"), ideas={"one": "First."}
    )
    kept = Verdict("2.5", 4, earned=1, said=sentences(one), misconceptions={"one": ""})
    assert as_html(kept) == as_html(one) and as_text([kept]) == as_text([one])


# For a terminal -------------------------------------------------------------------------------


def test_a_terminal_shows_what_stands_before_the_folds():
    one = verdict(
        *(wrong(f"key {n}", "one") for n in range(5)), right("r"), ideas={"one": "First."}
    )
    assert as_text([one]).splitlines() == [
        "✘ 2.5: 1 of 4 points",
        "    Look at this first: First.",
        "    ✘ key 0: f(1): came out 2, expected 1.",
        "    … and 4 more for the same reason",
        "    1 of 6 holds",
    ]


def test_a_narrow_terminal_gets_hanging_indents():
    (text,) = text_lines(["✘ a key: " + "word " * 12], width=40)
    lines = text.splitlines()
    assert len(lines) > 1 and all(len(line) <= 40 for line in lines)
    assert all(line.startswith("      word") for line in lines[1:])


# One sub-check --------------------------------------------------------------------------------


def test_a_call_with_what_came_out_and_what_was_expected():
    line = compared(1.2, 1.56, "a step", "gd_step(x -> 2x, 1.71, 0.15)")
    assert line_text(line) == (
        "✘ a step: `gd_step(x -> 2x, 1.71, 0.15)`: came out `1.56`, expected `1.2`."
    )
    assert "expected" not in line_text(replace(line, reveal=False))


@pytest.mark.parametrize(
    "got, says",
    [("c", "you answered `c`."), ({"b", "A"}, "you answered `A, b`."), (["C", "E"], "you answered `C, E`."),
     (set(), "your answer is empty."), (2816, "you answered `2816`.")],
)  # fmt: skip
def test_what_was_typed_was_answered(got, says):
    assert line_text(Line("why", False, got=got, typed=True)) == f"✘ why: {says}"
    assert line_text(Line("your answer", False, got=got, typed=True)) == (
        f"✘ {says[0].upper()}{says[1:]}"
    )


def test_a_variable_has_no_bracket_and_is_no_call():
    assert line_text(compared(1.0, 2.0, "x_new", reveal=False)) == "✘ x_new: came out `2`."
    assert line_text(compared(1.0, None, "x_new")) == "✘ x_new: came out `None`."


def test_only_a_call_misses_a_return():
    assert "is a return missing?" in line_text(compared(1.0, None, inputs="f(2)"))


def test_the_first_wrong_entry_and_its_place():
    expected = np.arange(12.0).reshape(3, 4)
    got = expected.copy()
    got[2, 0] = got[2, 3] = -1.5
    line = compared(expected, got, "a matrix", "f(3×4 array)")
    assert line_text(line) == (
        "✘ a matrix: `f(3×4 array)`: came out `-1.5` at row 2, column 0, expected `8` "
        "(2 of 12 are wrong)."
    )


def test_what_is_short_is_shown_whole():
    said = line_text(compared([1, 1], [0, 0], "gradients", "f(1, 2)"))
    assert "came out `[0, 0]`, expected `[1, 1]`." in said


def test_keys_in_words():
    expected = {"right": True, "wrong sign": False, "doubled": False, "halved": False}
    said = line_text(compared(expected, dict.fromkeys(expected, True)))
    assert 'came out `True` for "wrong sign", "doubled" and "halved", expected `False`.' in said
    expected = {"dW1": np.ones((3, 4)), "db1": np.ones(9)}
    said = line_text(compared(expected, {"dW1": np.zeros((3, 4)), "db1": np.zeros(9)}))
    assert 'came out `0` in "dW1" (and in "db1"), at row 0, column 0, expected `1`' in said


def test_another_shape_is_said_without_a_dump():
    said = line_text(compared(np.ones(4), np.ones((5, 4)), "db1", "backward(…)"))
    assert said == "✘ db1: `backward(…)`: its shape is (5, 4), expected (4,)."


def test_not_finite():
    assert line_text(compared(1.0, float("nan"), reveal=False)) == (
        "✘ a key: came out `nan`; a finite number is expected."
    )
    assert "came out `nan`, expected `1`" in line_text(compared(1.0, float("nan")))


def test_the_call_of_the_first_wrong_entry():
    line = compared([1, 2, 3], [1, 5, 6], "values", "f(1)\nf(2)\nf(3)")
    assert line_text(line) == "✘ values: `f(2)`: came out `5`, expected `2` (2 of 3 are wrong)."


def test_numbers_that_look_alike_are_shown_with_their_digits():
    said = line_text(compared(1.0, 1.0002, reveal=True))
    assert "`1.0002`" in said
    said = line_text(replace(compared(1.00000012, 1.00000034), reveal=True, holds=False,
                             difference=first_difference(1.00000012, 1.00000034, 0, 0)))  # fmt: skip
    assert "expected `1.00000012`" in said


def test_whole_numbers_are_whole_and_sets_sorted():
    assert "`335544320`" in line_text(compared(1.0, 335544320.0))
    assert "`{1, 2, 9}`" in line_text(compared({1}, {9, 2, 1}))


def test_a_judge_speaks_beside_what_speaks_for_itself():
    said = "The momentum is not 0.9"
    assert line_text(Line("optimizer", False, "", 0.5, said=said)) == (
        "✘ optimizer: came out `0.5`; the momentum is not 0.9."
    )
    dump = {"type": "SGD", "momentum": 0, "first learning rate": 0.1}
    assert line_text(Line("optimizer", False, "", dump, said=said)) == (
        "✘ optimizer: the momentum is not 0.9."
    )
    assert line_text(Line("model", False, "build()", [True, 0], said="nothing is trained")) == (
        "✘ model: `build()`: nothing is trained."
    )


def test_an_object_of_the_student():
    said = line_text(compared(1.0, Opaque("Value", "Value(1)"), inputs="f(1)"))
    assert "came out `a Value: Value(1)`; it is a Value object, expected a number." in said


def test_an_exception_with_its_call():
    line = Line("two steps", False, "twice(5)", Raised("ValueError", "no", "return no()"))
    assert line_text(line) == (
        "✘ two steps, `twice(5)`: ValueError: no. It happened in the line: `return no()`"
    )


@pytest.mark.parametrize(
    "banned",
    ["not the right one", "numbers are not right", "value number", "came to no result", "does not hold"],
)  # fmt: skip
def test_phrases_that_say_nothing(banned):
    lines = [
        compared(True, False), compared("left", "right"), compared([1.0, 2.0], [1.0, 3.0]),
        compared([["a"], ["b"]], [["a"], ["c"]]), compared({"a"}, {"b"}),
        Line("judged", False, got=True),
    ]  # fmt: skip
    assert not any(banned in line_text(line) for line in lines)


# HTML -----------------------------------------------------------------------------------------


def test_html_folds_what_the_list_folds():
    one = verdict(
        *(wrong(f"key {n}", "one") for n in range(5)), right("r"), ideas={"one": "First."}
    )
    html = as_html(one)
    assert re.findall(r"<summary[^>]*>(.*?)</summary>", html) == [
        "4 more for the same reason", "1 of 6 holds"
    ]  # fmt: skip
    before = html[: html.index("<details")]
    assert before.count("<li") == 1 and "<strong>Look at this first:</strong> First." in before


def test_html_has_words_beside_marks_and_values_in_monospace():
    html = as_html(verdict(wrong("x"), right("r")))
    assert html.count('aria-label="wrong"') == 1 and html.count('aria-label="right"') == 1
    assert "✘ 2.5: 1 of 4 points" in html, "the points are words enough"
    assert re.search(r"<code[^>]*>f\(1\)</code>: came out <code[^>]*>2</code>", html)
    assert "text-indent:-1.5em" in html


def test_html_of_a_student_stays_text():
    evil = "<script>`alert(1)`</script>"
    html = as_html(verdict(wrong("x", got=evil, inputs=evil), note=evil))
    assert "<script" not in html


def test_colours_hold_on_light_and_dark_grounds():
    html = as_html(verdict(wrong("x")))
    assert set(re.findall(r"[;\"]color:([^;\"]+)", html)) <= {
        "inherit", "color-mix(in srgb, #d55e00 55%, currentColor)"
    }  # fmt: skip
