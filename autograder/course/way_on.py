"""The way from a notebook to the next one, where an author writes {{next}}."""

from __future__ import annotations

import re
from posixpath import relpath
from urllib.parse import quote

from autograder.course.cells import Notebook
from autograder.course.names import chapter_of

START = "start_here"
NEXT = "{{next}}"


def put_way_on(notebooks: list[Notebook]) -> None:
    """Replace {{next}} in the cells of these notebooks, which stand in the order of the course."""
    with_exercises = [notebook for notebook in notebooks if notebook.exercises]
    for notebook, after in zip(with_exercises, [*with_exercises[1:], None]):
        for cell in notebook.cells:
            if NEXT in cell.source:
                cell.source = cell.source.replace(NEXT, _way_on(notebook, after))


def _way_on(notebook: Notebook, after: Notebook | None) -> str:
    start = address(START, notebook.name)
    if after is None:
        return f"**That was the last notebook.** [The start page]({start}) shows how far you are."
    link = f"[Next: {after.title}]({address(after.name, notebook.name)})"
    return f"**{link}** · back to [the start page]({start})"


def address(target: str, notebook: str) -> str:
    """The address of a notebook, or of another file below chapters/, from a notebook's folder."""
    file = target if re.search(r"\.\w+$", target) else f"{target}.ipynb"
    return quote(relpath(file, chapter_of(notebook) or "."))
