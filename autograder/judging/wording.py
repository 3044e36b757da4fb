"""One sub-check in words: what was called, what came out, what was expected."""

from __future__ import annotations

import numpy as np

from autograder.inside.plain import Opaque, Raised
from autograder.judging.explain import explain
from autograder.judging.verdict import Line
from utils.compare import Difference, enumerated
from utils.values import shorten, show

LONGEST_CALL = 150
WHOLE = (
    40  # a value whose text is no longer is shown as it is, a longer one by its first wrong entry
)
LONGEST_VALUE = 80
LONGEST_LIST = 3  # of names that are spelled out
YOURS = "your answer"  # the name of a sub-check that needs none


def line_text(line: Line) -> str:
    """The sub-check with its mark."""
    if line.holds:
        return f"✔ {line.key}"
    if isinstance(line.got, Raised):
        return f"✘ {_about(line)}: {explain(line.got)}"
    said = _judged(line) if line.difference is None else _compared(line, line.difference)
    if line.key == YOURS:
        return f"✘ {said[:1].upper()}{said[1:]}"
    return f"✘ {line.key}: {_begun_small(said)}"


def exception_text(lines: list[Line], of: int) -> str:
    """Several sub-checks that met one and the same exception; `of` is how many there are at all."""
    keys = [line.key for line in lines]
    if len(keys) == of:
        where = ""
    elif len(keys) <= LONGEST_LIST:
        where = f" {'; '.join(keys)}:"
    else:
        where = f" {keys[0]} and {len(keys) - 1} others:"
    return f"✘{where} {explain(lines[0].got)}"


def code(text: str, limit: int) -> str:
    """`text` marked as code, on one line."""
    return "`" + shorten(" ".join(text.replace("`", "'").split()), limit) + "`"


def _about(line: Line) -> str:
    call = _call(line)
    return f"{line.key}, {code(call, LONGEST_CALL)}" if call else line.key


def _judged(line: Line) -> str:
    """What a judge says, beside what came out where that is short and speaks for itself."""
    speaks = line.typed or _is_text(line.got) or _is_numbers(line.got)
    if line.said and (not speaks or not _is_short(line.got)):
        call = _call(line)
        return f"{code(call, LONGEST_CALL)}: {line.said}." if call else f"{line.said}."
    came = _came(line, line.got)
    return f"{came}; {_begun_small(line.said)}." if line.said else f"{came}."


def _is_numbers(value) -> bool:
    if isinstance(value, (list, tuple)):
        return bool(value) and all(map(_is_numbers, value))
    return isinstance(value, (int, float, np.ndarray)) and not isinstance(value, bool)


def _compared(line: Line, difference: Difference) -> str:
    """What came out, as far as it is needed: the whole, or the first wrong entry and its place."""
    *outside, shown = _levels(difference, by_entry=bool(_call_of_entry(line)))
    wrong = [f" ({one.wrong} of {one.of} {'is' if one.wrong == 1 else 'are'} wrong)"
             for one in outside if one.of > 1 and not isinstance(one.expected, dict)]  # fmt: skip
    if _call_of_entry(line) and not isinstance(difference.expected, dict):
        outside = outside[1:]  # the call says which one
    where = ", ".join(_place(one) for one in outside)
    if shown.how and not _is_short(shown.got):
        call = code(_call(line), LONGEST_CALL) if _call(line) else ""
        return (
            f"{': '.join(filter(None, [call, where]))}{': ' if call or where else ''}{shown.how}."
        )
    said = " ".join(filter(None, [_came(line, shown.got), where]))
    if shown.got is None:
        return f"{said}."
    if shown.how and not (line.reveal and isinstance(shown.got, float)):
        return f"{said}; {shown.how}."
    if line.reveal:
        said += f", expected {code(_distinct(shown), LONGEST_VALUE)}"
    return f"{said}{''.join(wrong[-1:])}."


def _levels(difference: Difference, by_entry: bool) -> list[Difference]:
    """The value that differs, its part that does, and so on, down to what is short enough to show."""
    levels = [difference]
    while (inner := levels[-1].inner) is not None:
        if not (_is_long(levels[-1]) or (by_entry and len(levels) == 1)):
            break
        levels.append(inner)
    return levels


def _is_long(level: Difference) -> bool:
    return isinstance(level.got, dict) or not (
        _is_short(level.got) and len(_value(level.expected)) <= WHOLE
    )


def _is_short(value) -> bool:
    return len(_value(value)) <= WHOLE


def _place(level: Difference) -> str:
    if not level.also:
        return level.place
    also = (
        enumerated(level.also) if len(level.also) <= LONGEST_LIST else f"{len(level.also)} others"
    )
    return f"{level.place} (and in {also})"


def _call_of_entry(line: Line) -> str:
    """The call that gave the first wrong entry, where there was one for every entry."""
    entry, calls = line.difference and line.difference.entry, line.inputs.split("\n")
    if entry is None or len(calls) == 1 or len(calls) != len(line.difference.expected):
        return ""
    return calls[entry]


def _call(line: Line) -> str:
    """The call to show: that of the first wrong entry, or the first one."""
    if call := _call_of_entry(line):
        return call
    calls = list(dict.fromkeys(filter(None, line.inputs.split("\n"))))
    together = "; ".join(calls)
    return together if len(together) <= LONGEST_CALL // 2 or not calls else calls[0]


def _came(line: Line, value) -> str:
    call = _call(line)
    if not call and (line.typed or _is_text(value)) and value is not None:
        typed = _typed(value)
        return f"You answered {code(typed, LONGEST_VALUE)}" if typed else "Your answer is empty"
    hint = " (is a return missing?)" if value is None and call else ""
    came = f"came out {code(_value(value), LONGEST_VALUE)}{hint}"
    return f"{code(call, LONGEST_CALL)}: {came}" if call else came


def _is_text(value) -> bool:
    """A word, a letter, or several of them?"""
    if isinstance(value, (list, tuple, set, frozenset)):
        is_list = isinstance(value, (list, tuple))
        return all(isinstance(one, str) for one in value) and not (is_list and not value)
    return isinstance(value, str) and len(value.split()) <= 1


def _typed(value) -> str:
    """Letters and words as a person types them."""
    if isinstance(value, str):
        return value.strip()
    if not _is_text(value):
        return _value(value)
    return ", ".join(sorted(value) if isinstance(value, (set, frozenset)) else value)


def _value(value) -> str:
    return f"a {value.type}: {value.text}" if isinstance(value, Opaque) else show(value)


def _distinct(level: Difference) -> str:
    """The expected value; with all its digits where fewer do not tell it from the other one."""
    text = _value(level.expected)
    return repr(level.expected) if text == _value(level.got) else text


def _begun_small(text: str) -> str:
    """As the continuation of a sentence; code and abbreviations stay as they are."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
