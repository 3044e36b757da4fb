"""Every checked part of the course: the stub fails, the reference and other right answers pass,
every known wrong answer loses points and is named, an independent oracle agrees."""

import pytest

from autograder.check import Variant, all_checks
from autograder.inside import plain
from autograder.inside.answer import observe_answer
from autograder.judging.reference import Reference, execute
from autograder.judging.verdict import judge

SEEDS = (0, 1, 2)
REFERENCE = Reference()
CHECKS = [pytest.param(check, id=part) for part, check in all_checks().items()]


def verdict_on(check, namespace, seed):
    """The verdict on a namespace, as the trusted side would give it."""
    seen = observe_answer(check.observe, namespace, seed, check.part)
    return judge(check, plain.decode(plain.encode(seen)), REFERENCE, seed)


def variants(*kinds):
    return [
        pytest.param(check, variant, id=f"{part}-{variant.key}")
        for part, check in all_checks().items()
        for variant in check.variants.values()
        if variant.kind in kinds
    ]


@pytest.mark.parametrize("check", CHECKS)
def test_the_stub_gets_nothing(check):
    notebook = REFERENCE.course.notebook_of(check.part)
    namespace = {"__name__": "__main__"}
    for text in REFERENCE.setup(check.part):
        execute(text, namespace, "setup")
    for cell in notebook.with_role("answer"):
        execute(cell.stub, namespace, f"stub {cell.key}")
    verdict = verdict_on(check, namespace, seed=1)
    assert verdict.state == "graded"
    assert verdict.earned == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("check", CHECKS)
def test_the_reference_gets_all_points(check, seed):
    verdict = verdict_on(check, REFERENCE.namespace(check.part), seed)
    assert verdict.state == "graded", verdict.note
    assert verdict.full, [line for line in verdict.lines if not line.holds]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("check, variant", variants("misconception"))
def test_a_misconception_loses_points_and_is_named(check, variant: Variant):
    verdict = verdict_on(check, REFERENCE.namespace(check.part, variant), seed=1)
    assert verdict.state == "graded", verdict.note
    assert verdict.earned < check.points
    assert variant.name in verdict.misconceptions


@pytest.mark.parametrize("check, variant", variants("alternative", "oracle"))
def test_another_right_answer_gets_all_points(check, variant: Variant):
    verdict = verdict_on(check, REFERENCE.namespace(check.part, variant), seed=1)
    assert verdict.full, [line for line in verdict.lines if not line.holds]


@pytest.mark.parametrize("check", CHECKS)
def test_the_check_is_furnished(check):
    assert len(check.of_kind("misconception")) >= 1
    assert len(check.of_kind("alternative")) >= 2
    assert len(check.of_kind("oracle")) >= 1 or check.decide, "no independent oracle"


@pytest.mark.parametrize("check", CHECKS)
def test_hidden_inputs_follow_the_seed(check):
    """Observing twice with one seed gives the same; the check is reproducible."""
    namespace = REFERENCE.namespace(check.part)
    one, two = (observe_answer(check.observe, namespace, 5, check.part) for _ in range(2))
    assert plain.encode(one) == plain.encode(two)
