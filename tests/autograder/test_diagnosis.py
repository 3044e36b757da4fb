"""Which idea is named, and when none is: `diagnose` on tables of values."""

import numpy as np
import pytest

from autograder.inside.plain import Raised
from autograder.judging.diagnosis import diagnose, single_edits, telling
from autograder.notation.faults import CourseFault
from autograder.notation.variants import Variant


def variant(name, form="", **edits):
    return Variant(name, "misconception", form, f"{name} {form}.".replace(" .", "."), edits=edits)


@pytest.fixture
def right():
    return {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}


def diagnosis(right, got, *pairs):
    got = {**right, **got}
    wrong = {key for key in got if got[key] != right[key]}
    values = {one.key: {**right, **gives} for one, gives in pairs}

    def values_of(one):
        if one.key not in values:
            raise CourseFault("one edit alone does not run")
        return {key: value for key, value in values[one.key].items() if value != right[key]}

    return diagnose([one for one, _ in pairs if not one.form.isdigit()], values_of, got, wrong)


def test_the_variant_that_gives_the_same_values_is_named(right):
    sign, factor = variant("sign"), variant("factor")
    pairs = (sign, {"a": -1.0, "b": -2.0}), (factor, {"a": 2.0, "b": 4.0})
    assert diagnosis(right, {"a": -1.0, "b": -2.0}, *pairs) == {"sign": "sign."}
    assert diagnosis(right, {"a": 7.0, "b": -2.0}, *pairs) == {}


def test_what_explains_everything_leaves_nothing_for_others(right):
    whole, part = variant("whole"), variant("part")
    pairs = (part, {"a": -1.0}), (whole, {"a": -1.0, "b": -2.0})
    assert list(diagnosis(right, {"a": -1.0, "b": -2.0}, *pairs)) == ["whole"]


def test_another_idea_is_named_for_what_is_still_unexplained(right):
    first, second = variant("first"), variant("second")
    pairs = (first, {"a": -1.0, "b": -2.0}), (second, {"c": -3.0})
    got = {"a": -1.0, "b": -2.0, "c": -3.0}
    assert list(diagnosis(right, got, *pairs)) == ["first", "second"]


def test_too_little_explained_is_nothing_said(right):
    got = {"a": 9.0, "b": 9.0, "c": 9.0, "d": -4.0}
    assert diagnosis(right, got, (variant("sign"), {"d": -4.0})) == {}


@pytest.mark.parametrize("shared", [0.0, False, float("nan"), None, Raised("ValueError", "")])
def test_values_that_many_mistakes_share_name_nothing(right, shared):
    pairs = (variant("one"), {"a": shared}), (variant("other"), {"a": shared})
    assert diagnosis(right, {"a": shared, "b": 9.0}, *pairs) == {}


def test_a_shared_value_names_the_only_variant_that_explains_all(right):
    assert list(diagnosis(right, {"a": 0.0}, (variant("zero"), {"a": 0.0}))) == ["zero"]


def test_the_first_form_of_a_name_speaks(right):
    both = variant("sign"), variant("sign", "typed")
    pairs = (both[0], {"a": -1.0}), (both[1], {"b": -2.0})
    assert diagnosis(right, {"a": -1.0, "b": -2.0}, *pairs) == {"sign": "sign."}
    assert diagnosis(right, {"b": -2.0}, *pairs) == {"sign": "sign typed."}


def test_one_edit_of_several_is_recognised(right):
    two = variant("sign", x="-x", y="-y")
    first, second = single_edits([two])
    assert (first.edits, second.edits) == ({"x": "-x"}, {"y": "-y"})
    pairs = (two, {"a": -1.0, "b": -2.0}), (second, {"b": -2.0})
    assert diagnosis(right, {"b": -2.0}, *pairs) == {"sign": "sign."}


def test_a_mistake_in_one_place_is_named_with_its_place(right):
    everywhere = variant("sign"), {"a": -1.0, "b": -2.0, "c": -3.0}
    other = variant("factor"), {"a": 2.0, "b": 4.0, "c": 6.0}
    assert diagnosis(right, {"b": -2.0}, everywhere, other) == {"sign": "In b: sign."}
    twin = variant("twin"), {"a": 5.0, "b": -2.0, "c": 9.0}
    assert diagnosis(right, {"b": -2.0}, everywhere, twin) == {}


@pytest.mark.parametrize("value", [3, -0.5, "left", [0, 1.5], np.array([0.0, 2.0]), {"x": 1}])
def test_telling_values(value):
    assert telling(value)


@pytest.mark.parametrize(
    "value", [0, True, float("nan"), float("inf"), None, "", [], np.zeros(3), [False, True], {}]
)
def test_values_that_tell_nothing(value):
    assert not telling(value)


SHARED_MESSAGES = [
    Raised("IndexError", "list index out of range"),
    Raised("IndexError", "index 3 is out of bounds for axis 0 with size 3"),
    Raised("ZeroDivisionError", "division by zero"),
    Raised("OverflowError", "(34, 'Numerical result out of range')"),
    Raised("TypeError", "'NoneType' object is not subscriptable"),
]


@pytest.mark.parametrize("shared", SHARED_MESSAGES, ids=lambda one: one.message)
def test_a_message_that_many_mistakes_give_names_nothing(right, shared):
    assert not telling(shared, shared)
    one, other = variant("one"), variant("other")
    assert diagnosis(right, {"a": shared, "b": 9.0}, (one, {"a": shared})) == {}
    assert diagnosis(right, {"b": shared}, (one, {"a": -1.0, "b": shared})) == {}
    assert diagnosis(right, {"a": shared}, (one, {"a": shared}), (other, {"a": shared})) == {}


def test_several_booleans_and_a_very_same_message_do_tell():
    assert telling([True, False, True])
    shapes = Raised("ValueError", "shapes (3,2) and (3,2) not aligned")
    assert telling(shapes, shapes) and not telling(shapes, Raised("ValueError", "other"))
