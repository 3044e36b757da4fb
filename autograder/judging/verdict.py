"""From an observation to a verdict: which sub-checks hold, which idea went wrong, how many points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from autograder.inside.answer import MISSING, UNSET, hidden_numbers
from autograder.inside.observation import Observation, inputs_of, values_of
from autograder.inside.plain import Opaque, Raised
from autograder.judging.compare import first_difference, oracle_problem
from autograder.judging.diagnosis import diagnose, explained
from autograder.judging.explain import MISSPELT
from autograder.judging.relied_on import forbidden_in, top_names
from autograder.judging.unwritten import comes_from, is_blank, misspelling
from autograder.notation.checks import Check
from autograder.notation.faults import CourseFault, Fault
from autograder.notation.variants import Variant
from utils.compare import Difference

if TYPE_CHECKING:
    from autograder.judging.reference import Reference

FAILED = {
    "timeout": "It ran longer than it may ({seconds:g} s). Look for a loop that never ends, or for "
    "work that is done again and again.",
    "crash": "The Python process ended while your answer ran (exit, a crash, or a killed process).",
    "memory": "Your answer asked for more memory than it may have. Look at the shapes you create.",
}


@dataclass
class Line:
    """One sub-check: does it hold, what was called, what came out, how it differs or what a judge says.

    `inputs` has one call a line. `reveal`: the expected value may be shown. `typed`: a person typed
    what came out. `idea` is the name of the misconception that explains it, when it is known.
    """

    key: str
    holds: bool
    inputs: str = ""
    got: object = None
    difference: Difference | None = None
    said: str = ""
    reveal: bool = False
    typed: bool = False
    idea: str = ""


@dataclass
class Verdict:
    """The result of one part. `state` is "graded", or "not graded" for a fault of ours.

    `ended` says what ended the observation ("timeout", "crash", "memory"), if anything did. `cause`
    is the sub-check from which everything else that is wrong follows, when a judge says so. `said`
    holds the sentences of a verdict that was kept from an earlier run. `blank`: the text of the answer
    says nothing (None: the text is not known).
    """

    part: str
    points: float
    bonus: bool = False
    earned: float = 0.0
    state: str = "graded"
    note: str = ""
    ended: str = ""
    cause: str = ""
    said: list[str] | None = None
    blank: bool | None = None
    lines: list[Line] = field(default_factory=list)
    misconceptions: dict[str, str] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """All points?"""
        return self.state == "graded" and self.earned >= self.points

    @property
    def unwritten(self) -> bool:
        """Is nothing written, as far as the text or the values say?"""
        told = {UNSET, "NotImplementedError"} if self.blank is False else _NOT_WRITTEN
        return bool(self.blank) or (bool(self.lines) and all(kind in told for kind in self.kinds()))

    def kinds(self) -> Iterator[str]:
        """The types of the exceptions in its sub-checks; "" for a value."""
        for line in self.lines:
            yield from _kinds_in(line.got)

    @property
    def missing(self) -> dict[str, list[Line]]:
        """The names that are not defined, and the sub-checks that met each."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            if isinstance(line.got, Raised) and line.got.type == MISSING:
                found.setdefault(line.got.message, []).append(line)
        return found


_NOT_WRITTEN = {MISSING, UNSET, "NotImplementedError"}


def _kinds_in(got) -> Iterator[str]:
    """The types of the exceptions in what came out, also where it is a table of results."""
    inner = got.values() if isinstance(got, dict) else got if isinstance(got, (list, tuple)) else ()
    if isinstance(got, Raised):
        yield got.type
    elif not inner:
        yield ""
    for one in inner:
        yield from _kinds_in(one)


def verdict_on(
    check: Check,
    seen: Observation,
    reference: Reference,
    seed: int,
    answer: str | None,
    others: Iterable[str] = (),
) -> Verdict:
    """Forbidden or judged: the one rule, for notebooks that are graded, for `try`, for self-study.

    What an exercise wants written must not be used in the text of the answer, nor in those `others`
    of the student's texts that the answer relies on. Where the text is known (not None), it also says
    whether anything is written, and which name is a misspelling.
    """
    others = list(others)
    if used := forbidden_in(answer or "", others, check.forbid):
        return forbidden(check, used)
    verdict = judge(check, seen, reference, seed)
    if answer is not None and verdict.state == "graded" and not verdict.earned:
        cell = reference.answer_cell(check.part)
        blank = is_blank(answer, cell.stub, top_names(cell.solution), others)
        # (an answer may stand in the cell of another one)
        verdict.blank = blank and not verdict.ended and not _NOT_WRITTEN.isdisjoint(verdict.kinds())
    if verdict.unwritten:
        _without_ideas(verdict)
    elif answer is not None and verdict.missing:
        known = reference.namespace(check.part)
        mine = top_names(answer).union(*map(top_names, others))
        for name, lines in verdict.missing.items():
            if meant := misspelling(name, mine, known):
                for line in lines:
                    line.got = Raised(MISSPELT, f"{name} {meant}")
    return verdict


