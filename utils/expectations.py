"""The visible checks of a notebook: a quiet ✔ when an expectation holds, an exact ✘ when not."""

from __future__ import annotations

import dis
import html
import linecache
import traceback
from collections.abc import Callable, Iterator
from types import CodeType

from utils.colours import BAD, GOOD, QUIET
from utils.compare import Difference, first_difference
from utils.explanations import explanation
from utils.records import record
from utils.values import show


class NotAsExpected(AssertionError):
    """An expectation that does not hold. Notebooks show its message without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class _Said:
    """A line that notebooks show in colour (with its mark) and terminals as text."""

    def __init__(self, text: str, colour: str):
        self.text, self.colour = text, colour

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f'<span style="color:{self.colour}">{html.escape(self.text)}</span>'


def expect(part: str, attempt: Callable, wanted, rtol: float = 1e-6, atol: float = 1e-9) -> None:
    """Say whether `attempt()` gives `wanted`.

        expect("2.5", lambda: Div().forward(6, 2), 3.0)

    part: the exercise's part. attempt: a function without arguments; its text names the input.
    wanted: the value, or a function that gets the value and returns True or False.
    Prints ✔ when it holds. Otherwise raises `NotAsExpected` with the input, what came out and what
    was expected. An answer that is not written yet is no error: a name that holds `...` or is missing,
    a function that raises NotImplementedError.
    """
    __tracebackhide__ = True  # IPython leaves this frame out of tracebacks
    text = _text_of(attempt)
    if name := _unwritten_name(attempt):
        return _say_open(part, text, f"{name} = ...")
    try:
        got = attempt()
    except NotImplementedError:
        return _say_open(part, text, text)
    except Exception as problem:
        if _is_missing_name(problem, attempt):
            return _say_open(part, text, str(problem))
        record(part, text, "failed")
        _say(f"✘ {part}: {text} stops with an error. {_explained(problem, attempt)}", BAD)
        raise
    if got is ...:
        return _say_open(part, text, text)
    how = _problem(wanted, got, rtol, atol)
    if how is None:
        record(part, text, "passed")
        return _say(f"✔ {text}" + ("" if callable(wanted) else f" is {_show(got)}"), GOOD)
    record(part, text, "failed")
    raise NotAsExpected(_message(part, text, got, wanted, how))


def _problem(wanted, got, rtol, atol) -> Difference | None:
    if callable(wanted):
        return None if wanted(got) else Difference(got, wanted, "it is not what the task asks for")
    return first_difference(wanted, _plain(got), rtol, atol)


def _explained(problem: Exception, attempt: Callable) -> str:
    """What the exception means; with the line of the answer that raised it."""
    line = ""
    for frame in traceback.extract_tb(problem.__traceback__):
        is_cell = frame.filename.startswith("<") or "ipykernel" in frame.filename
        if is_cell and frame.name != attempt.__code__.co_name:
            line = frame.line or line
    said = explanation(type(problem).__name__, str(problem), line.strip())
    return said.replace("`", "")


def _plain(value):
    """Tensors as arrays; other values as they are."""
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value


def _unwritten_name(attempt: Callable) -> str | None:
    """A name in the attempt's text that still holds the `...` of an answer that is not written."""
    names = _global_names(attempt.__code__)
    return next((name for name in names if attempt.__globals__.get(name) is ...), None)


def _global_names(code: CodeType) -> Iterator[str]:
    for step in dis.get_instructions(code):
        if step.opname == "LOAD_GLOBAL":
            yield step.argval
        elif isinstance(step.argval, CodeType):  # a comprehension, a lambda inside
            yield from _global_names(step.argval)


def _is_missing_name(problem: Exception, attempt: Callable) -> bool:
    """Is a name missing that an unwritten answer cell would have defined?"""
    return (
        isinstance(problem, NameError)
        and getattr(problem, "name", None) in attempt.__code__.co_names
    )


def _say_open(part: str, text: str, reason: str) -> None:
    record(part, text, "open")
    _say(f"○ {part} is not written yet ({reason})", QUIET)


def _message(part, text, got, wanted, problem: Difference) -> str:
    lines = [f"✘ {part}: {text}", f"   came out:  {_show(got)}"]
    if not callable(wanted):
        lines.append(f"   expected:  {_show(wanted)}")
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
        return f"{where}: {problem.how}" if where else problem.how
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


def _say(text: str, colour: str) -> None:
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        print(text)
        return
    if get_ipython() is None:
        print(text)
    else:
        display(_Said(text, colour))
