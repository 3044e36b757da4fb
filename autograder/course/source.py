"""Reads a solution file (jupytext percent format) into cells with roles.

Cell headers that an author writes:

    # %% [markdown]                                           text
    # %% [markdown] exercise="2.5" title="Division" stars=1 minutes=10 needs="2.2 2.3"
    # %% [markdown] hints="2.5"                               hints, separated by lines of ---
    # %% setup=true                                           set-up code: always there, never changed
    # %% answer="2.5"                                         TODO cell with the solution in markers
    # %% test="2.5"                                           visible tests; the build hides grade("2.5")
    # %% [markdown] written="2.2-written"                     free text, read by a person
    # %%                                                      a demonstration
    # %% fold=true                                            the same, its code folded away
    # %% quiz="q4a"                                           a question of the data file beside this one
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import jupytext

from autograder.course.names import chapter_of, stem_of
from autograder.notation.ids import exercise_of

ROLES = ("exercise", "hints", "setup", "answer", "test", "written")
BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = 'raise NotImplementedError("TODO: your answer goes here")'
WRITTEN_STUB = "*Write your answer here.*"
VALUE_STUB = re.compile(r"(\w+) = \.\.\.(?:\s*#.*)?")  # of a value that is asked for
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"


class AuthorError(ValueError):
    """A mistake in a solution file; the text says which file, which cell, and what to do."""


@dataclass
class Cell:
    """One cell of a solution file. `role` is one of `ROLES`, "text" or "demo"; for a question of a
    quiz also "question" and "practice"."""

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
        """The exercises, in order, with the parts (written ones too) that follow each."""
        found: dict[str, Exercise] = {}
        for cell in self.cells:
            if cell.role == "exercise":
                needs = str(cell.meta.get("needs", "")).split()
                found[cell.key] = Exercise(
                    cell.key, cell.meta["title"], cell.meta["stars"], cell.meta["minutes"],
                    needs, self.name,
                )  # fmt: skip
            elif cell.role in ("test", "written") and exercise_of(cell.key) in found:
                found[exercise_of(cell.key)].parts.append(cell.key)
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


def read_notebook(path: Path, root: Path) -> Notebook:
    """Parse one solution file below `root` (the folder `solutions/`)."""
    name = path.relative_to(root).with_suffix("").as_posix()
    parsed = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    cells: list[Cell] = []
    for cell in parsed.cells:
        if "quiz" in cell.metadata:
            from autograder.course.questions import cells_of

            cells += cells_of(str(cell.metadata["quiz"]), path)
        elif cell.source.strip() or "test" in cell.metadata:
            cells.append(_cell(cell, name))
    return Notebook(name, cells)


def _cell(cell, name: str) -> Cell:
    roles = [role for role in ROLES if role in cell.metadata]
    label = next(iter(cell.source.strip().splitlines()), "")[:50]
    if len(roles) > 1:
        raise AuthorError(
            f"{name}.py: the cell {label!r} is {' and '.join(roles)}; keep one of them."
        )
    kind = "code" if cell.cell_type == "code" else "markdown"
    role = roles[0] if roles else ("text" if kind == "markdown" else "demo")
    meta = dict(cell.metadata)
    key = str(meta.pop(role, "")) if role not in ("text", "demo", "setup") else ""
    if role == "exercise":
        for wanted, kinds in (("title", str), ("stars", int), ("minutes", int)):
            if not isinstance(meta.get(wanted), kinds):
                raise AuthorError(
                    f'{name}.py: exercise="{key}" lacks {wanted}; write it in the cell header, as in '
                    'exercise="2.5" title="Division" stars=1 minutes=10.'
                )
    must_be = "markdown" if role in ("exercise", "hints", "written", "text") else "code"
    if kind != must_be:
        marker = "# %% [markdown]" if must_be == "markdown" else "# %%"
        raise AuthorError(
            f'{name}.py: {role}="{key}" must be a {must_be} cell; write "{marker} …".'
        )
    return Cell(kind, cell.source.strip("\n"), role, key, meta)
