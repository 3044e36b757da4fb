"""The author's notation: edits, lent bodies, and answers that are typed."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
import torch

from autograder.check import (
    CourseFault,
    check,
    choice,
    choices,
    every,
    formula,
    numbers,
    order,
    pairs,
    separate_registry,
    word,
)
from autograder.inside import plain
from autograder.inside.answer import observe_answer
from autograder.judging.verdict import decisions
from autograder.notation.variants import Variant, replaced


@pytest.fixture(autouse=True)
def own_registry():
    with separate_registry():
        yield


def said(made, **names):
    """What a check's judge says of these names: {sub-check: True, or the idea, or the sentence}."""
    seen = plain.decode(plain.encode(observe_answer(made.observe, names, 1, made.part)))
    outcomes = decisions(made, {key: value for key, value, _ in seen["entries"]}, 1)
    return {key: o if o is True else (o.misconception or o.sentence) for key, o in outcomes.items()}


def plain_id(value):
    """The same id in every process, for a set too."""
    return str(sorted(value)) if isinstance(value, set) else str(value)


# Variants -------------------------------------------------------------------------------------


def test_edits_are_made_at_once():
    swapped = {"return n": "return m", "return m": "return n"}
    assert replaced("return n\nreturn m", swapped) == "return m\nreturn n"


def test_the_longer_of_two_edits_at_one_place_counts():
    assert replaced("abc ab", {"ab": "x", "abc": "y"}) == "y x"


def test_an_edit_that_fits_nowhere_or_twice_says_so():
    with pytest.raises(CourseFault, match="'c' is not in the reference solution"):
        replaced("a b", {"c": "d"})
    with pytest.raises(CourseFault, match=r"'a' stands in 2 places .* every\(…\)"):
        replaced("a b a", {"a": "c"})
    assert replaced("a b a", {"a": every("c")}) == "c b c"


def test_a_faulty_edit_names_its_variant():
    variant = Variant("sign", "misconception", form="typed", edits={"x": "y"})
    with pytest.raises(CourseFault, match=r"variant 'sign \(typed\)': 'x' is not"):
        variant.text("z")


def test_a_function_called_answer_lends_its_body():
    @check("9.1", points=1)
    def made(answer, rng):
        return {"a": answer.a}

    @made.oracle("several_statements")
    def answer():
        # a comment of the body
        def double(x):
            return 2 * x

        a = double(3)

    @made.alternative("a_definition")
    def a(x):
        return x

    @made.alternative("a_decorated_definition_comes_first")
    def answer():
        @staticmethod
        def a():
            return 1

    variants = made.variants
    assert variants["several_statements"].source.endswith("\n\na = double(3)\n")
    assert variants["a_definition"].source == "def a(x):\n    return x\n"
    assert variants["a_decorated_definition_comes_first"].source.startswith("@staticmethod\ndef a")


def doubled(x):
    return 2 * x


def test_a_definition_takes_along_what_it_uses():
    @check("9.1", points=1)
    def made(answer, rng):
        return {"a": answer.a(2)}

    @made.alternative("with_a_helper", uses=[doubled])
    def a(x):
        return doubled(x)

    namespace = {}
    exec(made.variants["with_a_helper"].text(""), namespace)
    assert namespace["a"](2) == 4


# Typed answers --------------------------------------------------------------------------------

SIX = [6, 6.0, "6", " 12/2 ", np.int64(6), np.float32(6), np.array(6), torch.tensor(6.0),
       Fraction(6), sympy.Integer(6), sympy.Float(6), sympy.Rational(12, 2)]  # fmt: skip


@pytest.mark.parametrize("value", SIX, ids=lambda value: f"{type(value).__name__} {value}")
def test_a_number_of_any_kind(value):
    made = numbers("9.1", points=1, right={"n": 6}, ideas={"five": ("…", {"n": 5})})
    assert said(made, n=value) == {"n": True}


