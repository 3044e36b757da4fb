"""The reference solution of an exercise with its commentary, as students may open it afterwards."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from html import escape

from autograder.judging.reference import Reference

LONGEST = 1600  # characters of another way that is shown as well


@dataclass(frozen=True)
class OpenedSolution:
    """What is shown: the answers' code, why they are written so, the model answer in words and another
    right way, if there are any."""

    exercise: str
    code: str
    commentary: str
    written: str = ""
    other: str = ""

    def __str__(self) -> str:
        blocks = [f"Solution {self.exercise}", self.code, self.commentary]
        if self.written:
            blocks += ["In words:", self.written]
        if self.other:
            blocks += ["Also right:", self.other]
        return "\n\n".join(filter(None, blocks))

    def _repr_pretty_(self, printer, cycle) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        made = [f"<p><b>Solution {escape(self.exercise)}</b></p>", _code(self.code)]
        made += [f"<p>{escape(text)}</p>" for text in self.commentary.split("\n\n") if text]
        if self.written:
            made.append(f"<p><b>In words</b></p><p>{escape(self.written)}</p>")
        if self.other:
            made.append(
                f"<details><summary>Another right way</summary>{_code(self.other)}</details>"
            )
        return "\n".join(made)


def _code(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"


def solution_of(exercise: str, reference: Reference) -> OpenedSolution:
    """The solution of an exercise of the course; `CourseFault` when there is none of that name."""
    course = reference.course
    header = course.header_of(exercise)
    notebook = course.notebooks[header.notebook]
    answers, commentary, written = (
        [cell for cell in notebook.with_role(role) if course.header_of(cell.key) is header]
        for role in ("answer", "commentary", "written")
    )
    return OpenedSolution(
        header.id,
        "\n\n\n".join(cell.solution for cell in answers),
        "\n\n".join(" ".join(cell.source.split()) for cell in commentary),
        "\n\n".join(cell.solution for cell in written),
        _another_way(header.parts, reference),
    )


def _another_way(parts: list[str], reference: Reference) -> str:
    """The first alternative of an answer that is code, if it is not too long to read."""
    for part in parts:
        if part not in reference.checks or not _defines(reference.solution(part)):
            continue
        for variant in reference.check(part).of_kind("alternative"):
            if _defines(variant.source) and len(variant.source) <= LONGEST:
                return variant.source.strip()
    return ""


def _defines(text: str) -> bool:
    """Does this text define a function or a class?"""
    return any(isinstance(node, (ast.FunctionDef, ast.ClassDef)) for node in ast.parse(text).body)
