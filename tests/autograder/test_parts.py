"""Every checked part of the course: the stub fails, the reference and other right answers pass,
every known wrong answer loses points and is named, the same at every seed, an independent oracle agrees.

All of that in this process, at three seeds, and the reference and the stub through the sandbox as well; what is
`thorough` tries seven more seeds, and every answer through the sandbox. One test is about all answers of a part (in the
sandbox: of an exercise) and lists what is wrong; what it observes of the reference and of the variants is
remembered for the next one.
"""

import os
import warnings
from functools import lru_cache

import pytest
import taking_turns

from autograder.check import Check, Variant, all_checks, exercise_of
from autograder.commands.try_answers import LIMITS, answer_and_others
from autograder.grading.executor import Observe, Pool, RunCell, run_steps
from autograder.inside import plain
from autograder.inside.answer import observe_answer
from autograder.isolation import choose_tier
from autograder.isolation.worker import cpu_count
from autograder.judging.feedback import AT_ONCE, NOTHING, at_once, sentences
from autograder.judging.reference import Reference, execute
from autograder.judging.verdict import Verdict, judge, verdict_on

pytestmark = pytest.mark.early

HERE, ANOTHER, IN_THE_SANDBOX = 1, 2, 3
SOME_SEEDS = 0, HERE, ANOTHER
OTHER_SEEDS = HERE, *range(3, 10)  # beside one of those above, so that what follows the seed shows
SLOW = 5  # seconds that a check may take; where it may take more, its variants are `thorough` in any case, at one
# seed here and one in the sandbox; and where an observation takes more than some 20 milliseconds, with all variants.
LONG = """
2.12a 2.12a-bonus 2.12d 3.11c 3.14b 3.15b 3.16b 3.33a 6.5 6.7b 6.9c 6.11d 6.12 6.12b 6.13 6.13b 6.14b 6.16c
6.17b 6.18c 6.19 6.19c 6.20b 6.21c 6.21d 6.22c 6.23b 6.24d 6.25b 6.26c 6.27c 6.27e 6.28b 6.28e 6.29d 7.1 7.11
7.16c 7.17b
""".split()
REFERENCE = Reference()
GOT: dict[tuple[str, str], tuple] = {}  # (part, variant): its points and names, here
CHECKS = all_checks()


def in_order_of_time(names, checks_of):
    """Those that may take longest begin first."""
    return sorted(names, key=lambda name: -max(check.seconds for check in checks_of(name)))


def checks_of(exercise) -> list[Check]:
    return [CHECKS[part] for part in REFERENCE.parts_of(exercise)]


EXERCISES = in_order_of_time(dict.fromkeys(map(exercise_of, CHECKS)), checks_of)
PARTS = in_order_of_time(CHECKS, lambda part: checks_of(exercise_of(part)))


def judged(check, seen, seed) -> Verdict:
    """The verdict on an observation that was made here, as if it had come from a worker."""
    return verdict_of_plain(check, plain.decode(plain.encode(seen)), seed)


def verdict_of_plain(check, seen, seed) -> Verdict:
    """The verdict on one that went that way already, as those of `REFERENCE` did."""
    return judge(check, seen, REFERENCE, seed)


def is_quick(part: str) -> bool:
    return CHECKS[part].seconds <= SLOW and part not in LONG


def seeds_of(check: Check, seeds: tuple[int, ...]):
    """Those of `seeds` that are tried; EVERY_SEED=1 tries all of them in the slow parts as well."""
    return seeds if is_quick(check.part) or "EVERY_SEED" in os.environ else (HERE,)


def fault_of(check: Check, variant: Variant, verdict: Verdict) -> str | None:
    """What is wrong with what a variant got: one line that names it, or None."""
    who = f"{check.part}, {variant.kind} {variant.key!r}"
    if verdict.state != "graded":
        return f"{who} is {verdict.state}: {verdict.note}"
    if variant.kind != "misconception":
        return None if verdict.full else f"{who} gets {verdict.earned} of {check.points} points"
    if verdict.full:
        return f"{who} loses no points"
    if variant.name not in verdict.misconceptions:
        return f"{who} is not named (but {list(verdict.misconceptions)})"
    return None


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
    seen = observe_answer(check.observe, dict(names), HERE, part)
    verdict = judged(check, seen, HERE)
    assert verdict.state == "graded", verdict.note
    assert verdict.earned == 0 and not verdict.misconceptions
    seen, stub = plain.decode(plain.encode(seen)), REFERENCE.answer_cell(part).stub
    for text in (stub, "", "# later\nimport math"):
        verdict = verdict_on(check, seen, REFERENCE, HERE, text)
        assert verdict.unwritten and sentences(verdict) == [NOTHING]
        assert not verdict.misconceptions and not any(line.idea for line in verdict.lines)


