"""What is said once is not said again: bonus parts that come too early, ideas of an earlier part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from autograder.judging.verdict import Verdict
from autograder.notation.ids import exercise_of

BONUS = "-bonus"


def without_repeats(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts with less to read; points stay as they are.

    A bonus part names nothing as long as its main part is not complete. A part whose ideas were all
    named in an earlier part of its exercise refers to that part. Verdicts from an earlier run say
    what they said.
    """
    verdicts = list(verdicts)
    by_part = {verdict.part: verdict for verdict in verdicts}
    named_in: dict[tuple[str, str], str] = {}  # (exercise, idea) -> part
    made = []
    for verdict in verdicts:
        main = by_part.get(verdict.part.removesuffix(BONUS))
        exercise = exercise_of(verdict.part)
        before = [named_in.get((exercise, idea)) for idea in verdict.misconceptions]
        if verdict.state == "graded" and not verdict.full and verdict.said is None:
            if main is not None and main is not verdict and not main.full:
                said = [f"The bonus comes after {main.part}."]
                verdict = replace(verdict, said=said, misconceptions={})
            elif before and all(before):
                note = f"The same as in {_short(before[0])}."
                ideas = dict.fromkeys(verdict.misconceptions, "")
                verdict = replace(verdict, note=note, misconceptions=ideas)
        for idea in verdict.misconceptions:
            named_in.setdefault((exercise, idea), verdict.part)
        made.append(verdict)
    return made


def _short(part: str) -> str:
    """a) for 2.11a, as the exercise's parts are called in its text."""
    letter = part.removeprefix(exercise_of(part))
    return f"{letter})" if len(letter) == 1 else part