def stopped(verdict: Verdict, answer: str) -> None:
    """The answer cell stopped with an error: what it would have defined is not called misspelt."""
    for name, lines in verdict.missing.items():
        if comes_from(name, answer):
            for line in lines:
                line.got = Raised("NotObserved", "")


def judge(check: Check, seen: Observation, reference: Reference, seed: int) -> Verdict:
    """The verdict on what was `seen` of a student's answer.

    A fault of the course gives the state "not graded", never zero points.
    """
    verdict = Verdict(check.part, check.points, check.bonus)
    try:
        expected = trusted_values(check, reference, seed)
        if "failed" in seen:
            verdict.ended = seen["failed"]
            verdict.note = FAILED[verdict.ended].format(seconds=check.seconds)
            return verdict
        if check.decide:
            _judge_by_rule(check, seen, verdict, list(expected), seed)
        else:
            _judge_by_comparison(check, seen, expected, verdict)
            if not all(line.holds for line in verdict.lines):
                _name_misconceptions(check, seen, expected, reference, seed, verdict)
    except CourseFault as fault:
        return not_graded(check, str(fault))
    if verdict.unwritten:
        _without_ideas(verdict)
    verdict.earned = _earned(check, verdict.lines)
    return verdict


def _without_ideas(verdict: Verdict) -> None:
    """A blank answer shows no idea."""
    verdict.misconceptions, verdict.cause = {}, ""
    for line in verdict.lines:
        line.idea = ""


def _earned(check: Check, lines: list[Line]) -> float:
    if lines and all(line.holds for line in lines):
        return check.points
    if not lines or check.all_or_nothing:
        return 0.0
    held = sum(check.weight(line.key) for line in lines if line.holds)
    return round(check.points * held / sum(check.weight(line.key) for line in lines), 2)


def not_graded(check: Check, why: str) -> Verdict:
    """A verdict that says that the course is at fault."""
    why = " ".join(why.split())[:600]
    note = f"Not graded: a fault of the course, not yours ({why}). Your instructor has been told."
    return Verdict(check.part, check.points, check.bonus, state="not graded", note=note)


def forbidden(check: Check, used: str) -> Verdict:
    """The verdict on an answer that uses what the exercise wants written."""
    note = f"{used} is used, and this exercise is about writing it yourself."
    return Verdict(check.part, check.points, check.bonus, note=note)


def trusted_values(check: Check, reference: Reference, seed: int) -> dict[str, object]:
    """The reference's values by sub-check; `CourseFault` when they cannot decide anything."""
    key = check.part, seed, "trusted values"
    if key not in reference.remembered:
        reference.remembered[key] = _trusted_values(check, reference, seed)
    return reference.remembered[key]


def _trusted_values(check: Check, reference: Reference, seed: int) -> dict[str, object]:
    check.pickled  # noqa: B018 (it raises when students' answers cannot be observed)
    seen = reference.observation(check.part, seed)
    if seen["error"] is not None:
        raise CourseFault(f"check {check.part}: observing the reference raises {seen['error']}")
    values = values_of(seen)
    if not values:
        raise CourseFault(f"check {check.part} observes nothing")
    if len(values) != len(seen["entries"]):
        raise CourseFault(f"check {check.part} uses a key twice")
    if unknown := check.weights.keys() - values.keys():
        raise CourseFault(f"check {check.part} weighs {min(unknown)!r}, which it does not observe")
    for key, value in values.items():
        if isinstance(value, (Raised, Opaque)):
            raise CourseFault(f"check {check.part}, {key!r}: the reference gives {value!r}")
    if not check.decide and (problem := oracle_problem(values.values())):
        raise CourseFault(f"check {check.part}: {problem}")
    if check.decide:
        faults = [o for o in decisions(check, values, seed).values() if o is not True]
        if faults:
            raise CourseFault(f"check {check.part}: its judge rejects the reference ({faults[0]})")
    return values


def decisions(check: Check, values: dict, seed: int) -> dict[str, object]:
    """What a check's own judge says: {key: True or Fault}. It draws the same hidden inputs again."""
    try:
        with np.errstate(all="ignore"):  # the values may be anything
            said = check.decide(values, hidden_numbers(seed, check.part))
    except Exception as problem:
        raise CourseFault(
            f"check {check.part}: its judge raises {type(problem).__name__}: {problem}"
        ) from problem
    if not isinstance(said, dict):
        raise CourseFault(
            f"check {check.part}: its judge gives {said!r}, not an outcome for each key"
        )
    return {key: Fault(o) if isinstance(o, str) else o for key, o in said.items()}


