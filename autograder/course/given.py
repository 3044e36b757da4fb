"""A notebook as students are given it, and as nbgrader registers it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nbformat import NotebookNode

from autograder.course import Course
from autograder.course.cell_ids import grade_id, without_first_line
from autograder.course.cells import Notebook, definitions
from autograder.course.nbgrader_source import source_notebook
from autograder.notation.registry import all_checks, all_written

_ROLES_WITH_PART = ("answer", "test", "written")


@dataclass(frozen=True, eq=False)
class Given:
    """One notebook of the course.

    `shown` is what nbgrader's generate_assignment makes of it, by nbgrader's own steps, when it is asked
    for.
    """

    notebook: Notebook

    @cached_property
    def shown(self) -> NotebookNode:
        """As students get it: with stubs in the answer cells."""
        from nbgrader.preprocessors import ComputeChecksums, LockCells

        from autograder.course.clearing import ClearSolutions

        made = source_notebook(self.notebook, all_checks(), all_written())
        _through(made, LockCells(), ClearSolutions(), ComputeChecksums())
        return made

    @property
    def name(self) -> str:
        """ch02_autograd/02_operations"""
        return self.notebook.name

    @property
    def assignment(self) -> str:
        """The chapter: nbgrader's assignment."""
        return self.notebook.chapter

    @property
    def stem(self) -> str:
        """nbgrader's notebook name."""
        return self.notebook.stem

    @cached_property
    def names(self) -> dict[str, tuple[str, str]]:
        """(role, part) of every answer, test and written cell, by its id."""
        return {
            grade_id(cell.role, cell.key): (cell.role, cell.key)
            for cell in self.notebook.cells
            if cell.role in _ROLES_WITH_PART
        }

    @cached_property
    def telling(self) -> set[str]:
        """The cell ids that occur in this notebook of the course only."""
        return {grade_id(cell.role, cell.key) for cell in self.notebook.cells if cell.key}

    @cached_property
    def asked(self) -> dict[str, frozenset[str]]:
        """The names that each answer cell is to define, by its id; no other answer asks for them."""
        return {
            grade_id("answer", cell.key): frozenset(definitions(cell.stub))
            for cell in self.notebook.with_role("answer")
        }

    @cached_property
    def texts(self) -> dict[str, str]:
        """The ids of the cells by their text (without the line that names a cell), where it tells."""
        texts = [without_first_line(cell.source) for cell in self.shown.cells]
        ids = {text: cell.id for text, cell in zip(texts, self.shown.cells)}
        return {text: name for text, name in ids.items() if text and texts.count(text) == 1}

    @cached_property
    def written(self) -> list[str]:
        """The parts that a person reads."""
        return [part for role, part in self.names.values() if role == "written"]


def given_notebooks(course: Course) -> dict[str, Given]:
    """All notebooks with something to grade, by name."""
    return {
        notebook.name: Given(notebook)
        for notebooks in course.assignments().values()
        for notebook in notebooks
    }


def _through(notebook: NotebookNode, *preprocessors) -> None:
    for preprocessor in preprocessors:
        preprocessor.preprocess(notebook, {"nbgrader": {}})