@pytest.mark.parametrize("value", SIX[4:], ids=lambda value: f"{type(value).__name__} {value}")
def test_a_number_of_any_kind_as_a_result_and_inside_containers(value):
    @check("9.2", points=1)
    def made(answer, rng):
        return {"result": answer.f(1), "list": answer.f([1]), "dict": answer.f({"k": 1})}

    def f(x):
        return {int: value, list: [value, (value,)], dict: {"k": value}}[type(x)]

    seen = plain.decode(plain.encode(observe_answer(made.observe, {"f": f}, 1, "9.2")))
    assert {key: value for key, value, _ in seen["entries"]} == {
        "result": 6, "list": [6, (6,)], "dict": {"k": 6}
    }  # fmt: skip


@pytest.mark.parametrize("value", [True, np.True_, False])
def test_true_and_false_are_no_numbers(value):
    made = numbers("9.1", points=1, right={"n": 1}, ideas={"five": ("…", {"n": 5})})
    assert said(made, n=value) == {"n": f"the answer is a number, and this is {bool(value)}"}


@pytest.mark.parametrize("value", [None, [6], "six", float("nan"), {"n": 6}])
def test_what_is_no_number_says_what_is_asked_for(value):
    made = numbers("9.1", points=1, right={"n": 6}, ideas={"five": ("…", {"n": 5})})
    assert "number" in said(made, n=value)["n"]


def test_the_idea_that_agrees_best_is_named():
    made = numbers(
        "9.1",
        points=1,
        right={"nodes": 5, "edges": 6},
        ideas={
            "drawn_twice": ("…", {"nodes": 7}),
            "other_graph": ("…", {"nodes": 7, "edges": 8}),
            "tree": ("…", {"edges": (4, 3)}),
        },
    )
    assert said(made, nodes=7, edges=6) == {"nodes": "drawn_twice", "edges": True}
    assert said(made, nodes=7, edges=8) == {"nodes": "other_graph", "edges": "other_graph"}
    assert said(made, nodes=5, edges=3) == {"nodes": True, "edges": "tree"}
    assert said(made, nodes=1, edges=6)["nodes"] == ""  # what was answered says it all
    assert [v.source for v in made.of_kind("misconception") if v.name == "tree"] == [
        "nodes = 5\nedges = 4", "nodes = 5\nedges = 3"
    ]  # fmt: skip


def test_numbers_in_a_dict():
    made = numbers("9.1", points=1, inside="d", right={"s": 5}, ideas={"x": ("…", {"s": 1})})
    assert said(made, d={"S": 5, "more": 1}) == {"s": True}
    assert said(made, d={"s": 1}) == {"s": "x"}


@pytest.mark.parametrize(
    "letter", ["b", "B", " b) ", "(B)", ["b"], ("B",), {"b"}, np.array(["b"]), "'b'"], ids=plain_id
)
def test_a_letter_in_any_form(letter):
    made = choice("9.1", "why", "abcd", key="b", points=1, ideas={"a": ("wrong", "…")})
    assert said(made, why=letter) == {"why": True}
    assert said(made, why="A") == {"why": "wrong"}


@pytest.mark.parametrize("letter", ["", "ab", "z", 1, None, ["a", 2]], ids=plain_id)
def test_what_is_no_letter_says_what_is_asked_for(letter):
    made = choice("9.1", "why", "abcd", key="b", points=1, ideas={"a": ("wrong", "…")})
    assert 'one letter, "a" to "d"' in said(made, why=letter)["why"]


@pytest.mark.parametrize(
    "given",
    [
        "ac",
        "C, a",
        ["c", "a"],
        {"A", "C"},
        ("a", "c"),
        "(a) (c)",
        "a → c",
        "a/c",
        "a × c",
        "1. A 2. C",
    ],
    ids=plain_id,
)
def test_several_letters_in_any_form(given):
    made = choices(
        "9.1", "all", "abcd", key="ac", points=1,
        ideas={"b": ("marks_b", "…"), "c": ("leaves_out_c", "…")},
        selections={"backwards": ("…", "bd"), "nothing": ("…", "")},
    )  # fmt: skip
    assert said(made, all=given) == {"all": True}
    assert said(made, all="abc") == {"all": "marks_b"}
    assert said(made, all="a") == {"all": "leaves_out_c"}
    assert said(made, all="db") == {"all": "backwards"}
    assert said(made, all=set()) == {"all": "nothing"}


