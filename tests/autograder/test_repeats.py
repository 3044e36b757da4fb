"""What is said once is not said again."""

from autograder.check import all_checks
from autograder.inside.plain import Raised
from autograder.judging.feedback import folded, sentences
from autograder.judging.reference import Reference
from autograder.judging.repeats import without_repeats
from autograder.judging.verdict import Line, Verdict, judge


def verdict(part, share, ideas=(), **facts):
    lines = [Line(f"key {n}", n < 4 * share, got=n, idea=next(iter(ideas), "")) for n in range(4)]
    return Verdict(
        part, 4, part.endswith("-bonus"), 4 * share, lines=lines,
        misconceptions={idea: f"About {idea}." for idea in ideas}, **facts,
    )  # fmt: skip


def said(*verdicts):
    return {one.part: sentences(one) for one in without_repeats(verdicts)}


def test_the_bonus_comes_after_its_part():
    main, bonus = verdict("2.6", 0.5), verdict("2.6-bonus", 0.5, ["special_case"])
    _, after = without_repeats([main, bonus])
    assert sentences(after) == ["The bonus comes after 2.6."] and not after.misconceptions
    assert after.earned == bonus.earned and after.lines == bonus.lines


def test_a_bonus_is_judged_where_its_part_is_complete_or_not_there():
    bonus = verdict("2.6-bonus", 0.5, ["special_case"])
    assert without_repeats([verdict("2.6", 1), bonus])[1] is bonus
    assert without_repeats([bonus]) == [bonus]
    full = verdict("2.6-bonus", 1)
    assert without_repeats([verdict("2.6", 0), full])[1] is full


def test_a_bonus_belongs_to_its_letter():
    found = said(verdict("2.12a", 1), verdict("2.12b", 0), verdict("2.12a-bonus", 0, ["x"]))
    assert found["2.12a-bonus"][0] == "Look at this first: About x."


def test_the_same_idea_refers_to_the_part_that_named_it():
    found = said(verdict("2.11a", 0, ["exponent"]), verdict("2.11b", 0.25, ["exponent"]))
    assert found["2.11a"][0] == "Look at this first: About exponent."
    open_, folds = folded(found["2.11b"])
    assert open_ == ["The same as in a)."]
    assert [head for head, _ in folds] == ["3 for the same reason", "1 of 4 holds"]


def test_the_name_is_kept_for_the_class():
    _, second = without_repeats([verdict("2.11a", 0, ["x"]), verdict("2.11b", 0, ["x"])])
    assert list(second.misconceptions) == ["x"]


def test_a_part_without_a_letter():
    assert said(verdict("7.1", 0, ["x"]), verdict("7.1-mistake", 0, ["x"]))["7.1-mistake"][0] == (
        "The same as in 7.1."
    )


def test_another_idea_beside_it_is_said():
    found = said(verdict("2.1a", 0, ["x"]), verdict("2.1b", 0, ["x", "y"]))
    assert found["2.1b"][:2] == ["Look at this first: About x.", "Also: About y."]


def test_other_exercises_have_nothing_to_do_with_it():
    found = said(verdict("2.1a", 0, ["x"]), verdict("2.2a", 0, ["x"]))
    assert found["2.2a"][0] == "Look at this first: About x."


def test_what_could_not_be_graded_and_what_was_kept_stay():
    ours = Verdict("2.6-bonus", 1, True, state="not graded", note="A fault of the course.")
    kept = Verdict("2.6-bonus", 1, True, said=["✘ as it was"], misconceptions={"x": ""})
    for one in (ours, kept):
        assert without_repeats([verdict("2.6", 0), one])[1] is one


def test_an_unwritten_bonus_still_shows_its_lines_to_programs():
    missing = Raised("Missing", "Pow")
    bonus = Verdict("2.6-bonus", 1, True, lines=[Line("k", False, got=missing)])
    assert without_repeats([verdict("2.6", 0), bonus])[1].lines[0].got == missing


def test_the_exponent_of_2_11_is_explained_once():
    """Two powers with the exponent of a wrong function are told what was said of the function."""
    reference, checks = Reference(), all_checks()
    for idea in ("gradient_at_the_input", "power_of_layer_index", "power_of_layers_before"):
        made = []
        for part in ("2.11a", "2.11b"):
            seen = reference.observation(part, 0, checks[part].variants[idea])
            made.append(judge(checks[part], seen, reference, 0))
        assert sentences(without_repeats(made)[1])[0] == "The same as in a)."
