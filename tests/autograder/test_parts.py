"""Every checked part of the course: the stub fails, the reference and other right answers pass,
every known wrong answer loses points and is named, an independent oracle agrees.

All of that twice: in this process, and through the sandbox. One test is about all answers of a part
(in the sandbox: of an exercise) and lists what is wrong; what it observes of the reference and of the
variants is remembered for the next one.
"""

import os
from functools import lru_cache

import pytest

from autograder.check import Check, Variant, all_checks, exercise_of
from autograder.commands.try_answers import try_answers
from autograder.grading.executor import Pool
from autograder.inside import plain
from autograder.inside.answer import observe_answer
from autograder.isolation import choose_tier
from autograder.isolation.worker import cpu_count
from autograder.judging.feedback import AT_ONCE, at_once, sentences
from autograder.judging.reference import Reference, execute
from autograder.judging.verdict import judge

pytestmark = pytest.mark.early

SEEDS = HERE, IN_THE_SANDBOX, ANOTHER = (1, 2, 0)  # the seeds of the variants, and one more
REFERENCE = Reference()
CHECKS = all_checks()


def in_order_of_time(names, checks_of):
    """Parameters in groups by exercise; those that may take longest begin first."""
    names = sorted(names, key=lambda name: -max(check.seconds for check in checks_of(name)))
    return [pytest.param(n, marks=pytest.mark.xdist_group(exercise_of(n))) for n in names]


def checks_of(exercise) -> list[Check]:
    return [CHECKS[part] for part in REFERENCE.parts_of(exercise)]


EXERCISES = in_order_of_time(dict.fromkeys(map(exercise_of, CHECKS)), checks_of)
PARTS = in_order_of_time(CHECKS, lambda part: checks_of(exercise_of(part)))


def verdict_on(check, seen, seed):
    """The verdict on an observation, as the trusted side would give it."""
    return judge(check, plain.decode(plain.encode(seen)), REFERENCE, seed)


def fault_of(check: Check, variant: Variant, earned: float, named) -> str | None:
    """What is wrong with what a variant got: one line that names it, or None."""
    who = f"{check.part}, {variant.kind} {variant.key!r}:"
    if variant.kind != "misconception":
        return None if earned == check.points else f"{who} gets {earned} of {check.points} points"
    if earned >= check.points:
        return f"{who} loses no points"
    return None if variant.name in named else f"{who} is not named (but {list(named)})"


@pytest.mark.parametrize("part", PARTS)
def test_the_check_is_furnished(part):
    check = CHECKS[part]
    assert len(check.of_kind("misconception")) >= 1
    assert len(check.of_kind("alternative")) >= 2
    assert len(check.of_kind("oracle")) >= 1 or check.decide, "no independent oracle"


@lru_cache
def unsolved(notebook: str) -> dict:
    """The names of a notebook in which nothing is answered."""
    cells = REFERENCE.course.notebooks[notebook]
    namespace = {"__name__": "__main__"}
    for cell in cells.with_role("setup"):
        execute(cell.source, namespace, "setup")
    for cell in cells.with_role("answer"):
        execute(cell.stub, namespace, f"stub {cell.key}")
    return namespace


@pytest.mark.parametrize("part", PARTS)
def test_the_stub_gets_nothing(part):
    check, names = CHECKS[part], unsolved(REFERENCE.course.notebook_of(part).name)
    verdict = verdict_on(check, observe_answer(check.observe, dict(names), HERE, part), HERE)
    assert verdict.state == "graded", verdict.note
    assert verdict.earned == 0


@pytest.mark.parametrize("part", PARTS)
def test_the_reference_gets_all_points_at_every_seed(part):
    for seed in SEEDS:
        verdict = verdict_on(CHECKS[part], REFERENCE.observation(part, seed), seed)
        assert verdict.state == "graded", (seed, verdict.note)
        assert verdict.full, (seed, [line for line in verdict.lines if not line.holds])


@pytest.mark.parametrize("part", PARTS)
def test_hidden_inputs_follow_the_seed(part):
    """Observing twice with one seed gives the same; the check is reproducible."""
    again = observe_answer(CHECKS[part].observe, REFERENCE.namespace(part), HERE, part)
    again = plain.decode(plain.encode(again))
    assert plain.encode(again) == plain.encode(REFERENCE.observation(part, HERE))


@pytest.mark.parametrize("part", PARTS)
def test_every_variant_gets_what_it_should(part):
    check, faults = CHECKS[part], []
    for variant in check.variants.values():
        verdict = verdict_on(check, REFERENCE.observation(part, HERE, variant), HERE)
        fault = fault_of(check, variant, verdict.earned, verdict.misconceptions)
        if verdict.state != "graded":
            fault = f"{part}, {variant.key!r} is {verdict.state}: {verdict.note}"
        if not fault and len("\n".join(at_once(sentences(verdict)))) > AT_ONCE:
            fault = f"{part}, {variant.key!r}: too much to read at once"
        if fault:
            faults.append((fault, [line for line in verdict.lines if not line.holds]))
    assert not faults


# through the sandbox -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pool():
    """Warm workers, for as many cores as this one of the test processes may take."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
    with Pool(choose_tier(trust_submissions=True), cpu_count() // processes) as workers:
        yield workers


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_answer_gets_what_it_should_in_the_sandbox(exercise, pool):
    solution = REFERENCE.answer_file(exercise)
    stubs = [
        cell.stub
        for cell in REFERENCE.course.notebook_of(exercise).with_role("answer")
        if exercise_of(cell.key) == exercise
    ]
    answers = [(exercise, solution), (exercise, "\n\n".join(stubs))]
    variants = [(c, variant) for c in checks_of(exercise) for variant in c.variants.values()]
    answers += [(c.part, REFERENCE.answer_file(exercise, c.part, v)) for c, v in variants]
    right, empty, *others = try_answers(
        [{"exercise": name, "source": source} for name, source in answers],
        seed=IN_THE_SANDBOX,
        reference=REFERENCE,
        pool=pool,
    )
    assert (right["exercise"], right["error"]) == (exercise, None)
    assert right["earned"] == right["points"] > 0, right
    assert all(part["earned"] == part["points"] for part in right["parts"]), right
    assert all(part["earned"] == 0 for part in empty["parts"]), empty

    faults = []
    for (check, variant), result in zip(variants, others):
        found = next(part for part in result["parts"] if part["id"] == check.part)
        named = found["misconceptions"]
        if found["feedback"] == [f"The bonus comes after {check.part.removesuffix('-bonus')}."]:
            named = [variant.name]  # what went wrong is said there
        fault = fault_of(check, variant, found["earned"], named)
        if fault and not (variant.kind == "oracle" and check.forbid):  # an oracle may import it
            faults.append((fault, result["error"], found["feedback"]))
    assert not faults
