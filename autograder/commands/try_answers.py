"""`try`: what would this answer get? For authors, and for programs that test answers in bulk."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING

from autograder.check import CourseFault
from autograder.grading import harmless
from autograder.grading.executor import Observe, Pool, RunCell, run_steps
from autograder.inside.plain import Raised
from autograder.isolation import Limits, Tier, choose_tier
from autograder.isolation.worker import cpu_count
from autograder.judging.explain import explain
from autograder.judging.feedback import sentences
from autograder.judging.forbid import forbidden_use
from autograder.judging.repeats import without_repeats
from autograder.judging.verdict import Verdict, forbidden, judge, not_graded, total

if TYPE_CHECKING:
    from autograder.judging.reference import Reference

LIMITS = Limits(cell_seconds=10.0)


def try_answers(
    answers: list[dict],
    *,
    seed: int | None = None,
    workers: int | None = None,
    tier: Tier | None = None,
    reference: Reference | None = None,
) -> list[dict]:
    """Results of `[{"exercise": ..., "source": ...}, ...]`, in the same order.

    Every answer runs in a process of its own, after the set-up cells of its notebook. Without a
    sandbox on this machine it runs unprotected: whoever tries an answer has it before them.
    """
    seed = secrets.randbelow(2**31) if seed is None else seed
    tier = tier or choose_tier(trust_submissions=True)
    results: list[dict] = [{} for _ in answers]
    with Pool(tier, min(workers or cpu_count(), max(1, len(answers)))) as pool:
        # While the workers warm up, the course is read, which takes as long.
        from autograder.judging.reference import default_reference

        for position, result in _results(answers, seed, pool, reference or default_reference()):
            results[position] = result
    return results


def _results(answers, seed, pool, reference) -> Iterator[tuple[int, dict]]:
    jobs = []
    for position, answer in enumerate(answers):
        exercise, source = str(answer.get("exercise", "")), answer.get("source")
        try:
            if not isinstance(source, str):
                raise CourseFault('An answer needs a "source", the text of the solution.')
            parts = reference.parts_of(exercise)
            steps = [RunCell(text) for text in reference.setup(exercise)]
            steps += [RunCell(source), *(Observe(reference.check(part)) for part in parts)]
            jobs.append((position, exercise, source, parts, steps))
        except CourseFault as fault:
            yield position, _result(exercise, [], str(fault))
    for job, done in pool.map(lambda worker, job: run_steps(worker, job[4], seed, LIMITS), jobs):
        position, exercise, source, parts, _ = jobs[job]
        if isinstance(done, Exception):
            verdicts = [not_graded(reference.check(part), str(done)) for part in parts]
            yield position, _result(exercise, verdicts, verdicts[0].note)
            continue
        seen = done[-len(parts) :]
        verdicts = []
        for part, one in zip(parts, seen):
            check = reference.check(part)
            used = forbidden_use(source, check.forbid)
            verdict = forbidden(check, used) if used else judge(check, one, reference, seed)
            verdicts.append(verdict)
        verdicts = without_repeats(verdicts)
        yield position, _result(exercise, verdicts, _error(done[-len(parts) - 1]))


def _error(ran: dict) -> str | None:
    """What went wrong when the answer itself was executed."""
    if ran["error"] is None:
        return None
    errors = [o for o in harmless.outputs(ran["outputs"]) if o.output_type == "error"]
    name, value = harmless.plain(str(ran["error"]), 100), errors[-1].evalue if errors else ""
    return harmless.plain(explain(Raised(name, value)))


def _result(exercise: str, verdicts: list[Verdict], error: str | None) -> dict:
    faults = [verdict.note for verdict in verdicts if verdict.state != "graded"]
    earned, points = total(verdicts)
    return {
        "exercise": exercise,
        "earned": earned,
        "points": points,
        "error": faults[0] if faults else error,
        "parts": [
            {
                "id": verdict.part,
                "earned": verdict.earned,
                "points": verdict.points,
                "bonus": verdict.bonus,
                "feedback": [harmless.plain(line, 3000) for line in sentences(verdict)],
                "misconceptions": list(verdict.misconceptions),
            }
            for verdict in verdicts
        ],
    }
