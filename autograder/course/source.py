"""Reads a solution file (jupytext percent format) into cells with roles.

Cell headers that an author writes:

    # %% [markdown]                                           text
    # %% [markdown] exercise="2.5" title="Division" stars=1 minutes=10 needs="2.2 2.3"
    # %% [markdown] hints="2.5"                               hints, separated by lines of ---
    # %% setup=true                                           set-up code: always there, never changed
    # %% answer="2.5"                                         TODO cell with the solution in markers
    # %% test="2.5"                                           visible tests; the build adds grade("2.5")
    # %% test="2.7" decides=true                              the same, and they decide the answer
    # %% [markdown] written="2.2-written"                     free text, read by a person
    # %% [markdown] commentary="2.5"                          why the solution is written so; shown with it
    # %%                                                      a demonstration
    # %% picture=true                                         the same, shipped with its picture
    # %% fold=true                                            the same, its code folded away
    # %% step="2.12a"                                         the same, with visible tests of a first step
    # %% quiz="q4a"                                           a question of the quiz.yaml beside this one
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import jupytext

from autograder.course.cells import AuthorError, Cell, Notebook

ROLES = ("exercise", "hints", "setup", "answer", "test", "written", "commentary")


def read_notebook(path: Path, root: Path) -> Notebook:
    """Parse one solution file below `root` (the folder `solutions/`)."""
    name = path.relative_to(root).with_suffix("").as_posix()
    cells: list[Cell] = []
    for cell in _parsed(path.read_text(encoding="utf-8")):
        if "quiz" in cell.metadata:
            from autograder.course.questions import cells_of  # jsonschema takes a while

            cells += cells_of(str(cell.metadata["quiz"]), path)
        elif cell.source.strip() or "test" in cell.metadata:
            cells.append(_cell(cell, name))
    return Notebook(name, cells)


@lru_cache(maxsize=256)
def _parsed(text: str) -> tuple:
    """Its cells, which nobody changes. It takes a while, and a process may ask several times."""
    return tuple(jupytext.reads(text, fmt="py:percent").cells)


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
    must_be = (
        "markdown" if role in ("exercise", "hints", "written", "commentary", "text") else "code"
    )
    if kind != must_be:
        marker = "# %% [markdown]" if must_be == "markdown" else "# %%"
        raise AuthorError(
            f'{name}.py: {role}="{key}" must be a {must_be} cell; write "{marker} …".'
        )
    return Cell(kind, cell.source.strip("\n"), role, key, meta)
