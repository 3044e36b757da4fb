"""A verdict in words: as text for a terminal, as HTML for notebooks and feedback files."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from autograder.inside.plain import Opaque, Raised, show
from autograder.judging.explain import explain
from autograder.judging.verdict import Line, Verdict
from utils.colours import BAD, GOOD, WARNING


def points_text(number: float) -> str:
    """2 rather than 2.0, and 1.67 rather than 1.6666."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def headline(verdict: Verdict) -> str:
    """One line: the part, the points, and how it went."""
    bonus = "bonus " if verdict.bonus else ""
    score = f"{points_text(verdict.earned)} of {points_text(verdict.points)} {bonus}points"
    if verdict.state != "graded":
        return f"{verdict.part}: not graded"
    mark = "✔" if verdict.full else "✘"
    return f"{mark} {verdict.part}: {score}"


def sentences(verdict: Verdict) -> list[str]:
    """The feedback, line by line: the idea that went wrong first, then every sub-check."""
    if verdict.said is not None:
        return verdict.said
    said = [verdict.note] if verdict.note else []
    said += [f"Which idea went wrong: {sentence}" for sentence in verdict.misconceptions.values()]
    return said + _lines(verdict.lines)


def _lines(lines: list[Line]) -> list[str]:
    """A sentence per sub-check; those that met one and the same exception share theirs."""
    by_problem: dict[Raised, list[Line]] = {}
    for line in lines:
        if isinstance(line.got, Raised):
            by_problem.setdefault(line.got, []).append(line)
    said = []
    for line in lines:
        alike = by_problem.get(line.got, [line]) if isinstance(line.got, Raised) else [line]
        if len(alike) == 1:
            said.append(line_text(line))
        elif line is alike[0]:
            where = (
                "" if len(alike) == len(lines) else " " + "; ".join(one.key for one in alike) + ":"
            )
            said.append(f"✘{where} {explain(line.got)}")
    return said


def line_text(line: Line) -> str:
    """One sub-check in words."""
    if line.holds:
        return f"✔ {line.key}"
    said = f"✘ {line.key}"
    if line.inputs:
        said += f" [{line.inputs}]"
    if isinstance(line.got, Raised):
        return f"{said}: {explain(line.got)}"
    if line.got is None:
        came = "came out None (is a return missing?)"
        return f"{said}: {came}"
    came = f"came out {_shown(line.got)}"
    if line.expected:
        came += f", expected {line.expected}"
    if line.difference and not (line.expected and line.difference == "the number is not right"):
        came += f"; {line.difference}"
    return f"{said}: {came}."


def _shown(value) -> str:
    return f"a {value.type}: {value.text}" if isinstance(value, Opaque) else show(value)


def as_text(verdicts: Iterable[Verdict]) -> str:
    """Feedback on several parts for a terminal."""
    blocks = []
    for verdict in verdicts:
        blocks.append("\n".join([headline(verdict), *(f"    {s}" for s in sentences(verdict))]))
    return "\n".join(blocks)


def as_html(verdict: Verdict) -> str:
    """Feedback on one part as an HTML fragment. Everything in it is escaped."""
    colour = WARNING if verdict.state != "graded" else GOOD if verdict.full else BAD
    items = "".join(f"<li>{_line_html(sentence)}</li>" for sentence in sentences(verdict))
    return (
        f'<section aria-label="Feedback on {escape(verdict.part)}" style="border-left:4px solid '
        f'{colour};padding:.3em .8em;margin:.3em 0">'
        f'<strong style="color:{colour}">{escape(headline(verdict))}</strong>'
        f'<ul style="list-style:none;padding-left:.5em;margin:.2em 0">{items}</ul></section>'
    )


def _line_html(sentence: str) -> str:
    prefix = "Which idea went wrong: "
    if sentence.startswith(prefix):
        return f"<strong>Which idea went wrong:</strong> {escape(sentence[len(prefix) :])}"
    return escape(sentence)
