"""`try`: what would this answer get? For authors, and for programs that test answers in bulk."""

from __future__ import annotations

import ast
import secrets
from collections.abc import Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING

from autograder.grading import harmless
from autograder.grading.executor import Observe, Pool, RunCell, run_steps
from autograder.grading.grade import part_record
from autograder.inside.observation import Ran
from autograder.inside.plain import Raised
from autograder.isolation import Limits, Tier, choose_tier
from autograder.isolation.worker import cpu_count
from autograder.judging.explain import explain
from autograder.judging.forbid import parsed
from autograder.judging.relied_on import top_names
from autograder.judging.repeats import without_repeats
from autograder.judging.verdict import Verdict, not_graded, total, verdict_on
from autograder.notation.faults import CourseFault

if TYPE_CHECKING:
    from autograder.judging.reference import Reference

LIMITS = Limits(cell_seconds=10.0)
TOLD = ("id", "earned", "points", "bonus", "feedback", "misconceptions")  # of a part


def try_answers(
    answers: list[dict],
    *,
    seed: int | None = None,
    workers: int | None = None,
    tier: Tier | None = None,
    reference: Reference | None = None,
    pool: Pool | None = None,
) -> list[dict]:
    """Results of `[{"exercise": ..., "source": ...}, ...]`, in the same order.

    Every answer runs in a process of its own, after the set-up cells of its notebook. Without a
    sandbox on this machine it runs unprotected: the person who tries an answer has read it.
    A `pool` of warm workers, if given, is used and kept.
    """
    seed = secrets.randbelow(2**31) if seed is None else seed
    tier = tier or choose_tier(trust_submissions=True)
    results: list[dict] = [{} for _ in answers]
    size = min(workers or cpu_count(), max(1, len(answers)))
    with nullcontext(pool) if pool else Pool(tier, size) as pool:
        # While the workers warm up, the course is read, which takes as long.
        from autograder.judging.reference import default_reference

        for position, result in _results(answers, seed, pool, reference or default_reference()):
            results[position] = result
    return results


def _results(answers, seed, pool, reference) -> Iterator[tuple[int, dict]]:
    jobs = []
    for position, answer in enumerate(answers):
        answer = answer if isinstance(answer, dict) else {}
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
        try:
            if isinstance(done, Exception):
                raise done
            yield position, _judged(exercise, source, parts, done, reference, seed)
        except Exception as mistake:  # ours, in one answer: the others go on
            why = str(mistake) or type(mistake).__name__
            verdicts = [not_graded(reference.check(part), why) for part in parts]
            yield position, _result(exercise, verdicts, verdicts[0].note)


def _judged(
    exercise: str, source: str, parts: list[str], done: list, reference: Reference, seed: int
) -> dict:
    seen = done[-len(parts) :]
    verdicts = []
    for part, one in zip(parts, seen):
        check = reference.check(part)
        written = answer_and_others(source, part, reference)
        verdicts.append(verdict_on(check, one, reference, seed, *written))
    return _result(exercise, without_repeats(verdicts), _error(done[-len(parts) - 1]))


def answer_and_others(source: str, part: str, reference: Reference) -> tuple[str, list[str]]:
    """The answer to a part and the other statements of a file, as a notebook has them in its cells.

    A file may hold all answers of an exercise. What defines another answer is neither of the two.
    """
    mine, cells = reference.answer_cell(part), reference.answer_cells(part)
    ours = top_names(mine.solution)
    theirs = {name for cell in cells for name in top_names(cell.solution)} - ours
    tree = parsed(source)
    if not theirs or tree is None:
        return source, []
    answer, others = [], []
    try:
        texts = [ast.unparse(statement) for statement in tree.body]
    except RecursionError:
        return source, []
    for text in texts:
        if (names := top_names(text)) & ours:
            answer.append(text)
        elif not names & theirs:
            others.append(text)
    return "\n".join(answer), others


def _error(ran: Ran) -> str | None:
    """What went wrong when the answer itself was executed."""
    if ran["error"] is None:
        return None
    errors = [o for o in harmless.outputs(ran["outputs"]) if o.output_type == "error"]
    name, value = harmless.plain(str(ran["error"]), 100), errors[-1].evalue if errors else ""
    return harmless.line(explain(Raised(name, value)))


def _result(exercise: str, verdicts: list[Verdict], error: str | None) -> dict:
    faults = [verdict.note for verdict in verdicts if verdict.state != "graded"]
    earned, points = total(verdicts)
    return {
        "exercise": exercise,
        "earned": earned,
        "points": points,
        "error": faults[0] if faults else error,
        "parts": [
            {name: value for name, value in part_record(verdict).items() if name in TOLD}
            for verdict in verdicts
        ],
    }
