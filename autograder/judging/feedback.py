"""A verdict in words: in an order that helps, folded, as text for a terminal and as HTML.

`sentences` gives the flat list that records keep. What is folded stands in it behind a heading such as
"31 more for the same reason:", so that a verdict from an earlier run is shown in the same way.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from html import escape

from autograder.inside.plain import Raised
from autograder.judging.verdict import Line, Verdict
from autograder.judging.wording import exception_text, line_text
from utils.colours import BAD, GOOD, WARNING

FIRST, THEN = "Look at this first: ", "Also: "
AT_ONCE = 600  # characters that a student should see before anything is folded
HEADINGS = 50  # of them are for the headings of the folds
NOTHING = "✘ This part is not written yet."
HARDLY = 30  # characters
SHOWN = 3  # sub-checks that no idea explains
_HEADING = re.compile(r"(\d+( more)?( for the same reason)?|\d+ of \d+ holds?|All \d+ hold):")
_WORDS = {"✔": "right", "✘": "wrong"}


def points_text(number: float) -> str:
    """2 rather than 2.0, and 1.67 rather than 1.6666."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def in_points(number: float, kind: str = "") -> str:
    """2 points, 1 bonus point."""
    return f"{points_text(number)} {kind}{'point' if number == 1 else 'points'}"


def of_points(earned: float, points: float, kind: str = "") -> str:
    """1.5 of 2 points, 2 of 3 bonus points."""
    return f"{points_text(earned)} of {in_points(points, kind)}"


def headline(verdict: Verdict) -> str:
    """One line: the part, the points, and how it went."""
    if verdict.state != "graded":
        return f"{verdict.part}: not graded"
    mark = "✔" if verdict.full else "✘"
    kind = "bonus " if verdict.bonus else ""
    return f"{mark} {verdict.part}: {of_points(verdict.earned, verdict.points, kind)}"


# The sentences --------------------------------------------------------------------------------


def sentences(verdict: Verdict) -> list[str]:
    """The feedback as a flat list: a note, the ideas, what does not hold (the shortest example first,
    the rest behind a heading), and what holds (behind a heading)."""
    if verdict.said is not None:
        return verdict.said
    if verdict.unwritten and not (verdict.missing and not verdict.blank):
        return [NOTHING]
    ideas = [sentence for sentence in verdict.misconceptions.values() if sentence]
    said = [verdict.note] if verdict.note else []
    said += [(THEN if number else FIRST) + idea for number, idea in enumerate(ideas)]
    return said + _wrong(verdict, len("\n".join(said))) + _right(verdict.lines)


def _wrong(verdict: Verdict, length: int) -> list[str]:
    """What does not hold; `length` characters stand before it."""
    items = _items(verdict)
    shown = _chosen(items, verdict, length)
    folded = [item for item in items if item not in shown]
    said = [item.text for item in shown]
    if not folded:
        return said
    count = sum(len(item.lines) for item in folded)
    reason = " for the same reason" if _one_reason(items, verdict) else ""
    more = " more" if shown else ""
    return [*said, f"{count}{more}{reason}:", *(item.text for item in folded)]


class _Item:
    """One wrong sub-check, or several that met the same exception, in words."""

    def __init__(self, lines: list[Line], of: int):
        self.lines = lines
        self.idea = lines[0].idea
        self.text = line_text(lines[0]) if len(lines) == 1 else exception_text(lines, of)


def _items(verdict: Verdict) -> list[_Item]:
    groups: dict[object, list[Line]] = {}
    for line in verdict.lines:
        if not line.holds:
            same = line.got if isinstance(line.got, Raised) and not line.said else line.key
            groups.setdefault(same, []).append(line)
    return [_Item(lines, len(verdict.lines)) for lines in groups.values()]


def _chosen(items: list[_Item], verdict: Verdict, length: int) -> list[_Item]:
    """What is shown at once: the shortest example of every idea; and of what no idea explains, the
    shortest and two others, as long as it is not too much to read."""
    candidates = []
    for idea, sentence in verdict.misconceptions.items():
        mine = [item for item in items if item.idea == idea]
        if verdict.cause:
            mine = [item for item in mine if any(line.key == verdict.cause for line in item.lines)]
        if sentence and mine:
            candidates.append(_example(mine))
    others = [item for item in items if item.idea not in verdict.misconceptions]
    if others and not verdict.cause:
        first = _example(others)
        candidates += [first, *(item for item in others if item is not first)][:SHOWN]
    shown: list[_Item] = []
    for item in candidates[:SHOWN]:
        length += len(item.text) + 1
        if not shown or length < AT_ONCE - HEADINGS:
            shown.append(item)
    return shown


