"""A name is right or is not said: what fresh mistakes, made by machine, are told.

Every mutant that is told an idea, and every one that keeps all points, was read by a person:
`read_mutants/*.json` lists them as {"part", "change", "named", "verdict"}. The verdict is "right", or
"ambiguous" where two ideas give the same values, or "equivalent" for a change that leaves the answer
right. What is not on the list fails here; read it, mend the check if the name is false, or add it.
"""

import contextlib
import io
import json
import signal
import warnings
from pathlib import Path

import pytest
from mutants import mutants

from autograder.check import all_checks
from autograder.inside import plain
from autograder.inside.answer import observe_answer
from autograder.judging.reference import Reference
from autograder.judging.verdict import judge
from autograder.notation.variants import Variant

pytestmark = pytest.mark.early

SEED = 3
SECONDS = 3  # of processor time; a mutant may never come to an end
QUICK, SLOW = 12, 3  # so many mutants of a part; fewer where observing takes seconds
VERDICTS = {"right", "ambiguous", "equivalent"}
LISTED = [
    one
    for file in sorted(Path(__file__).with_name("read_mutants").glob("*.json"))
    for one in json.loads(file.read_text(encoding="utf-8"))
]
READ = {(one["part"], one["change"]): one for one in LISTED}
REFERENCE = Reference()
ENDLESS: set[str] = set()  # texts of mutants


def is_code(part):
    solution = REFERENCE.answer_cell(part).solution
    return "def " in solution or "lambda" in solution


PARTS = [pytest.param(check, id=part) for part, check in all_checks().items() if is_code(part)]


def chosen(check):
    """Some mutants of a part's solution, spread over it."""
    found = mutants(REFERENCE.answer_cell(check.part).solution)
    most = QUICK if check.seconds <= 5 else SLOW
    return found[:: max(1, len(found) // most)][:most]


class Endless(BaseException):
    """A mutant was stopped."""


@contextlib.contextmanager
def time_limit():
    def stop(*_):
        raise Endless

    before = signal.signal(signal.SIGVTALRM, stop)
    # (again and again: what is raised in a callback of the collector is lost)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def verdict_on(check, mutant):
    """The verdict on a mutant; None when it does not run, or does not end (for one part of its cell)."""
    if mutant.text in ENDLESS:
        return None
    variant = Variant(mutant.change, "mutant", source=mutant.text)
    try:
        with time_limit(), contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            namespace = REFERENCE.namespace(check.part, variant)
            seen = observe_answer(check.observe, namespace, SEED, check.part)
    except Exception:
        return None
    except Endless:
        ENDLESS.add(mutant.text)
        return None
    return judge(check, plain.decode(plain.encode(seen)), REFERENCE, SEED)


@pytest.mark.thorough
@pytest.mark.parametrize("check", PARTS)
def test_what_mutants_are_told_was_read(check):
    unread = []
    for mutant in chosen(check):
        verdict = verdict_on(check, mutant)
        if verdict is None:
            continue
        assert verdict.state == "graded", (mutant.change, verdict.note)
        read = READ.get((check.part, mutant.change), {"named": [], "verdict": ""})
        if verdict.full and not read["verdict"].startswith("equivalent"):
            unread.append(f"keeps all points: {mutant.change}")
        for name, sentence in verdict.misconceptions.items():
            if name not in read["named"]:
                unread.append(f"{name} ({sentence}): {mutant.change}")
    assert not unread


def test_the_list_is_in_order():
    known = all_checks()
    assert len(READ) == len(LISTED), "a change is listed twice"
    for (part, _), one in READ.items():
        assert part in known and one["verdict"].split(":")[0].split()[0] in VERDICTS, one
        if one["verdict"].startswith("equivalent"):
            assert not one["named"], one
        for name in one["named"]:
            assert name in {v.name for v in known[part].of_kind("misconception")}, one
