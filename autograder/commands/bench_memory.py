"""How much memory the process that judges and writes takes as a class grows.

    python -m autograder.commands.bench_memory 1500

grades so many students without running anything of theirs: the results of the cells are empty, those of
the observations the reference's own. It prints the most memory after grading and after the reports.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat

from autograder.course import Course, default_course
from autograder.gradebook.folder import GradingFolder
from autograder.grading.batch import Options, grade_class
from autograder.grading.executor import Job, Observe, Result
from autograder.isolation import Tier
from autograder.judging.reference import Reference
from autograder.report.write import write_reports

NOTEBOOKS = ("ch02_autograd/01_by_hand", "ch02_autograd/02_operations")
SMALL, LARGE = 150, 1500
SEED = 1


class Simulated:
    """Stands in for a pool: every job has the results of the reference."""

    def __init__(self, course: Course):
        self._reference = Reference(course)

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[int, list[Result]]]:
        """Pairs (position, results)."""
        for position, job in enumerate(jobs):
            yield position, [self._result(step, job.seed) for step in job.steps]

    def _result(self, step, seed: int) -> Result:
        if isinstance(step, Observe):
            return self._reference.observation(step.part, seed)
        return {"outputs": [], "error": None}


def measurements() -> Iterator[tuple[str, str]]:
    """Pairs (what was measured, the result in words)."""
    for students in (SMALL, LARGE):
        command = [sys.executable, "-m", __name__, str(students)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        graded, reported = json.loads(done.stdout)
        what = f"memory of the writing process, {students} students, {len(NOTEBOOKS)} notebooks"
        yield what, f"{graded:.0f} MB while grading, {reported:.0f} MB with the reports"


def most_memory(students: int) -> tuple[float, float]:
    """The most memory that this process has held after grading so many students, and after reporting, in
    MB."""
    course = default_course()
    with tempfile.TemporaryDirectory(prefix="course-memory-") as name:
        handed_in, folder = Path(name) / "in", GradingFolder(Path(name) / "grading")
        _hand_in(course, handed_in, students)
        tier = Tier("none", True, "nothing is run")
        options = Options(tier, seed=SEED, runner=Simulated(course))
        grade_class(course, [handed_in], folder, options)
        graded = _megabytes()
        write_reports(course, folder)
        return graded, _megabytes()


def _hand_in(course: Course, folder: Path, students: int) -> None:
    for notebook in NOTEBOOKS:
        made = nbformat.read(course.chapters / f"{notebook}.ipynb", as_version=4)
        for cell in course.notebooks[notebook].with_role("answer"):
            ours = next(c for c in made.cells if c.id == f"answer-{cell.key.replace('.', '-')}")
            ours.source = f"# Answer {cell.key}\n{cell.solution}"
        for number in range(students):
            path = folder / f"student-{number:04}" / f"{notebook}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(made, path)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(most_memory(int(sys.argv[1]))))
