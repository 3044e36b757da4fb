"""What is said of a notebook in which none of the course's cells was found."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.course.given import Given
from autograder.grading.harmless import line
from autograder.grading.reading import StudentCell
from autograder.judging.cell_names import names_of

ENOUGH = 2  # names that the course asks for


def why_unknown(cells: list[StudentCell], givens: Iterable[Given]) -> str:
    """Why it is not graded: what was found in it, and what to do."""
    code = [cell.source for cell in cells if cell.kind == "code"]
    defined = {name for text in code for name in names_of(text).gives}
    shared = {given: sorted(defined & frozenset().union(*given.asked.values())) for given in givens}
    best = max(shared, key=lambda given: len(shared[given]), default=None)
    if best is not None and len(shared[best]) >= ENOUGH:
        first, *others = shared[best]
        names = (
            f"{first} and {others[0]}" if len(others) == 1 else f"{first} and {len(others)} others"
        )
        return (
            f"none of its {len(cells)} cells carries a name of this course, but it defines {names}, as "
            f"{best.name} asks; ask for the notebook as JupyterLab saved it, or copy the answers into a "
            "fresh one"
        )
    return (
        f"it is a notebook of another course (none of its {len(cells)} cells is one of this course's"
        f"{_beginning(cells)}); if it should be one of them, ask for the file again"
    )


def _beginning(cells: list[StudentCell]) -> str:
    texts = (cell.source.strip() for cell in cells)
    first = next(filter(None, texts), "")
    return f"; it begins with {line(first.splitlines()[0])[:60]!r}" if first else ""