def _judge_by_comparison(check: Check, seen: Observation, expected: dict, verdict: Verdict) -> None:
    got, inputs = values_of(seen), inputs_of(seen)
    missing = seen["error"] or Raised("NotObserved", "")
    for key, wanted in expected.items():
        value = got.get(key, missing)
        how = _compared(wanted, value, check)
        shown = inputs.get(key, "")
        verdict.lines.append(
            Line(key, how is None, shown, value, how, reveal=check.reveal, typed=check.is_typed)
        )


def _compared(wanted, value, check: Check) -> Difference | None:
    """How a student's value differs. One that cannot even be compared is not right."""
    try:
        return first_difference(wanted, value, check.rtol, check.atol)
    except Exception:
        return Difference(value, wanted, "it has a form that cannot be compared")


def _judge_by_rule(
    check: Check, seen: Observation, verdict: Verdict, keys: list[str], seed: int
) -> None:
    got, inputs = values_of(seen), inputs_of(seen)
    values = {key: got.get(key, seen["error"]) for key in keys}
    said = _said_of_student(check, values, seed)
    for key in keys:
        outcome, value = said.get(key, Fault("it was not judged")), values[key]
        named = isinstance(outcome, Fault) and outcome.misconception
        if not named and (isinstance(value, Raised) or not isinstance(outcome, (bool, Fault))):
            outcome = Fault("it raised an exception")
        elif outcome is False:
            outcome = Fault("")
        holds = outcome is True
        line = Line(key, holds, inputs.get(key, ""), value, typed=check.is_typed)
        verdict.lines.append(line)
        if not holds:
            line.said = outcome.sentence
            variant = check.variants.get(outcome.misconception)
            if sentence := variant.sentence if variant else line.said:
                line.idea = outcome.misconception or ""
            if line.idea:
                verdict.misconceptions[line.idea] = sentence
            if outcome.cause and not verdict.cause:
                verdict.cause = key
    if verdict.cause:
        _follows_from(verdict, verdict.cause)


def _follows_from(verdict: Verdict, cause: str) -> None:
    """Everything that is wrong has one cause: no other idea is named, and no other line stands beside it."""
    (idea,) = (line.idea for line in verdict.lines if line.key == cause)
    verdict.misconceptions = {n: s for n, s in verdict.misconceptions.items() if n == idea}
    for line in verdict.lines:
        line.idea = "" if line.holds else idea


def _said_of_student(check: Check, values: dict, seed: int) -> dict:
    """The judge's word on a student's values. Values of the wrong kind are the student's fault:
    the judge accepts the reference (that was tried first), so it is the values that are malformed.
    """
    try:
        return decisions(check, values, seed)
    except CourseFault:
        broken = any(isinstance(value, Raised) for value in values.values())
        why = (
            "this could not be judged, because an earlier step failed"
            if broken
            else ("the result does not have the form that the exercise asks for")
        )
        return {key: Fault(why) for key in values}


def _name_misconceptions(check, seen, expected, reference, seed, verdict) -> None:
    got = values_of(seen)
    wrong = {line.key: line for line in verdict.lines if not line.holds}
    variants = check.of_kind("misconception")

    def wrong_values(variant: Variant) -> dict:
        return _wrong_values(check, variant, expected, reference, seed)

    verdict.misconceptions = diagnose(variants, wrong_values, got, set(wrong))
    for name in verdict.misconceptions:
        for key in explained(name, variants, wrong_values, got, set(wrong)):
            wrong[key].idea = wrong[key].idea or name


def _wrong_values(check: Check, variant: Variant, expected: dict, reference, seed: int) -> dict:
    """What a known wrong answer gives in the sub-checks that it fails."""
    key = check.part, seed, variant.key
    if key not in reference.remembered:
        seen = reference.observation(check.part, seed, variant)
        theirs = values_of(seen)
        missing = seen["error"] or Raised("NotObserved", "")
        reference.remembered[key] = {
            name: theirs.get(name, missing)
            for name, value in expected.items()
            if first_difference(value, theirs.get(name), check.rtol, check.atol) is not None
        }
    return reference.remembered[key]


def total(verdicts: Iterable[Verdict]) -> tuple[float, float]:
    """(earned, points) without the bonus parts."""
    graded = [verdict for verdict in verdicts if not verdict.bonus]
    return round(sum(v.earned for v in graded), 2), round(sum(v.points for v in graded), 2)
