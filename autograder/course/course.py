"""The course on disk: its folders, notebooks and exercises."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from autograder.course.cells import AuthorError, Exercise, Notebook
from autograder.course.source import read_notebook
from autograder.course.way_on import put_way_on
from autograder.notation.faults import CourseFault
from autograder.notation.ids import exercise_of

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, eq=False)
class Course:
    """A checkout of the course; `only`: as if it had these chapters and no others."""

    root: Path = ROOT
    only: tuple[str, ...] = ()

    @property
    def solutions(self) -> Path:
        """The source of everything: percent files."""
        return self.root / "solutions"

    @property
    def chapters(self) -> Path:
        """The students' notebooks, generated."""
        return self.root / "chapters"

    @property
    def grading(self) -> Path:
        """What a run leaves behind; git ignores it."""
        return self.root / "grading"

    @cached_property
    def notebooks(self) -> dict[str, Notebook]:
        """Every notebook by its name, chapter by chapter."""
        files = sorted(self.solutions.rglob("*.py"), key=lambda path: (len(path.parts), path))
        books = [read_notebook(file, self.solutions) for file in files]
        if self.only:
            books = [book for book in books if not book.chapter or book.chapter in self.only]
        put_way_on(books)
        return {book.name: book for book in books}

    @cached_property
    def exercises(self) -> dict[str, Exercise]:
        """Every exercise by its id, in the order of the notebooks."""
        found: dict[str, Exercise] = {}
        for notebook in self.notebooks.values():
            for exercise in notebook.exercises:
                if exercise.id in found:
                    raise AuthorError(
                        f'{notebook.name}.py: exercise="{exercise.id}" is already in '
                        f"{found[exercise.id].notebook}.py; choose another id."
                    )
                found[exercise.id] = exercise
        return found

    def assignments(self) -> dict[str, list[Notebook]]:
        """The notebooks of each chapter that have something to grade."""
        found: dict[str, list[Notebook]] = {}
        for notebook in self.notebooks.values():
            if notebook.chapter and notebook.parts:
                found.setdefault(notebook.chapter, []).append(notebook)
        return found

    def notebook_of(self, part: str) -> Notebook:
        """The notebook in which a part stands; of an exercise in several notebooks, the first."""
        return self.notebooks[self.header_of(part).notebook]

    def header_of(self, part: str) -> Exercise:
        """What introduces a part: a header of its own, or else that of its exercise."""
        exercise = self.exercises.get(part) or self.exercises.get(exercise_of(part))
        if exercise is None:
            known = ", ".join(self.exercises)
            raise CourseFault(f"There is no exercise {part}. The course has: {known}.")
        return exercise

    def notebooks_of(self, exercise: str) -> list[Notebook]:
        """The notebooks over which an exercise is spread, in order; of a part, its own."""
        first = self.notebook_of(exercise)
        if exercise != exercise_of(exercise) and exercise in first.parts:
            return [first]
        whole = exercise_of(exercise)
        headers = [one for one in self.exercises.values() if exercise_of(one.id) == whole]
        return [self.notebooks[name] for name in dict.fromkeys(one.notebook for one in headers)]

    def version(self) -> str:
        """A hash of the solutions, the autograder and `utils`."""
        digest = hashlib.sha256()
        for folder in ("solutions", "autograder", "utils"):
            found = (self.root / folder).rglob("*")
            for file in sorted(path for path in found if path.suffix in (".py", ".yaml")):
                digest.update(str(file.relative_to(self.root)).encode() + file.read_bytes())
        return digest.hexdigest()[:16]


@lru_cache
def default_course() -> Course:
    """The checkout that this package is installed from."""
    return Course()
