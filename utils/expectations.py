"""The visible checks of a notebook: a quiet ✔ when an expectation holds, an exact ✘ when not."""

from __future__ import annotations

import dis
import html
import linecache
from collections.abc import Callable, Iterator
from types import CodeType

from utils.colours import BAD, GOOD, QUIET
from utils.compare import difference
from utils.records import record


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
        _say(f"✘ {part}: {text} came to no result. Where it stopped, and why:", BAD)
        raise
    if got is ...:
        return _say_open(part, text, text)
    how = _problem(wanted, got, rtol, atol)
    if how is None:
        record(part, text, "passed")
        return _say(f"✔ {text}" + ("" if callable(wanted) else f" is {_show(got)}"), GOOD)
    record(part, text, "failed")
    raise NotAsExpected(_message(part, text, got, wanted, how))


def _problem(wanted, got, rtol, atol) -> str | None:
    if callable(wanted):
        return None if wanted(got) else "that does not hold"
    return difference(wanted, _plain(got), rtol, atol)


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


def _message(part, text, got, wanted, how) -> str:
    lines = [f"✘ {part}: {text}", f"   came out:  {_show(got)}"]
    if not callable(wanted):
        lines.append(f"   expected:  {_show(wanted)}")
    if how != "the number is not right":
        lines.append(f"   that is:   {how}")
    return "\n".join(lines)


def _show(value) -> str:
    import numpy as np

    if isinstance(value, np.ndarray):
        return np.array2string(value, precision=6, separator=", ", threshold=60)
    if isinstance(value, np.generic):
        value = value.item()
    text = repr(value)
    return text if len(text) < 300 else text[:297] + "…"


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
