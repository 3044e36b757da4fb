"""What a solution file consists of: cells with roles, exercises, and what students see of an answer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from autograder.course.names import chapter_of, stem_of
from autograder.notation.ids import exercise_of

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = 'raise NotImplementedError("TODO: your answer goes here")'
WRITTEN_STUB = "*Write your answer here.*"
VALUE_STUB = re.compile(r"(\w+) = \.\.\.(?:\s*#.*)?")  # of a value that is asked for
BEGIN_HIDDEN = "### BEGIN HIDDEN TESTS"  # nbgrader's; this course has none


class AuthorError(ValueError):
    """A mistake in a solution file; the text says which file, which cell, and what to do."""


@dataclass
class Cell:
    """One cell of a solution file. `role` is one of `source.ROLES`, "text" or "demo"; for a question of a
    quiz also "practice"."""

    kind: str  # "markdown" or "code"
    source: str
    role: str
    key: str = ""  # the part or the exercise it belongs to
    meta: dict = field(default_factory=dict)

    @property
    def solution(self) -> str:
        """The code of an answer cell without the marker lines and the stubs of values."""
        lines = [
            line
            for line, indent in by_markers(self.source)
            if indent is not None or not VALUE_STUB.fullmatch(line)
        ]
        return "\n".join(lines).strip("\n")

    @property
    def stub(self) -> str:
        """The code of an answer cell as students get it."""
        return without_solution(self.source)

    @property
    def label(self) -> str:
        """How an error message names the cell."""
        first = next((line.strip() for line in self.source.splitlines() if line.strip()), "empty")
        return f'{self.role}="{self.key}"' if self.key else f"cell beginning {first[:50]!r}"


def by_markers(source: str) -> Iterator[tuple[str, str | None]]:
    """The lines of a cell without its marker lines, each with the indentation of the solution that
    it is part of; with None when it stands outside the markers."""
    indent = None
    for line in source.splitlines():
        if line.strip() == BEGIN_SOLUTION:
            indent = line[: -len(line.lstrip())]
        elif line.strip() == END_SOLUTION:
            indent = None
        else:
            yield line, indent


def without_solution(source: str) -> str:
    """An answer cell's code as students get it.

    What is left to write in a function or a class raises NotImplementedError. A value has its stub,
    `name = ...`, so nothing takes the place of a solution that begins at the margin.
    """
    kept, inside = [], False
    for line in source.splitlines():
        if line.strip() == BEGIN_SOLUTION:
            inside = True
            if indent := line[: -len(line.lstrip())]:
                kept.append(indent + STUB)
        elif line.strip() == END_SOLUTION:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept).strip("\n")


def definitions(stub: str) -> dict[str, range]:
    """The names that an answer is to define, each with the lines of the stub that stand for it."""
    found = {}
    for node in ast.parse(stub).body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        lines = range(first - 1, node.end_lineno)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            if STUB in "\n".join(stub.splitlines()[first - 1 : node.end_lineno]):
                found[node.name] = lines
        elif isinstance(node, ast.Assign) and ast.unparse(node.value) == "...":
            found |= {one.id: lines for one in node.targets if isinstance(one, ast.Name)}
    return found


@dataclass
class Exercise:
    """An exercise as the map of the course shows it."""

    id: str
    title: str
    stars: int
    minutes: int
    needs: list[str]
    notebook: str
    parts: list[str] = field(default_factory=list)


@dataclass
class Notebook:
    """One solution file: `name` is its path below `solutions/` without suffix."""

    name: str
    cells: list[Cell]

    @property
    def chapter(self) -> str:
        """The folder, which is nbgrader's assignment; empty for the start page."""
        return chapter_of(self.name)

    @property
    def stem(self) -> str:
        """The file's name without suffix: nbgrader's notebook name."""
        return stem_of(self.name)

    @cached_property
    def title(self) -> str:
        """The first heading."""
        for cell in self.cells:
            if cell.kind == "markdown" and (found := re.search(r"^# (.+)$", cell.source, re.M)):
                return found[1].strip()
        raise AuthorError(f"{self.name}.py has no title; begin it with a markdown cell '# Title'.")

    def with_role(self, role: str) -> list[Cell]:
        """The cells of one role, in order."""
        return [cell for cell in self.cells if cell.role == role]

    @cached_property
    def parts(self) -> list[str]:
        """The parts that are checked here, in order."""
        return [cell.key for cell in self.with_role("test")]

    @cached_property
    def exercises(self) -> list[Exercise]:
        """The exercises, in order, with their parts (written ones too) in this notebook.

        A part that has a header of its own (exercise="2.12b") belongs to that one."""
        found: dict[str, Exercise] = {}
        for cell in self.cells:
            if cell.role == "exercise":
                needs = str(cell.meta.get("needs", "")).split()
                found[cell.key] = Exercise(
                    cell.key, cell.meta["title"], cell.meta["stars"], cell.meta["minutes"],
                    needs, self.name,
                )  # fmt: skip
            elif cell.role in ("test", "written"):
                own = found.get(cell.key) or found.get(exercise_of(cell.key))
                if own is not None:
                    own.parts.append(cell.key)
        return list(found.values())

    def answer_of(self, part: str) -> Cell:
        """The answer cell that a part is about: its own, or the last one before its test."""
        last = None
        for cell in self.cells:
            if cell.role == "answer" and exercise_of(cell.key) == exercise_of(part):
                last = cell
            if cell.role == "test" and cell.key == part:
                break
        if last is None:
            raise AuthorError(f"{self.name}.py: test {part} has no answer cell before it; add one.")
        return last
