"""A check file that cannot be loaded costs its own parts only: what stands in their place.

Which parts these are, and what they are worth, is in the course's map of the last build.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from pathlib import Path

from autograder.notation.checks import Check
from utils.parts import facts_of_parts


def why_not_loaded(module: str, problem: Exception) -> str:
    """One sentence on a check file: which one, what is wrong, and in which line."""
    file = f"{module.replace('.', '/')}.py"
    if isinstance(problem, SyntaxError):
        said, lines = problem.msg, [problem.lineno] if _is(problem.filename, file) else []
    else:
        said = " ".join(str(problem).split())
        frames = traceback.extract_tb(problem.__traceback__)
        lines = [frame.lineno for frame in frames if _is(frame.filename, file)]
    where = f", line {lines[-1]}" if lines else ""
    return f"{file} cannot be loaded ({type(problem).__name__}: {said}{where})"


def _is(filename: str | None, file: str) -> bool:
    return Path(filename or "").as_posix().endswith(file)


def lost_parts(broken: dict[str, str], known: Iterable[str]) -> dict[str, str]:
    """{part: why it has no check} for the parts of the course that no loaded file registers.

    `broken` says of each module why it was not loaded. A part is put down to the file that names it.
    """
    if not broken:
        return {}
    texts = {why: _text(module) for module, why in broken.items()}
    first = next(iter(texts))
    return {
        part: next((why for why, text in texts.items() if f'"{part}"' in text), first)
        for part in facts_of_parts().keys() - set(known)
    }


def _text(module: str) -> str:
    root = Path(__file__).resolve().parents[2]
    path = root / f"{module.replace('.', '/')}.py"
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def stand_in(part: str, why: str) -> Check:
    """A check that sees nothing: every answer to it is "not graded, a fault of the course"."""
    facts = facts_of_parts()[part]

    def observe(answer, rng):
        raise RuntimeError(why)

    return Check(
        part, observe, points=facts["points"], bonus=facts["bonus"], forbid=(), reveal=False,
        seconds=5.0, rtol=1e-4, atol=1e-6, all_or_nothing=False, weights={},
    )  # fmt: skip
