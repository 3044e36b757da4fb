"""The reference solutions and their variants, observed on the trusted side. Observations are cached."""

from __future__ import annotations

import contextlib
import io
import linecache
import warnings
from functools import lru_cache, partial

from autograder.course import Course, default_course
from autograder.course.cells import Cell, Notebook
from autograder.inside import plain
from autograder.inside.answer import observe_answer
from autograder.inside.observation import Observation
from autograder.notation.checks import Check
from autograder.notation.faults import CourseFault
from autograder.notation.ids import exercise_of
from autograder.notation.registry import all_checks
from autograder.notation.variants import Variant


def execute(source: str, namespace: dict, name: str) -> dict:
    """Run trusted code in `namespace`; tracebacks and `inspect` see its text under `name`."""
    filename = f"<{name}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(_compiled(source, filename), namespace)
    return namespace


_compiled = lru_cache(maxsize=4096)(partial(compile, mode="exec"))


class Reference:
    """The reference solutions of a course."""

    def __init__(self, course: Course | None = None, checks: dict[str, Check] | None = None):
        self.course = course or default_course()
        self.checks = all_checks() if checks is None else checks
        self._snapshots: dict[str, dict[str, dict]] = {}
        self._faults: dict[str, CourseFault] = {}
        self._observed: dict[tuple, Observation] = {}
        self.remembered: dict[tuple, object] = {}  # what judging derived from it, per part and seed

    def check(self, part: str) -> Check:
        """The check of a part; `CourseFault` when there is none."""
        if part not in self.checks:
            raise CourseFault(f"There is no check {part!r}.")
        return self.checks[part]

    def parts_of(self, exercise: str) -> list[str]:
        """The checked parts of an exercise (a part's id is its own list)."""
        parts = [part for book in self.course.notebooks_of(exercise) for part in book.parts]
        if exercise in parts and exercise != exercise_of(exercise):
            return [exercise]
        return [part for part in parts if exercise_of(part) == exercise_of(exercise)]

    def setup(self, exercise: str) -> list[str]:
        """The set-up cells of the notebooks of an exercise, or of a part's own."""
        books = self.course.notebooks_of(exercise)
        return [cell.source for book in books for cell in book.with_role("setup")]

    def answer_cell(self, part: str) -> Cell:
        """The answer cell that a part is about."""
        return self.course.notebook_of(part).answer_of(part)

    def answer_cells(self, exercise: str) -> list[Cell]:
        """All answer cells of an exercise, also of one that is spread over several notebooks."""
        whole = exercise_of(exercise)
        cells = [c for book in self.course.notebooks_of(whole) for c in book.with_role("answer")]
        return [cell for cell in cells if exercise_of(cell.key) == whole]

    def solution(self, part: str) -> str:
        """The reference solution's text for a part."""
        return self.answer_cell(part).solution

    def answer_file(self, exercise: str, part: str = "", variant: Variant | None = None) -> str:
        """All answer cells of an exercise as one file, with one part's answer varied."""
        varied = self.answer_cell(part) if part else None
        texts = []
        for cell in self.answer_cells(exercise):
            is_varied = variant is not None and cell is varied
            texts.append(variant.text(cell.solution) if is_varied else cell.solution)
        return "\n\n".join(texts)

    def namespace(self, part: str, variant: Variant | None = None) -> dict:
        """The names that the solutions (or a variant of this part) define, up to the part's test."""
        notebook = self.course.notebook_of(part)
        cell = notebook.answer_of(part)
        if variant is None:
            return dict(self._notebook_snapshots(notebook)[f"test {part}"])
        before = dict(self._notebook_snapshots(notebook)[f"answer {cell.key}"])
        return execute(variant.text(cell.solution), before, f"{variant.key} {part}")

    def _notebook_snapshots(self, notebook: Notebook) -> dict[str, dict]:
        """Namespaces before every answer cell and at every test cell of the notebook."""
        if notebook.name in self._faults:
            raise self._faults[notebook.name]
        if notebook.name not in self._snapshots:
            namespace: dict = {"__name__": "__main__"}
            snapshots = {}
            for cell in notebook.cells:
                if cell.role == "answer":
                    snapshots[f"answer {cell.key}"] = dict(namespace)
                if cell.role in ("setup", "answer"):
                    try:
                        execute(
                            cell.solution, namespace, f"{cell.role} {cell.key or notebook.stem}"
                        )
                    except Exception as problem:
                        fault = CourseFault(
                            f"{notebook.name}.py: {cell.label} of the reference raises "
                            f"{type(problem).__name__}: {problem}"
                        )
                        self._faults[notebook.name] = fault
                        raise fault from problem
                if cell.role == "test":
                    snapshots[f"test {cell.key}"] = dict(namespace)
            self._snapshots[notebook.name] = snapshots
        return self._snapshots[notebook.name]

    def observation(self, part: str, seed: int, variant: Variant | None = None) -> Observation:
        """What the check sees of the reference, or of a variant; remembered per seed."""
        key = (part, seed, variant.key if variant else "")
        if key not in self._observed:
            check = self.check(part)
            try:
                namespace = self.namespace(part, variant)
            except CourseFault:
                raise
            except Exception as problem:
                raise CourseFault(
                    f"{part}: the variant {variant.key!r} does not run "
                    f"({type(problem).__name__}: {problem})"
                ) from problem
            with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                seen = observe_answer(check.observe, namespace, seed, part)
            self._observed[key] = plain.decode(plain.encode(seen))
        return self._observed[key]


@lru_cache
def default_reference() -> Reference:
    """The reference solutions of this checkout."""
    return Reference()
