"""The visible checks of a notebook: one line each, with a mark.

✔ decided, and right · ◐ right as far as it was looked at · ✘ wrong · ○ not written yet
"""

from __future__ import annotations

import dis
import linecache
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType

from utils import cells
from utils.compare import ONE_TUPLE, Difference, first_difference
from utils.explanations import explanation
from utils.limits import Stopped, time_limit
from utils.marks import FAILED, MARKS, OPEN, PASSED, UNCHECKED, say
from utils.parts import facts
from utils.records import answer_of, record, stopped_answer
from utils.values import show

SECONDS = 60.0  # for one expectation
TOO_LONG = (
    "had no result after a minute and was stopped. Look for a loop that never ends, or for work that "
    "grows much faster than its input."
)

cells.watch()  # from the set-up cell on, which imports this


class NotAsExpected(AssertionError):
    """An expectation that does not hold. Notebooks show its message without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


def expect(part: str, attempt: Callable, wanted, rtol: float = 1e-6, atol: float = 1e-9) -> None:
    """Say whether `attempt()` gives `wanted`.

        expect("2.5", lambda: Div().forward(6, 2), 3.0)
        expect("2.1b", lambda: x_new, is_number)

    part: the exercise's part. attempt: a function without arguments; its text names the input.
    wanted: the value, or the kind of value (see `utils.forms`).
    Prints ✘ with the input, what came out and what was expected, or ○ when nothing is written yet: a
    name that holds `...` or is missing, a function that raises NotImplementedError. When all is well it
    prints ✔ where the visible tests decide the answer (the source says `decides=true`), and ◐ elsewhere.
    Validate, and programs without a notebook, get `NotAsExpected`.
    """
    __tracebackhide__ = True  # IPython leaves this frame out of tracebacks
    cells.watch()
    text = _text_of(attempt)
    outcome = outcome_of(part, text, attempt, wanted, rtol, atol)
    record(part, text, outcome.state)
    if _must_raise(part, outcome.state):
        raise NotAsExpected(outcome.said)
    if outcome.of_whole_part:
        cells.tell_once(part, outcome.said, outcome.state)
    else:
        say(outcome.said, outcome.state)


def is_validating() -> bool:
    """Is this nbgrader's Validate?"""
    return os.environ.get("NBGRADER_EXECUTION") == "validate"


def _must_raise(part: str, state: str) -> bool:
    """Is an exception needed? People who have a notebook open see all lines, and go on."""
    if "ISOLATED_GRADING" in os.environ:
        return False
    if is_validating():
        return state in (FAILED, OPEN) and not facts(part).get("bonus")
    return state == FAILED and cells.live_shell() is None


@dataclass(frozen=True)
class Outcome:
    """How an expectation went, and what is said about it."""

    state: str
    said: str
    of_whole_part: bool = False  # need not be said for every expectation


def outcome_of(
    part: str, text: str, attempt: Callable, wanted, rtol: float, atol: float
) -> Outcome:
    """Try an expectation; `text` is how the attempt is written."""
    if stopped := stopped_answer(part):
        return Outcome(FAILED, stopped, True)
    if name := _unwritten_name(attempt):
        return _open(part, f"{name} = ...")
    try:
        got = _tried(attempt)
    except NotImplementedError:
        return _open(part, text)
    except Stopped as stop:
        if stop.interrupted:
            raise KeyboardInterrupt from None
        return Outcome(FAILED, f"✘ {part}: {text} {TOO_LONG}", True)
    except Exception as problem:
        if isinstance(problem, NameError) and (missing := _missing(part, problem, attempt)):
            return missing
        said = f"✘ {part}: {text} stops with an error. {_explained(problem, attempt)}"
        return Outcome(FAILED, said)
    if got is ...:
        return _open(part, text)
    how = _problem(wanted, got, rtol, atol)
    if how is not None:
        return Outcome(FAILED, _message(part, text, got, wanted, how))
    is_kind = callable(wanted)
    # (a part that is not of the course, as on the start page, has nothing but its expectations)
    decides = facts(part).get("decides", False) if facts(part) else not is_kind
    state = PASSED if decides else UNCHECKED
    if not is_kind:
        return Outcome(state, f"{MARKS[state]} {text} is {_show(got)}")
    kind = getattr(wanted, "described", "")
    said = f"{MARKS[state]} {text}" + (f" is {kind}" if kind else "")
    return Outcome(state, said if decides else f"{said}: not checked yet")


