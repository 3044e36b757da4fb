"""Which exercises are done, and the complete check where the full course is installed."""

from __future__ import annotations

import html
import inspect
import os
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec

from utils import cells
from utils.colours import QUIET
from utils.marks import COLOURS, FAILED, MARKS, OPEN, PASSED, UNCHECKED, say
from utils.parts import course_map, facts, notebooks, parts_named, parts_of_exercise
from utils.records import CHANGED, COMPLETE, load, record, stopped_answer, tries

__all__ = ["course_map", "grade", "progress", "solution", "state_of"]

TRIES = 3  # wrong answers to a part after which its solution may be opened

WORDS = {
    PASSED: "done",
    UNCHECKED: "right so far, not checked yet",
    FAILED: "not right yet",
    OPEN: "open",
    CHANGED: "changed since it was checked",
}


def _mark(state: str) -> str:
    return MARKS.get(state, MARKS[OPEN])


def _complete_check():
    """The entry point of the full course's `grade`; None in a student's copy, or while work is graded."""
    if "ISOLATED_GRADING" in os.environ:
        return None  # that check is under way, elsewhere
    for entry in entry_points(group="gradients_course.complete_check", name="grade"):
        try:
            return entry if find_spec(entry.module) else None
        except ImportError:
            return None
    return None


def grade(name: str):
    """The complete check of a part, or of all parts of an exercise.

        grade("2.5")
        grade("2.1a")

    Where the full course is installed it shows the feedback and returns the points (the sum, for an
    exercise of several parts). In a student's copy it says that this check runs when the work is graded,
    and returns None. It says nothing where the visible tests above it have said that nothing is written.
    """
    if "ISOLATED_GRADING" in os.environ:
        return None
    cells.watch()
    try:
        parts = parts_named(name)
    except LookupError as problem:
        return say(str(problem))
    complete = _complete_check()
    if complete is None:
        if not all(cells.was_told(part) for part in parts):
            say(f"{name}: the complete check runs when your work is graded.")
        return None
    check, names = complete.load(), _callers_names()
    if len(parts) == 1:
        return _graded(parts[0], check, names)
    every = [(part, _graded(part, check, names)) for part in parts]
    if cells.live_shell() is not None:
        from IPython.display import display

        for _, points in every:
            if points is not None:
                display(points)
    return sum(
        float(points) for part, points in every if points is not None and not facts(part)["bonus"]
    )


def _graded(part: str, check, names: dict):
    """The points of one part, remembered; None when it is not there to be checked."""
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        return check(part, names)  # nbgrader on its own gives all points to a cell without a number
    if cells.was_told(part):
        return None
    if stopped := stopped_answer(part):
        record(part, COMPLETE, FAILED)
        return cells.tell_once(part, stopped, FAILED)
    points = check(part, names)
    full = facts(part)["points"]
    record(part, COMPLETE, PASSED if points == full else OPEN if points.unwritten else FAILED)
    return points


def solution(name: str):
    """The reference solution of an exercise, with a commentary and another right way.

        solution("2.5")

    It opens when the complete check has found every part right, or three different answers to it wrong.
    In a student's copy it says that the solution comes with the feedback, and returns None.
    """
    try:
        parts = parts_of_exercise(name)
    except LookupError as problem:
        return say(str(problem))
    complete = _complete_check()
    if complete is None:
        return say(f"{name}: the solution comes with the feedback on your work.")
    states = load()
    asked = [part for part in parts if not facts(part)["bonus"]] or parts
    if closed := [p for p in asked if states.get(p) != PASSED and tries(p) < TRIES]:
        counts = ", ".join(f"{part} has {tries(part)}" for part in closed)
        return say(
            f"The solution of {name} opens when the complete check finds it right, or after {TRIES} "
            f"different answers of yours that it finds wrong. So far: {counts}."
        )
    return import_module(complete.module).opened_solution(name)


def _callers_names() -> dict:
    """The names of the notebook, or of the script that called `grade`."""
    from IPython import get_ipython

    shell = get_ipython()
    return inspect.currentframe().f_back.f_back.f_globals if shell is None else shell.user_ns


def state_of(exercise: dict, states: dict[str, str]) -> str:
    """Of an exercise: "failed" when a checked part is wrong, "passed" when all are right, "unchecked"
    when all are right as far as they were looked at, "changed" when one was changed, else "open"."""
    wanted = [part["id"] for part in exercise["parts"] if not part["written"] and not part["bonus"]]
    wanted = wanted or [part["id"] for part in exercise["parts"]]
    found = [states.get(part, OPEN) for part in wanted]
    for state in (FAILED, CHANGED, OPEN, UNCHECKED):
        if state in found:
            return state
    return PASSED if found else OPEN


class _Table:
    """Progress as text and as an HTML table."""

    def __init__(self, rows: list[tuple[str, str, str, str]], below: str):
        self._rows, self._below = rows, below

    def __repr__(self) -> str:
        lines = [f"{_mark(state)} {name}: {WORDS[state]}" for _, name, state, _ in self._rows]
        return "\n".join([*lines, "", self._below])

    def _repr_html_(self) -> str:
        body = "".join(
            f'<tr><td style="text-align:left">{html.escape(name)}</td>'
            f'<td style="text-align:left">{html.escape(stars)}</td>'
            f'<td style="text-align:left;color:{COLOURS.get(state, QUIET)}">{_mark(state)} '
            f"{WORDS[state]}</td></tr>"
            for _, name, state, stars in self._rows
        )
        return (
            '<table><caption style="text-align:left">Your progress</caption>'
            '<thead><tr><th style="text-align:left">Exercise</th><th style="text-align:left">'
            f'Stars</th><th style="text-align:left">State</th></tr></thead><tbody>{body}</tbody>'
            f"</table><p>{html.escape(self._below)}</p>"
        )


def progress(notebook: str | None = None) -> _Table:
    """What is done: of one notebook ("ch02_autograd/01_by_hand"), or of the whole course."""
    books = [book for book in notebooks() if notebook in (None, book["path"])]
    if not books:
        known = ", ".join(book["path"] for book in notebooks())
        raise ValueError(f"There is no notebook {notebook!r}. The course has: {known}.")
    states = load()
    rows = [
        (exercise["id"], f"{exercise['id']} {exercise['title']}", state_of(exercise, states),
         "★" * exercise["stars"])
        for book in books
        for exercise in book["exercises"]
    ]  # fmt: skip
    found = [state for _, _, state, _ in rows]
    below = f"{found.count(PASSED)} of {len(rows)} exercises are done (✔)"
    if soon := found.count(UNCHECKED):
        below += f", {soon} more {'is' if soon == 1 else 'are'} right so far (◐)"
    if _complete_check() is None:
        below += ". The complete check runs when your work is graded."
    else:
        below += f'. For the complete check of an exercise run grade("{rows[0][0]}"), or any other.'
    return _Table(rows, below)
