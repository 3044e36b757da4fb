"""`grade("2.5")` in a notebook of a full copy of the course: the complete check, right there."""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import secrets
import sys
import warnings
from functools import lru_cache

from autograder.course.cell_ids import grade_id, named_by_first_line
from autograder.course.nbgrader_source import text_of
from autograder.inside import plain
from autograder.inside.answer import observe_answer
from autograder.inside.fresh import code_of
from autograder.inside.marks import Marks
from autograder.inside.observation import Observation
from autograder.judging.feedback import as_html, as_text
from autograder.judging.reference import default_reference
from autograder.judging.relied_on import top_names
from autograder.judging.repeats import without_repeats
from autograder.judging.verdict import Verdict, verdict_on
from autograder.notation.checks import Check
from autograder.notation.faults import CourseFault
from autograder.notation.ids import exercise_of
from autograder.notation.registry import all_checks
from autograder.report.solution import OpenedSolution, solution_of
from utils.colours import QUIET
from utils.limits import Stopped, time_limit
from utils.marks import Said

USUAL_SECONDS = 10.0  # any check may take that long (imports do); one that may take longer says so


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
    verdict = check_answer(part, _callers_names() if namespace is None else namespace, seed)
    verdict = _beside_the_others(verdict)
    points = Points(verdict.earned)
    points.verdict = verdict
    if not _in_notebook() or verdict.state != "graded":
        print(as_text([verdict]))
    if verdict.state != "graded":
        raise CourseFault(verdict.note)
    return points


def opened_solution(exercise: str) -> OpenedSolution:
    """The reference solution of an exercise with its commentary; `utils.solution` asks for it."""
    return solution_of(exercise, default_reference())


_last: dict[str, Verdict] = {}  # of this session, by part


def _beside_the_others(verdict: Verdict) -> Verdict:
    """The verdict without what was said at the earlier parts of the exercise."""
    _last[verdict.part] = verdict
    in_order = [
        _last[p] for p in default_reference().parts_of(exercise_of(verdict.part)) if p in _last
    ]
    return next(one for one in without_repeats(in_order) if one.part == verdict.part)


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


def check_answer(part: str, namespace: dict, seed: int | None = None) -> Verdict:
    """The verdict on a namespace of this very process (self-study: nothing is isolated)."""
    reference = default_reference()
    check = reference.check(part)
    seed = secrets.randbelow(2**31) if seed is None else seed
    with _said_while_it_runs(check):
        seen = _observed(check, namespace, seed)
    written = _answer_and_others(part, namespace.get("In", []))
    return verdict_on(check, seen, reference, seed, *written)


def _observed(check: Check, namespace: dict, seed: int) -> Observation:
    """What the check sees, within its limit of time. An interrupt ends all of it."""
    if check.forbid and sys.platform == "linux":  # elsewhere forks are not safe
        return _observed_without(check, namespace, seed)
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            warnings.catch_warnings(),
            time_limit(max(check.seconds, USUAL_SECONDS)),
        ):
            warnings.simplefilter("ignore")  # nbgrader on its own gives 0 to a cell that warns
            seen = observe_answer(check.observe, namespace, seed, check.part)
    except Stopped as stop:
        if stop.interrupted:
            raise KeyboardInterrupt(f"the complete check of {check.part} was interrupted") from None
        return {"failed": "timeout"}
    return plain.decode(plain.encode(seen))


def _observed_without(check: Check, namespace: dict, seed: int) -> Observation:
    """The same in a fork, from which the modules that the check forbids are taken away."""
    marks, number = _marks(), secrets.randbits(32)
    marks.add(number, namespace)
    request = {"mark": number, "observe": check.pickled, "without": list(check.forbid)}
    request |= {"part": check.part, "seed": seed, "seconds": max(check.seconds, USUAL_SECONDS)}
    reply = marks.observe(request)
    return reply.get("observation", reply)


@lru_cache
def _marks() -> Marks:
    return Marks(code_of())


@contextlib.contextmanager
def _said_while_it_runs(check: Check):
    """A line beneath the cell for as long as a check runs that trains networks."""
    if check.seconds <= USUAL_SECONDS or not _in_notebook():
        yield
        return
    from IPython.display import display

    text = f"The complete check of {check.part} runs (for {check.seconds:g} seconds at most) …"
    line = display(Said(text, QUIET), display_id=True)
    try:
        yield
    finally:
        if line is not None:
            line.update(Said("", QUIET))


def _answer_and_others(part: str, inputs: list) -> tuple[str | None, list[str]]:
    """The cell that was last run as the answer (None when none is marked as such), and the student's
    own cells that are still in force."""
    reference = default_reference()
    mine = grade_id("answer", reference.answer_cell(part).key)
    notebook = reference.course.notebook_of(part)
    given = {text_of(cell, notebook, all_checks()).strip() for cell in notebook.cells}
    answer, others, redefined = "", [], set()
    for text in reversed([text for text in inputs if isinstance(text, str)]):
        name, defines = named_by_first_line(text), top_names(text)
        if name == mine:
            answer = answer or text
        elif not name and text.strip() not in given and not (defines and defines <= redefined):
            others.append(text)
        redefined |= defines
    return answer or None, others


def _callers_names() -> dict:
    if _in_notebook():
        return sys.modules["IPython"].get_ipython().user_ns
    return inspect.currentframe().f_back.f_back.f_globals