def _example(items: list[_Item]) -> _Item:
    """The shortest one; or an earlier one that is hardly longer, for it often causes the later ones."""
    shortest = min(len(item.text) for item in items)
    return next(item for item in items if len(item.text) <= shortest + HARDLY)


def _one_reason(items: list[_Item], verdict: Verdict) -> bool:
    """Does one idea explain everything that is wrong?"""
    return bool(verdict.cause) or (
        len(verdict.misconceptions) == 1
        and all(item.idea in verdict.misconceptions for item in items)
    )


def _right(lines: list[Line]) -> list[str]:
    held = [line_text(line) for line in lines if line.holds]
    if not held or len(lines) == 1:
        return held
    if len(held) == len(lines):
        return [f"All {len(lines)} hold:", *held]
    return [f"{len(held)} of {len(lines)} {'holds' if len(held) == 1 else 'hold'}:", *held]


def folded(said: list[str]) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Sentences as they are shown: those that stand open, and (heading, sentences) of each fold."""
    open_, folds = [], []
    for sentence in said:
        if _HEADING.fullmatch(sentence):
            folds.append((sentence[:-1], []))
        elif folds:
            folds[-1][1].append(sentence)
        else:
            open_.append(sentence)
    return open_, folds


def at_once(said: list[str]) -> list[str]:
    """What is read before anything is unfolded."""
    open_, folds = folded(said)
    return [*open_, *(f"… and {head}" if " more" in head else head for head, _ in folds)]


# Rendering ------------------------------------------------------------------------------------


def as_text(verdicts: Iterable[Verdict], width: int | None = None) -> str:
    """Feedback on several parts for a terminal."""
    blocks = [
        "\n".join([headline(verdict), *text_lines(sentences(verdict), width)])
        for verdict in verdicts
    ]
    return "\n".join(blocks)


def text_lines(said: list[str], width: int | None = None, indent: str = "    ") -> list[str]:
    """Sentences for a terminal, of each fold its heading only; wrapped when a `width` is given."""
    made = []
    for line in at_once(said):
        text = indent + line.replace("`", "")
        hang = indent + "  "
        made.append(textwrap.fill(text, width, subsequent_indent=hang) if width else text)
    return made


def as_html(verdict: Verdict) -> str:
    """Feedback on one part as an HTML fragment. Everything in it is escaped."""
    colour = WARNING if verdict.state != "graded" else GOOD if verdict.full else BAD
    open_, folds = folded(sentences(verdict))
    inner = _block(open_)
    for heading, said in folds:
        inner += (
            f'<details style="margin:.5em 0"><summary style="cursor:pointer">{escape(heading)}'
            f"</summary>{_block(said)}</details>"
        )
    return (
        f'<section aria-label="Feedback on {escape(verdict.part)}" style="border-left:4px solid '
        f'{colour};padding:.2em .9em;margin:.4em 0;max-width:60em;line-height:1.5">'
        f'<strong style="color:{colour}">{escape(headline(verdict))}</strong>{inner}</section>'
    )


_SPACE = "margin:.5em 0;overflow-wrap:anywhere"
_HANGING = f"{_SPACE};padding-left:1.5em;text-indent:-1.5em"
_CODE = (
    "font-family:var(--jp-code-font-family,ui-monospace,monospace);font-size:.92em;text-indent:0;"
    "white-space:pre-wrap;background:color-mix(in srgb,currentColor 8%,transparent);"
    "color:inherit;padding:.05em .3em;border-radius:3px"
)


def _block(said: list[str]) -> str:
    """Paragraphs, then the sub-checks as a list with hanging indents."""
    paragraphs = [sentence for sentence in said if sentence[:1] not in _WORDS]
    items = [sentence for sentence in said if sentence[:1] in _WORDS]
    made = "".join(f'<p style="{_SPACE}">{_with_prefix(one)}</p>' for one in paragraphs)
    listed = "".join(f'<li style="{_HANGING}">{in_html(one)}</li>' for one in items)
    style = "list-style:none;padding-left:0;margin:0"
    return made + (f'<ul role="list" style="{style}">{listed}</ul>' if listed else "")


def _with_prefix(sentence: str) -> str:
    for prefix in (FIRST, THEN):
        if sentence.startswith(prefix):
            return f"<strong>{prefix.strip()}</strong> {in_html(sentence[len(prefix) :])}"
    return in_html(sentence)


def in_html(sentence: str) -> str:
    """Escaped, with code in monospace and the mark with its word."""
    mark, rest = (sentence[0], sentence[1:]) if sentence[:1] in _WORDS else ("", sentence)
    text = re.sub(r"`([^`]+)`", rf'<code style="{_CODE}">\1</code>', escape(rest))
    if not mark:
        return text
    word = _WORDS[mark]
    return f'<span role="img" aria-label="{word}" title="{word}">{mark}</span>{text}'