def _tried(attempt: Callable):
    """The result; an answer that does not end is stopped where nobody else would stop it."""
    if cells.live_shell() is None:
        return attempt()
    with time_limit(SECONDS):
        return attempt()


def _open(part: str, reason: str) -> Outcome:
    return Outcome(OPEN, f"○ {part} is not written yet ({reason})", True)


def _missing(part: str, problem: NameError, attempt: Callable) -> Outcome | None:
    """What to say of a missing name, when that is no mistake in the answer."""
    if cells.set_up_is_missing():
        return Outcome(OPEN, f"○ {part}: {cells.run_set_up(problem)}", True)
    key = answer_of(part)
    if cells.is_missing(key):
        said = f"○ {part} was not run yet ({problem}): run the answer cell {key}, then this cell."
        return Outcome(OPEN, said, True)
    is_asked = getattr(problem, "name", None) in attempt.__code__.co_names
    return _open(part, str(problem)) if is_asked else None


def _problem(wanted, got, rtol, atol) -> Difference | None:
    if callable(wanted):
        return None if wanted(got) else Difference(got, wanted, _not_of_the_kind(got))
    return first_difference(wanted, _plain(got), rtol, atol)


def _not_of_the_kind(got) -> str:
    if got is None:
        return "it is None"
    if isinstance(got, tuple) and len(got) == 1:
        return ONE_TUPLE
    return ""


def _explained(problem: Exception, attempt: Callable) -> str:
    """What the exception means; with the line of the answer that raised it."""
    line = cells.students_line(problem.__traceback__, attempt.__code__.co_filename)
    return explanation(type(problem).__name__, str(problem), line).replace("`", "")


def _plain(value):
    """Tensors as arrays; other values as they are."""
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value


def _unwritten_name(attempt: Callable) -> str | None:
    """A name in the attempt's text that still holds the `...` of an answer that is not written."""
    unwritten = {name for name, value in attempt.__globals__.items() if value is ...}
    names = _global_names(attempt.__code__) if unwritten else ()
    return next((name for name in names if name in unwritten), None)


def _global_names(code: CodeType) -> Iterator[str]:
    for step in dis.get_instructions(code):
        if step.opname == "LOAD_GLOBAL":
            yield step.argval
        elif isinstance(step.argval, CodeType):  # a comprehension, a lambda inside
            yield from _global_names(step.argval)


def _message(part, text, got, wanted, problem: Difference) -> str:
    lines = [f"✘ {part}: {text}", f"   came out:  {_show(got)}"]
    expected = getattr(wanted, "described", "") if callable(wanted) else _show(wanted)
    if expected:
        lines.append(f"   expected:  {expected}")
    if problem.inner is not None or problem.how:
        lines.append(f"   that is:   {_where(problem)}")
    return "\n".join(lines)


def _where(problem: Difference) -> str:
    """The first wrong entry and its place; or how the whole is of another kind."""
    places = []
    while problem.inner is not None:
        places.append(problem.place)
        problem = problem.inner
    where = ", ".join(places)
    if problem.how:
        how = f"{problem.how}; is a return missing?" if problem.got is None else problem.how
        return f"{where}: {how}" if where else how
    return f"{where} there is {_show(problem.got)}, expected {_show(problem.expected)}"


def _show(value) -> str:
    return show(value, 300)


def _text_of(attempt: Callable) -> str:
    """The source of the lambda's body, for messages."""
    code = attempt.__code__
    lines = linecache.getlines(code.co_filename)
    spans = [span for span in code.co_positions() if span[0] and span[3]]
    if not lines or not spans:
        return "the result"
    first, column = min((span[0], span[2]) for span in spans)
    last, end = max((span[1], span[3]) for span in spans)
    text = [line.encode() for line in lines[first - 1 : last]]
    text[-1] = text[-1][:end]
    text[0] = text[0][column:]
    return " ".join(b"".join(text).decode(errors="replace").split()) or "the result"
