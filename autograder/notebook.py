"""`grade("2.5")` in a notebook of a full copy of the course: the complete check, right there."""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import secrets
import sys
import warnings

from autograder.check import CourseFault
from autograder.inside import plain
from autograder.inside.answer import observe_answer
from autograder.judging.feedback import as_html, as_text
from autograder.judging.forbid import forbidden_use
from autograder.judging.reference import default_reference
from autograder.judging.verdict import Verdict, forbidden, judge


class Points(float):
    """The points of a part. A notebook shows the feedback, everything else the number."""

    verdict: Verdict

    @property
    def unwritten(self) -> bool:
        """Is nothing written yet?"""
        return self.verdict.unwritten

    def _repr_html_(self) -> str:
        return as_html(self.verdict)

    def _repr_pretty_(self, printer, cycle) -> None:
        # nbgrader on its own reads this number; its maximum for a bonus part is 0
        nothing = self.verdict.bonus and "NBGRADER_EXECUTION" in os.environ
        printer.text("0.0" if nothing else repr(float(self)))


def grade(part: str, namespace: dict | None = None, seed: int | None = None) -> Points:
    """Check a part with the names of the calling notebook and return the points.

    As the last line of a cell it shows the feedback; outside notebooks the feedback is printed.
    The inputs differ from call to call unless `seed` is given.
    """
    verdict = verdict_on(part, _callers_names() if namespace is None else namespace, seed)
    points = Points(verdict.earned)
    points.verdict = verdict
    if not _in_notebook() or verdict.state != "graded":
        print(as_text([verdict]))
    if verdict.state != "graded":
        raise CourseFault(verdict.note)
    return points


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


def verdict_on(part: str, namespace: dict, seed: int | None = None) -> Verdict:
    """The verdict on a namespace of this very process (self-study: nothing is isolated)."""
    reference = default_reference()
    check = reference.check(part)
    seed = secrets.randbelow(2**31) if seed is None else seed
    answer = namespace.get("In", [])
    if used := forbidden_use(_last_definition(answer, namespace, part), check.forbid):
        return forbidden(check, used)
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader on its own gives 0 to a cell that warns
        seen = observe_answer(check.observe, namespace, seed, part)
    return judge(check, plain.decode(plain.encode(seen)), reference, seed)


def _last_definition(inputs, namespace: dict, part: str) -> str:
    """The text of the cell that was last run for this part, by its first comment line."""
    marker = f"# Answer {default_reference().course.notebook_of(part).answer_of(part).key}"
    cells = [text for text in inputs if isinstance(text, str) and text.lstrip().startswith(marker)]
    return cells[-1] if cells else ""


def _callers_names() -> dict:
    if _in_notebook():
        return sys.modules["IPython"].get_ipython().user_ns
    return inspect.currentframe().f_back.f_back.f_globals