@pytest.mark.parametrize("part", PARTS)
def test_the_reference_gets_all_points(part):
    gets_all_points(part, SOME_SEEDS)


@pytest.mark.thorough
@pytest.mark.parametrize("part", PARTS)
def test_the_reference_gets_all_points_at_more_seeds(part):
    gets_all_points(part, OTHER_SEEDS)


def gets_all_points(part, seeds):
    for seed in seeds_of(CHECKS[part], seeds):
        verdict = verdict_of_plain(CHECKS[part], REFERENCE.observation(part, seed), seed)
        assert verdict.state == "graded", (seed, verdict.note)
        assert verdict.full, (seed, [line for line in verdict.lines if not line.holds])


@pytest.mark.parametrize("part", PARTS)
def test_hidden_inputs_follow_the_seed(part):
    """Observing twice with one seed gives the same; the check is reproducible."""
    again = observe_answer(CHECKS[part].observe, REFERENCE.namespace(part), HERE, part)
    again = plain.decode(plain.encode(again))
    assert plain.encode(again) == plain.encode(REFERENCE.observation(part, HERE))


@pytest.mark.parametrize("part", [part for part in PARTS if is_quick(part)])
def test_every_variant_gets_what_it_should(part):
    assert faults_of_variants(part, SOME_SEEDS) == []


@pytest.mark.thorough
@pytest.mark.parametrize("part", PARTS)
def test_every_variant_gets_what_it_should_at_more_seeds(part):
    assert faults_of_variants(part, OTHER_SEEDS) == []


def faults_of_variants(part, seeds) -> list[tuple]:
    """What is wrong with what the variants of a part get, and where that follows the seed."""
    check, faults = CHECKS[part], []
    for variant in check.variants.values():
        outcomes = {}
        for seed in seeds_of(check, seeds):
            verdict = verdict_of_plain(check, REFERENCE.observation(part, seed, variant), seed)
            fault = fault_of(check, variant, verdict)
            if not fault and len("\n".join(at_once(sentences(verdict)))) > AT_ONCE:
                fault = f"{part}, {variant.key!r}: too much to read at once"
            if fault:
                faults.append((seed, fault, [line for line in verdict.lines if not line.holds]))
            outcomes.setdefault((verdict.earned, *verdict.misconceptions), []).append(seed)
        GOT[part, variant.key] = min(outcomes, key=outcomes.get)
        if len(outcomes) > 1:
            faults.append((f"{part}, {variant.key!r}: points and names follow the seed", outcomes))
    return faults


# what an answer claims ------------------------------------------------------------------------------

