"""`grade("2.5")` in a notebook of a full copy of the course: the complete check, right there."""

from __future__ import annotations

import inspect
import secrets

from autograder.check import CourseFault
from autograder.feedback import as_html, as_text
from autograder.forbid import forbidden_use
from autograder.inside import plain
from autograder.inside.answer import observe_answer
from autograder.reference import default_reference
from autograder.verdict import Verdict, judge


class _Shown:
    """Feedback that a notebook renders as HTML and everything else as text."""

    def __init__(self, verdict: Verdict):
        self._verdict = verdict

    def __repr__(self) -> str:
        return as_text([self._verdict])

    def _repr_html_(self) -> str:
        return as_html(self._verdict)


def grade(part: str, namespace: dict | None = None, seed: int | None = None) -> float:
    """Check a part with the names of the calling notebook, show the feedback, return the points.

    The inputs differ from call to call unless `seed` is given.
    """
    verdict = verdict_on(part, _callers_names() if namespace is None else namespace, seed)
    try:
        from IPython.display import display

        display(_Shown(verdict))
    except ImportError:
        print(_Shown(verdict))
    if verdict.state != "graded":
        raise CourseFault(verdict.note)
    return float(verdict.earned)


def verdict_on(part: str, namespace: dict, seed: int | None = None) -> Verdict:
    """The verdict on a namespace of this very process (self-study: nothing is isolated)."""
    reference = default_reference()
    check = reference.check(part)
    seed = secrets.randbelow(2**31) if seed is None else seed
    answer = namespace.get("In", [])
    if used := forbidden_use(_last_definition(answer, namespace, part), check.forbid):
        return forbidden(check, used)
    seen = plain.decode(plain.encode(observe_answer(check.observe, namespace, seed, part)))
    return judge(check, seen, reference, seed)


def forbidden(check, used: str) -> Verdict:
    """The verdict on an answer that uses what the exercise wants written."""
    note = f"{used} is used, and this exercise is about writing it yourself."
    return Verdict(check.part, check.points, check.bonus, note=note)


def _last_definition(inputs, namespace: dict, part: str) -> str:
    """The text of the cell that was last run for this part, by its first comment line."""
    marker = f"# Answer {default_reference().course.notebook_of(part).answer_of(part).key}"
    cells = [text for text in inputs if isinstance(text, str) and text.lstrip().startswith(marker)]
    return cells[-1] if cells else ""


def _callers_names() -> dict:
    try:
        from IPython import get_ipython

        if shell := get_ipython():
            return shell.user_ns
    except ImportError:
        pass
    return inspect.currentframe().f_back.f_back.f_globals
