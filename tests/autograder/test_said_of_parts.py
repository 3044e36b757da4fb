"""What the complete checks of particular parts say, where it was once hard to understand."""

import re

import numpy as np
import pytest

from autograder.judging.feedback import headline, sentences
from autograder.judging.reference import default_reference
from autograder.judging.verdict import judge

REFERENCE = default_reference()
SEEDS = (1, 7, 2026)


def verdict_of(part, name, seed, form=""):
    check = REFERENCE.check(part)
    (variant,) = (
        one for one in check.of_kind("misconception") if (one.name, one.form) == (name, form)
    )
    return judge(check, REFERENCE.observation(part, seed, variant), REFERENCE, seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "name", ["theta12_without_x", "psi12_psi21_swapped", "phi0_counts_nothing"]
)
def test_what_is_said_of_7_1_can_be_repeated_in_the_notebook(seed, name):
    """A line has a call that one can copy, what came out there, and what was expected."""
    check = REFERENCE.check("7.1")
    (variant,) = (one for one in check.of_kind("misconception") if one.name == name)
    names = REFERENCE.namespace("7.1", variant)
    right = REFERENCE.namespace("7.1")
    wrong = [said for said in sentences(verdict_of("7.1", name, seed)) if said[0] == "✘"]
    assert wrong
    for said in wrong:
        parameter, call, came, expected = re.match(
            r"✘ derivative by (\w+).*?: `(derivatives_7_1\(.*?\)\), \S+\))[^`]*`: came out `([^`]+)`"
            r".*?(?:at entry 0)?, expected `([^`]+)`",
            said,
        ).groups()
        assert "at entry" not in said or "at entry 0" in said  # the call is the first of those
        assert np.isclose(eval(call, names)[parameter], float(came), rtol=1e-4)
        assert np.isclose(eval(call, right)[parameter], float(expected), rtol=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_sign_in_7_4_is_said_in_words(seed):
    said = "\n".join(sentences(verdict_of("7.4", "sign", seed)))
    assert "came out `'a negative number'`" in said and "expected `'a positive number'`" in said


@pytest.mark.parametrize("seed", SEEDS)
def test_inputs_on_the_class_cost_a_third_of_2_5(seed):
    """What a division remembers, and where, is what 2.5 is about; a sign is a slip."""
    points = REFERENCE.check("2.5").points
    assert verdict_of("2.5", "cache_on_class", seed).earned <= points * 2 / 3 + 0.01
    assert verdict_of("2.5", "sign_of_db", seed).earned >= points / 2


@pytest.mark.parametrize("form", ["", "2", "3"])
def test_one_idea_has_one_name_in_2_11(form):
    """Then it is explained once, at a), where both parts have it."""
    found = verdict_of("2.11b", "gradient_at_the_input", 7, form).misconceptions
    assert list(found) == ["gradient_at_the_input"]
    assert "gradient_at_the_input" in verdict_of("2.11a", "gradient_at_the_input", 7).misconceptions


def test_one_point_and_two_points():
    assert headline(verdict_of("7.4", "sum", 7)) == "✘ 7.4: 0 of 1 point"
    assert headline(verdict_of("2.5", "sign_of_db", 7)) == "✘ 2.5: 2 of 4 points"