# The answer is a fixed word, number or text that a person types: the whole part ...
TYPED = """
3.25b 3.26c 3.26d 3.27a 3.28c 3.28-proof
3.17c 3.18a 3.19a 3.34c 3.34d 3.34-bonus 3.35b
2.1a 2.1c 2.3a 2.3b 2.3c 2.4c 2.9a 2.11b 2.11c
3.6c 3.7b 3.8a 3.8c 3.10c 3.11a 3.11d
3.30b 3.30c 3.30-derivation 3.31b 3.31-libraries 3.32-predict
3.3 3.5a 3.5c
3.12a 3.12b 3.14a
6.1a 6.2b 6.2c 6.3a 6.4b
6.5b 6.5c 6.6a 6.7c 6.7d 6.9a 6.9c 6.10a 6.10b 6.10c 6.10d 6.12c 6.12d 6.13c 6.14c 6.15a
6.15d 6.16a 6.18b 6.20c 6.20e 6.21b 6.22d 6.23c 6.24b 6.25a 6.25c 6.26a 6.26d 6.27f
6.28d 6.28e 6.29a 6.29b 6.30a 6.30d
7.6-proof 7.9-proof 7.10-equations 7.13b 7.14c 7.15b 7.15c
q1 q1c q2 q3 q4a q4b q5 q6 q7 q8a q8b q8c q9 q9b q10a q10b q11 q12 q13a q13b q14a q14b q15 q15b
3.20b 3.21a 3.21-steps 3.24-mistake
q16a q16b q17 q18 q19 q19b q20a q20b
""".split()
# ... or some of its sub-checks.
TYPED_SUB_CHECKS = {
    "2.1b": {"x_new"},
    "2.9-steps": {"the five cards", "their order"},
    "3.7a": {"a row for every output"},
    "3.1c": {"c_limit"},
    "3.4": {"est"},
    "7.1-mistake": {"which lines are wrong"},
    "7.2-mistake": {"which factors are wrong"},
    "7.7": {"limit_pos", "limit_neg", "max_value", "argmax"},
    "7.8": {"zero_gradient"},
    "7.15-mistake": {"the false lines"},
    "7.16-plot": {"x axis", "y axis"},  # words on axes
}


def points_but(check: Check, verdict: Verdict, sub_checks: set[str]) -> float:
    """The points without those for some sub-checks that hold."""
    weights = {line.key: check.weight(line.key) for line in verdict.lines}
    share = sum(weights[key] for key in sub_checks) / sum(weights.values())
    return verdict.earned - check.points * share


@pytest.mark.parametrize("part", PARTS)
def test_an_observation_of_another_seed_is_worth_little(part):
    """A right observation that was recorded once does not answer for what is asked now."""
    check, recorded = CHECKS[part], REFERENCE.observation(part, ANOTHER)
    verdict = judged(check, recorded, HERE)
    assert verdict.state == "graded", verdict.note
    if part in TYPED:
        assert verdict.full, "it depends on the seed and need not be in the list"
    else:
        typed = TYPED_SUB_CHECKS.get(part, set())
        assert typed <= {line.key for line in verdict.lines if line.holds}
        assert points_but(check, verdict, typed) < check.points / 5


CONSTANTS = {
    "0": lambda args: 0,
    "1": lambda args: 1,
    "'a'": lambda args: "a",
    "None": lambda args: None,
    "True": lambda args: True,
    "[]": lambda args: [],
    "nan": lambda args: float("nan"),
    "the input": lambda args: args[0] if args else None,
}
ANSWERED_BY_A_CONSTANT = {  # (part, constant): why that is right
    ("2.4a", "the input"): "forward mode needs a sweep for each input, and n is the first argument",
    ("2.11a", "the input"): "one layer before the end the gradient is the factor",
    ("3.2b", "the input"): "delta = eps is the answer",
    ("7.8", "0"): "the derivatives of step functions are 0",
}


def answering(what, constant):
    """A function, or a class with all methods of another one, that answers everything with a constant."""

    def function(*args, **kwargs):
        return constant(args)

    if not isinstance(what, type):
        return function
    methods = {name: function for name, value in vars(what).items() if callable(value)}
    return type(what.__name__, (), methods | {"__init__": lambda self, *args, **kwargs: None})


@pytest.mark.parametrize("part", PARTS)
def test_constants_are_worth_little(part):
    """What needs work is not earned by its absence: no gradient was seen, so none was wrong."""
    check, after = CHECKS[part], REFERENCE.namespace(part)
    names = unsolved(REFERENCE.course.notebook_of(part).name)
    before = {name: value for name, value in after.items() if names.get(name) is value}
    written = [name for name in after if name not in before and callable(after[name])]
    faults = []
    for constant, function in CONSTANTS.items() if written else ():
        replaced = {name: answering(after[name], function) for name in written}
        with warnings.catch_warnings(action="ignore"):
            seen = observe_answer(check.observe, names | replaced, HERE, part)
        verdict = judged(check, seen, HERE)
        little = verdict.state == "graded" and verdict.earned < check.points / 10
        if little is ((part, constant) in ANSWERED_BY_A_CONSTANT):
            faults.append((constant, verdict.state, verdict.note, verdict.earned))
    assert not faults


