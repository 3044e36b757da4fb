"""Observing and judging, with small checks made for the purpose."""

import numpy as np
import pytest
from example_course import separate_registry

from autograder.check import CourseFault, Fault, attempt, check, written
from autograder.inside import plain
from autograder.inside.answer import observe_answer
from autograder.judging.feedback import as_html, as_text, sentences
from autograder.judging.verdict import judge, total


class OneSolution:
    """Stands in for the reference solutions: one namespace, and one per variant."""

    def __init__(self, the_check, namespace, variants=None):
        self._check, self._names, self._variants = the_check, namespace, variants or {}
        self.remembered = {}

    def observation(self, part, seed, variant=None):
        names = self._variants[variant.name] if variant else self._names
        seen = observe_answer(self._check.observe, names, seed, part)
        return plain.decode(plain.encode(seen))


def verdict_on(the_check, answer, reference, seed=0):
    seen = observe_answer(the_check.observe, answer, seed, the_check.part)
    return judge(the_check, plain.decode(plain.encode(seen)), reference, seed)


@pytest.fixture
def doubling():
    with separate_registry():

        @check("1.1", points=4, reveal=True)
        def twice(answer, rng):
            x = rng.normal(size=3)
            return {
                "an array": answer.twice(x),
                "a number": answer.twice(3),
                "a matrix": answer.twice(np.ones((2, 2))),
                "two steps": attempt(lambda x: answer.twice(answer.twice(x)), 5),
            }

        twice.misconception("squares", "That is the square.", source="def twice(x): return x * x")
        yield (
            twice,
            OneSolution(twice, {"twice": lambda x: 2 * x}, {"squares": {"twice": lambda x: x * x}}),
        )


def test_right(doubling):
    verdict = verdict_on(doubling[0], {"twice": lambda x: x + x}, doubling[1])
    assert verdict.full and verdict.earned == 4 and not verdict.misconceptions


def test_wrong_is_named_with_input_output_and_expectation(doubling):
    verdict = verdict_on(doubling[0], {"twice": lambda x: x * x}, doubling[1])
    assert verdict.earned == 0 and list(verdict.misconceptions) == ["squares"]
    said = "\n".join(sentences(verdict))
    assert "That is the square." in said
    assert "✘ a number: `twice(3)`: came out `9`, expected `6`." in said
    assert "✘ two steps: `twice(5); twice(25)`: came out `625`, expected `20`." in said


def test_another_wrong_answer_is_not_named(doubling):
    verdict = verdict_on(doubling[0], {"twice": lambda x: 3 * x}, doubling[1])
    assert verdict.earned == 0 and not verdict.misconceptions


def test_an_exception_costs_its_sub_check(doubling):
    def twice(x):
        if np.ndim(x) == 2:
            raise ValueError("no matrices")
        return 2 * x

    verdict = verdict_on(doubling[0], {"twice": twice}, doubling[1])
    assert verdict.earned == 3
    assert "no matrices" in "\n".join(sentences(verdict))


def test_changing_the_input_is_an_error(doubling):
    def twice(x):
        if isinstance(x, np.ndarray):
            x *= 2
            return x
        return 2 * x

    verdict = verdict_on(doubling[0], {"twice": twice}, doubling[1])
    assert verdict.earned == 2
    assert "changed its argument number 1 in place" in as_text([verdict])


@pytest.mark.parametrize(
    "namespace, says",
    [
        ({}, "The name twice is not defined"),
        ({"twice": ...}, "This part is not written yet."),
        ({"twice": lambda x: None}, "is a return missing"),
        ({"twice": lambda: 1}, "more arguments than your function takes"),
        ({"twice": "two"}, "str is called like a function"),
        ({"twice": lambda x: [x]}, "shape"),
    ],
)
def test_what_a_broken_answer_is_told(doubling, namespace, says):
    verdict = verdict_on(doubling[0], namespace, doubling[1])
    assert verdict.state == "graded" and verdict.earned == 0
    assert says in as_text([verdict])


def todo(x):
    raise NotImplementedError("TODO: your answer goes here")


@pytest.mark.parametrize(
    "namespace, unwritten",
    [
        ({}, True),
        ({"twice": ...}, True),
        ({"twice": todo}, True),
        ({"twice": lambda x: ...}, False),
        ({"twice": lambda x: None}, False),
        ({"twice": lambda x: 2 * x}, False),
    ],
)
def test_what_is_not_written(doubling, namespace, unwritten):
    assert verdict_on(doubling[0], namespace, doubling[1]).unwritten == unwritten


@pytest.mark.parametrize(
    "kind, says", [("timeout", "longer"), ("crash", "ended"), ("memory", "memory")]
)
def test_a_lost_process(doubling, kind, says):
    verdict = judge(doubling[0], {"failed": kind}, doubling[1], 0)
    assert verdict.state == "graded" and verdict.earned == 0 and says in verdict.note


def test_forged_entries_earn_nothing(doubling):
    forged = {"entries": [["an array", True, ""], ["nonsense", 1, ""]], "error": None}
    assert judge(doubling[0], forged, doubling[1], 0).earned == 0


