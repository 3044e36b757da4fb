"""Which cells of the notebook were run: the answers, whether they stopped, and the set-up.

It watches the cells of a live notebook from the moment that `utils` is first used in it.
"""

from __future__ import annotations

import hashlib
import linecache
import re
import sys
import traceback
from dataclasses import dataclass
from types import TracebackType

from utils.explanations import explanation
from utils.marks import say

SET_UP = "# Run me first, and again after every restart"  # begins the first set-up cell
GIVEN = "# Given: run me too, and again after every restart"  # begins the others
_ANSWER = re.compile(r"\s*#\s*Answer\s+(\S+)", re.I)
_TESTS = re.compile(r"\s*#\s*Visible tests\s+(\S+)", re.I)


@dataclass(frozen=True)
class Answer:
    """An answer cell as it was last run: a hash of its text, and why it stopped ("" if it did not)."""

    digest: str
    stopped: str = ""


_answers: dict[str, Answer] = {}
_told: dict[str, int] = {}  # part -> the run in which something was said that ends its test
_watched = None


def watch() -> None:
    """Begin to watch, in a live notebook."""
    global _watched
    shell = live_shell()
    if shell is None or _watched is shell:
        return
    _watched = shell
    for text in shell.user_ns.get("In", [])[:-1]:
        _remember(text)
    shell.events.register("post_run_cell", _after)
    shell.set_custom_exc((NameError,), _name_error)


def live_shell():
    """The shell of the notebook that somebody has open; None elsewhere (scripts, grading)."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    shell = get_ipython()
    return shell if getattr(shell, "kernel", None) is not None else None


def this_run() -> int | None:
    """The number of the cell that is running; None where nobody counts."""
    shell = live_shell()
    return None if shell is None else shell.execution_count


def answer(key: str) -> Answer | None:
    """The answer cell of a part as it was last run in this session."""
    return _answers.get(key)


def is_missing(key: str) -> bool:
    """Is it known that this answer cell was not run since the kernel was started?"""
    return live_shell() is not None and key not in _answers


def set_up_is_missing() -> bool:
    """Is it known that the set-up cell was not run since the kernel was started?"""
    shell = live_shell()
    if shell is None:
        return False
    return not any(str(text).lstrip().startswith(SET_UP) for text in shell.user_ns.get("In", []))


def tell_once(part: str, text: str, state: str) -> None:
    """Say what ends the test of a part, once in the run of a cell."""
    if not was_told(part):
        say(text, state)
    if (run := this_run()) is not None:
        _told[part] = run


def was_told(part: str) -> bool:
    """Was that said already in this run?"""
    return this_run() is not None and _told.get(part) == this_run()


def students_line(trace: TracebackType | None, but_not: str = "") -> str:
    """The last line of a notebook cell in a traceback that is not ours; "" when there is none.

    but_not: the file name of the test cell.
    """
    line = ""
    for frame in traceback.extract_tb(trace):
        is_cell = frame.filename.startswith("<") or "ipykernel" in frame.filename
        if is_cell and frame.filename != but_not and not _is_ours(frame.filename):
            line = frame.line or line
    return line.strip()


def _is_ours(filename: str) -> bool:
    text = "".join(linecache.getlines(filename)).lstrip()
    return text.startswith((SET_UP, GIVEN)) or bool(_TESTS.match(text))


def _after(result) -> None:
    """A cell was run: remember it when it is an answer."""
    text = result.info.raw_cell if result.info is not None else ""
    _remember(text, result.error_before_exec or result.error_in_exec)


def _remember(text: str, problem: BaseException | None = None) -> None:
    found = _ANSWER.match(text or "")
    if found is None:
        return
    from utils.records import answered

    _answers[found[1]] = Answer(digest(text), _why(problem))
    answered(found[1], _answers[found[1]].digest)


def _why(problem: BaseException | None) -> str:
    if problem is None or isinstance(problem, NotImplementedError):
        return ""
    line = problem.text or "" if isinstance(problem, SyntaxError) else ""
    line = (line or students_line(problem.__traceback__)).strip()
    return explanation(type(problem).__name__, str(problem), line).replace("`", "")


def digest(text: str) -> str:
    """A hash of a cell's text, blind to blanks at the ends of lines."""
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def _name_error(shell, kind, problem, trace, tb_offset=None):
    """In place of a NameError's traceback: that the set-up cell is missing, when it is."""
    if not set_up_is_missing():
        shell.showtraceback((kind, problem, trace), tb_offset=tb_offset)
        return None
    shell._showtraceback(kind, problem, [run_set_up(problem)])
    return None


def run_set_up(problem: NameError) -> str:
    """What to do about a name that the set-up gives."""
    name = getattr(problem, "name", None) or "A name"
    return (
        f"{name} is not defined: run the first code cell of this notebook, and again after every "
        "restart; then run this cell once more."
    )