# through the sandbox -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pool():
    """Warm workers, for as many cores as this one of the test processes may take."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
    with Pool(choose_tier(trust_submissions=True), cpu_count() // processes) as workers:
        yield workers


def set_up_of(exercise) -> list[RunCell]:
    return [RunCell(text) for text in REFERENCE.setup(exercise)]


def tried(exercise: str, source: str, pool: Pool) -> tuple[str | None, dict[str, Verdict]]:
    """An answer to an exercise on its usual road through the sandbox: its error, and what it gets.

    At a seed that was tried here, so that nothing has to be computed again that it is compared with.
    """
    checks = checks_of(exercise)
    steps = [*set_up_of(exercise), RunCell(source), *map(Observe, checks)]
    results = pool.do(run_steps, steps, HERE, LIMITS)
    seen = dict(zip(checks, results[-len(checks) :]))
    return results[-len(checks) - 1]["error"], {
        check.part: verdict_of(check, seen[check], HERE, source) for check in checks
    }


def verdict_of(check: Check, seen, seed: int, source: str) -> Verdict:
    written = answer_and_others(source, check.part, REFERENCE)
    return verdict_on(check, seen, REFERENCE, seed, *written)


def variants_in_one_session(exercise: str, pool: Pool) -> dict[tuple[str, str], tuple]:
    """{(part, variant): (error, observation)}: each runs in a cell, on the answers that stand above its own.

    A fork for each observation would take most of the time. The variants of a part share one.
    """
    cells = {id(cell): cell for cell in map(REFERENCE.answer_cell, REFERENCE.parts_of(exercise))}
    steps = [*set_up_of(exercise), RunCell(taking_turns.BEGIN)]
    places: dict[tuple[str, str], int] = {}
    forks: dict[str, int] = {}
    for cell in cells.values():
        steps.append(RunCell(taking_turns.keep(cell.key)))
        for check in checks_of(exercise):
            if REFERENCE.answer_cell(check.part) is not cell or not check.variants:
                continue
            for key, variant in check.variants.items():
                steps.append(RunCell(taking_turns.restore(cell.key)))
                places[check.part, key] = len(steps)
                steps.append(RunCell(variant.text(cell.solution)))
                steps.append(RunCell(taking_turns.keep(f"{check.part} {key}")))
            forks[check.part] = len(steps)
            steps.append(Observe(taking_turns.Turns(check, IN_THE_SANDBOX)))
        steps += [RunCell(taking_turns.restore(cell.key)), RunCell(cell.solution)]
    results = pool.do(run_steps, steps, IN_THE_SANDBOX, LIMITS)
    seen = {part: taking_turns.observations(results[place]) for part, place in forks.items()}
    return {
        (part, key): (results[place]["error"], seen[part][key])
        for (part, key), place in places.items()
    }


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_reference_and_the_stub_in_the_sandbox(exercise, pool):
    error, verdicts = tried(exercise, REFERENCE.answer_file(exercise), pool)
    assert error is None
    assert all(verdict.full for verdict in verdicts.values()), verdicts
    stubs = "\n\n".join(cell.stub for cell in REFERENCE.answer_cells(exercise))
    _, verdicts = tried(exercise, stubs, pool)
    for verdict in verdicts.values():
        assert verdict.earned == 0 and verdict.unwritten and not verdict.misconceptions, verdicts


@pytest.mark.thorough
@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_variant_gets_what_it_should_in_the_sandbox(exercise, pool):
    faults = []
    for (part, key), (error, seen) in variants_in_one_session(exercise, pool).items():
        check, variant = CHECKS[part], CHECKS[part].variants[key]
        verdict = verdict_of(
            check, seen, IN_THE_SANDBOX, REFERENCE.answer_file(exercise, part, variant)
        )
        fault = fault_of(check, variant, verdict)
        got = verdict.earned, *verdict.misconceptions
        if not fault and GOT.get((part, key), got) != got:
            fault = f"{part}, {key!r} gets {got} in the sandbox, and {GOT[part, key]} outside of it"
        if fault and not (variant.kind == "oracle" and check.forbid):  # it may import it
            faults.append((fault, error))
    assert not faults