@pytest.mark.parametrize("bad", [lambda x: 0 * x, lambda x: x / 0.0, lambda x: 1 / 0])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_vacuous_or_broken_reference_is_our_fault(doubling, bad):
    reference = OneSolution(doubling[0], {"twice": bad})
    verdict = verdict_on(doubling[0], {"twice": lambda x: 2 * x}, reference)
    assert verdict.state == "not graded" and "not yours" in verdict.note


def test_a_judge_decides_and_names():
    with separate_registry():

        @check("1.2", points=2)
        def witness(answer, rng):
            return {"positive": answer.number, "even": answer.number}

        @witness.judge
        def _(observation, rng):
            """Any positive even number."""
            number = observation["positive"]
            return {
                "positive": True if number > 0 else Fault("it is not positive", "negative"),
                "even": number % 2 == 0 or "it is odd",
            }

        witness.misconception("negative", "The sign is wrong.", source="number = -2")
        reference = OneSolution(witness, {"number": 4})
        assert verdict_on(witness, {"number": 10}, reference).full
        odd = verdict_on(witness, {"number": 3}, reference)
        assert odd.earned == 1 and "it is odd" in as_text([odd])
        negative = verdict_on(witness, {"number": -2}, reference)
        assert negative.misconceptions == {"negative": "The sign is wrong."}
        assert verdict_on(witness, {"number": "four"}, reference).earned == 0
        assert verdict_on(witness, {}, reference).earned == 0
        assert (
            verdict_on(witness, {"number": 10}, OneSolution(witness, {"number": 3})).state
            != "graded"
        )


def test_html_is_escaped(doubling):
    evil = "<script>alert(1)</script>"
    verdict = verdict_on(doubling[0], {"twice": lambda x: evil}, doubling[1])
    assert "<script" not in as_html(verdict) and "&lt;script" in as_html(verdict)


def test_ids_are_checked():
    with separate_registry():
        with pytest.raises(CourseFault, match="no part id"):
            check("two", points=1)
        check("1.3", points=1)(lambda answer, rng: {})
        with pytest.raises(CourseFault, match="twice"):
            check("1.3", points=1)
        with pytest.raises(CourseFault, match="twice"):
            written("1.3", [(1, "a")])


def test_total_leaves_bonus_out(doubling):
    one = verdict_on(doubling[0], {"twice": lambda x: 2 * x}, doubling[1])
    two = verdict_on(doubling[0], {"twice": lambda x: 2 * x}, doubling[1])
    two.bonus = True
    assert total([one, two]) == (4, 4)


def test_a_cause_leaves_nothing_else_to_say():
    with separate_registry():

        @check("1.4", points=4)
        def network(answer, rng):
            return {key: answer.number for key in ("learns", "layers", "start", "seed")}

        @network.judge
        def _(observation, rng):
            """A network that learns."""
            if observation["layers"] > 0:
                return dict.fromkeys(observation, True)
            return {
                "learns": Fault("it does not learn", "too_slow"),
                "layers": Fault("there are no layers", "no_network", cause=True),
                "start": Fault("all weights are equal", "all_zero"),
                "seed": True,
            }

        for name in ("too_slow", "no_network", "all_zero"):
            network.misconception(name, f"About {name}.", source="number = 0")
        verdict = verdict_on(network, {"number": 0}, OneSolution(network, {"number": 1}))
        assert verdict.misconceptions == {"no_network": "About no_network."}
        assert verdict.earned == 1, "points do not depend on what is said"
        said = sentences(verdict)
        assert said[:3] == [
            "Look at this first: About no_network.",
            "✘ layers: came out `0`; there are no layers.",
            "2 more for the same reason:",
        ]


def test_an_idea_says_which_sub_checks_it_explains(doubling):
    def twice(x):
        return x * x if np.ndim(x) == 0 else -x

    verdict = verdict_on(doubling[0], {"twice": lambda x: x * x}, doubling[1])
    assert {line.idea for line in verdict.lines} == {"squares"}
    assert "3 more for the same reason:" in sentences(verdict)
    other = verdict_on(doubling[0], {"twice": twice}, doubling[1])
    assert not other.misconceptions and not any(line.idea for line in other.lines)


def test_a_blank_answer_shows_no_idea():
    with separate_registry():

        @check("1.1", points=1)
        def side(answer, rng):
            return {"side": answer.side}

        @side.judge
        def _(observation, rng):
            said = observation["side"]
            return {"side": said == "left" or Fault("no", "any_other")}

        side.misconception("any_other", "That is the other side.", source="side = 1")
        reference = OneSolution(side, {"side": "left"}, {"any_other": {"side": 1}})
        assert list(verdict_on(side, {"side": 2}, reference).misconceptions) == ["any_other"]
        for blank in ({}, {"side": ...}):
            verdict = verdict_on(side, blank, reference)
            assert verdict.earned == 0 and not verdict.misconceptions
