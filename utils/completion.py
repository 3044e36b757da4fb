"""Which exercises are done, and the complete check where the full course is installed."""

from __future__ import annotations

import html
import json
import re
from functools import lru_cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from utils.colours import BAD, GOOD, QUIET
from utils.records import COMPLETE, load, record

MARKS = {"passed": ("✔", "done"), "failed": ("✘", "not right yet"), "open": ("○", "open")}


@lru_cache
def course_map() -> dict:
    """The course as data: {"chapters": [{"id", "title", "notebooks": [{"path", "title",
    "exercises": [{"id", "title", "stars", "minutes", "needs", "parts"}]}]}]}."""
    return json.loads(Path(__file__).with_name("course_map.json").read_text(encoding="utf-8"))


def _notebooks() -> list[dict]:
    return [book for chapter in course_map()["chapters"] for book in chapter["notebooks"]]


def _complete_check():
    """The entry point of the full course's `grade`, or None in a student's copy."""
    for entry in entry_points(group="gradients_course.complete_check", name="grade"):
        try:
            return entry if find_spec(entry.module) else None
        except ImportError:
            return None
    return None


def grade(part: str):
    """The complete check of a part, where the full course is installed.

    Shows the feedback and returns the points. In a student's copy of the course it says that this
    check runs when the work is graded, and returns None.
    """
    complete = _complete_check()
    if complete is None:
        print(f"The complete check of {part} runs when your work is graded.")
        return None
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        import inspect

        names = inspect.currentframe().f_back.f_globals
    else:
        names = shell.user_ns
    points = complete.load()(part, names)
    top = next((p["points"] for p in _parts() if p["id"] == part), None)
    if top is not None:
        state = "passed" if points == top else "open" if points.unwritten else "failed"
        record(part, COMPLETE, state)
    return points


def _parts() -> list[dict]:
    return [
        part
        for book in _notebooks()
        for exercise in book["exercises"]
        for part in exercise["parts"]
    ]


def state_of(exercise: dict, states: dict[str, str]) -> str:
    """ "passed" when all checked parts are, "failed" when one is wrong, else "open"."""
    wanted = [part["id"] for part in exercise["parts"] if not part["written"] and not part["bonus"]]
    wanted = wanted or [part["id"] for part in exercise["parts"]]
    found = [states.get(part, "open") for part in wanted]
    if "failed" in found:
        return "failed"
    return "passed" if found and all(state == "passed" for state in found) else "open"


class _Table:
    """Progress as text and as an HTML table."""

    def __init__(self, rows: list[tuple[str, str, str, str]], below: str):
        self._rows, self._below = rows, below

    def __repr__(self) -> str:
        lines = [f"{MARKS[state][0]} {name}: {MARKS[state][1]}" for _, name, state, _ in self._rows]
        return "\n".join([*lines, "", self._below])

    def _repr_html_(self) -> str:
        colours = {"passed": GOOD, "failed": BAD, "open": QUIET}
        body = "".join(
            f'<tr><td style="text-align:left">{html.escape(name)}</td>'
            f'<td style="text-align:left">{html.escape(stars)}</td>'
            f'<td style="text-align:left;color:{colours[state]}">{MARKS[state][0]} '
            f"{MARKS[state][1]}</td></tr>"
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
    books = [book for book in _notebooks() if notebook in (None, book["path"])]
    if not books:
        known = ", ".join(book["path"] for book in _notebooks())
        raise ValueError(f"There is no notebook {notebook!r}. The course has: {known}.")
    states = load()
    rows = [
        (exercise["id"], f"{exercise['id']} {exercise['title']}", state_of(exercise, states),
         "★" * exercise["stars"])
        for book in books
        for exercise in book["exercises"]
    ]  # fmt: skip
    done = sum(state == "passed" for _, _, state, _ in rows)
    below = f"{done} of {len(rows)} exercises pass their visible tests. "
    if _complete_check() is None:
        below += "The complete check runs when your work is graded."
    else:
        example = rows[0][0]
        first = next(
            (p["id"] for p in _parts() if re.match(rf"{re.escape(example)}\D?", p["id"])), example
        )
        below += f'For the complete check with feedback run grade("{first}"), or any other part.'
    return _Table(rows, below)