def test_a_wrong_letter_without_a_known_idea_gets_no_name():
    made = choices(
        "9.1", "answer", "abc", key="a", selections={"all": ("Not all.", "abc")}, points=1
    )
    assert said(made, answer="abc") == {"answer": "all"}
    assert said(made, answer="ab")["answer"].startswith("not all of these apply")


def test_letters_in_groups_are_paid_group_by_group():
    made = choices(
        "9.1", "fixes", "abcd", key="ac", points=1, groups={"first": "ab", "second": "cd"},
        ideas={"b": ("marks_b", "…"), "c": ("leaves_out_c", "…")},
    )  # fmt: skip
    assert said(made, fixes="AC") == {"first": True, "second": True}
    assert said(made, fixes="ab") == {"first": "marks_b", "second": "leaves_out_c"}


def test_an_order_is_paid_in_three():
    made = order(
        "9.1", "proof", "abcde", right="dab", points=1,
        before={"too_early": ("…", "da", "db"), "swapped": ("…", "ab")},
        false={"c": ("not_true", "…")}, orders={"backwards": ("…", "bad")},
        missing=("lacking", "…", "da"),
    )  # fmt: skip
    first, second, third = said(made, proof="D → A → B")
    assert said(made, proof=["d", "a", "b"]) == dict.fromkeys((first, second, third), True)
    assert said(made, proof="dba") == {first: True, second: True, third: "swapped"}
    assert said(made, proof="adb") == {first: True, second: True, third: "too_early"}
    assert said(made, proof="bad") == {first: True, second: True, third: "backwards"}
    assert said(made, proof="cdab") == {first: "not_true", second: True, third: True}
    assert said(made, proof="da") == {first: True, second: "lacking", third: True}
    assert said(made, proof="d")[second] == "lacking"
    for also_wrong in ("ad", "dca", "daa"):
        assert said(made, proof=also_wrong)[second] not in (True, "lacking")
    assert True not in said(made, proof={"d", "a", "b"}).values()


def test_pairs_are_paid_name_by_name():
    made = pairs(
        "9.1", "m", ["relu", "leaky_relu"], "abc", key={"relu": "a", "leaky_relu": "b"}, points=1,
        ideas={("relu", "b"): ("mixes_them_up", "…")},
    )  # fmt: skip
    assert said(made, m={" ReLU ": "(A)", "Leaky ReLU": ["b"]}) == {
        "relu": True, "leaky_relu": True
    }  # fmt: skip
    assert said(made, m={"relu": "b", "leaky_relu": "b"})["relu"] == "mixes_them_up"


@pytest.mark.parametrize("text", ["left", " LEFT ", "to the left!", "Left."])
def test_a_word_alone_or_in_a_sentence(text):
    made = word(
        "9.1", "side", ("left", "right"), key="left", points=1,
        ideas={"right": ("wrong_way", "…")}, otherwise=("no_side", "…", "negative"),
    )  # fmt: skip
    assert said(made, side=text) == {"side": True}
    assert said(made, side="right") == {"side": "wrong_way"}
    assert said(made, side="left or right") == {"side": "no_side"}
    assert said(made, side=-1) == {"side": "no_side"}


def test_a_formula_in_any_form():
    x = sympy.Symbol("x")
    made = formula(
        "9.1", "g", right="2*x*cos(x^2)", points=1, ideas={"inner": ("…", "cos(x^2)")},
        at={"at 0": {"x": 0.0}, "at a larger x": {"x": (1.0, 1.5)}},
    )  # fmt: skip

    def values(g):
        seen = plain.decode(plain.encode(observe_answer(made.observe, {"g": g}, 1, "9.1")))
        return [value for _, value, _ in seen["entries"]]

    wanted = values("2x cos(x^2)")
    for other in (2 * x * sympy.cos(x**2), lambda t: 2 * t * np.cos(t**2), "2·x·cos(x²)"):
        assert values(other) == pytest.approx(wanted)
    assert wanted[0] == 0 and wanted[1] != 0
