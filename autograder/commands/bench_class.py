"""Stock nbgrader and our own command on the same simulated class, one after the other.

A machine's speed moves by the minute: so stock nbgrader grades one half of its sample before and one
half after our command. Processor time is that of the whole machine (/proc/stat), so that nothing that
either side starts is missed; let the machine do nothing else meanwhile.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.authoring.build import write_sources
from autograder.commands.simulate import simulate
from autograder.course import Course
from autograder.course.cell_ids import grade_id, role_of
from autograder.course.nbgrader_source import IMPORT

ASSIGNMENT = "ch02_autograd"
NOTEBOOKS = ("01_by_hand", "02_operations")
STUDENTS, SAMPLE, MANY = 150, 6, 200
_CONFIG = """
c = get_config()
c.CourseDirectory.root = {root!r}
c.ExecutePreprocessor.timeout = 60
"""


@dataclass
class Cost:
    """What a run took: on the wall clock, of all processors, and of memory at most (in MB)."""

    seconds: float = 0.0
    cpu: float = 0.0
    memory: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        """Of one run after the other."""
        memory = max(self.memory, other.memory)
        return Cost(self.seconds + other.seconds, self.cpu + other.cpu, memory)

    def per(self, count: int) -> str:
        """In words, for `count` submissions."""
        return (
            f"{60 * count / self.seconds:.0f} submissions per minute, {self.cpu / count:.2f} s of "
            f"processor time per submission, {self.memory:.0f} MB of memory at most"
        )


def measurements(course: Course) -> Iterator[tuple[str, str]]:
    """Pairs (what was measured, the result in words)."""
    with tempfile.TemporaryDirectory(prefix="course-bench-") as name:
        root = Path(name)
        handed_in = root / "handed_in"
        names = tuple(f"{ASSIGNMENT}/{stem}" for stem in NOTEBOOKS)
        simulate(course, handed_in, STUDENTS, 1, only=names, with_mishaps=False)
        students = sorted(path.name for path in handed_in.iterdir() if path.is_dir())
        sample = students[:: len(students) // SAMPLE][:SAMPLE]
        before, scores = _stock(course, root / "before", handed_in, sample[::2])
        ours = {workers: _ours(handed_in, root / f"ours{workers}", workers) for workers in (1, 2)}
        after, more = _stock(course, root / "after", handed_in, sample[1::2])
        stock, scores = before + after, scores | more
        what = f"stock nbgrader autograde, {len(sample)} of {STUDENTS} submissions of 2 notebooks"
        yield what, stock.per(len(sample))
        for workers, (cost, found) in ours.items():
            yield f"autograder grade, all {STUDENTS}, workers: {workers}", cost.per(STUDENTS)
            ratio = (stock.seconds / len(sample)) / (cost.seconds / STUDENTS)
            saved = (stock.cpu / len(sample)) / (cost.cpu / STUDENTS)
            yield (
                "  against stock nbgrader",
                f"{ratio:.0f} times as fast, {saved:.0f} times less CPU",
            )
            yield "  scores against stock nbgrader", _agreement(scores, found)
        yield "second run, nothing changed", _second_run(handed_in, root, students)


def _stock(course: Course, root: Path, handed_in: Path, sample: list[str]):
    """nbgrader as it is installed: a kernel per notebook, the complete checks inside it."""
    write_sources(course, root / "all")
    (root / "source" / ASSIGNMENT).mkdir(parents=True)
    for stem in NOTEBOOKS:
        notebook = nbformat.read(root / "all" / ASSIGNMENT / f"{stem}.ipynb", as_version=4)
        for cell in notebook.cells:
            if role_of(cell.id) == "test":
                # nbgrader gives 0 to a cell in which a visible test fails; we judge apart from it
                cell.source = "\n".join([IMPORT, cell.source.splitlines()[-1]])
        nbformat.write(notebook, root / "source" / ASSIGNMENT / f"{stem}.ipynb")
    for student in sample:
        shutil.copytree(handed_in / student, root / "submitted" / student)
    (root / "nbgrader_config.py").write_text(_CONFIG.format(root=str(root)))
    _nbgrader(root, "generate_assignment")
    with _measured() as cost:
        _nbgrader(root, "autograde")
    return cost, _scores(f"sqlite:///{root}/gradebook.db", sample)


def _nbgrader(root: Path, step: str) -> None:
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", step, ASSIGNMENT],
        cwd=root, capture_output=True, text=True, env={**os.environ, "PATH": programs},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"nbgrader {step} failed: {done.stderr[-1000:]}")


def _ours(handed_in: Path, into: Path, workers: int):
    command = [sys.executable, "-m", "autograder", "grade", str(handed_in), "--into", str(into)]
    with _measured() as cost:
        subprocess.run([*command, "--workers", str(workers)], check=True, capture_output=True)
    students = [path.name for path in handed_in.iterdir()]
    return cost, _scores(f"sqlite:///{into}/gradebook.db", students)


def _scores(db_url: str, students: list[str]) -> dict[tuple[str, str, str], float]:
    """Automatic points by (student, notebook, cell)."""
    from nbgrader.api import Gradebook

    with Gradebook(db_url) as book:
        return {
            (submission.student.id, notebook.name, grade.name): grade.auto_score or 0.0
            for submission in book.assignment_submissions(ASSIGNMENT)
            for notebook in submission.notebooks
            for grade in notebook.grades
            if submission.student.id in students and notebook.name in NOTEBOOKS
        }


def _agreement(stock: dict, ours: dict) -> str:
    """In how many cells both give the same points (bonus parts count apart with us)."""
    from autograder.notation.registry import all_checks

    bonus = {grade_id("test", part) for part, check in all_checks().items() if check.bonus}
    compared = [key for key in stock if key[2] not in bonus and role_of(key[2]) == "test"]
    same = sum(abs(stock[key] - ours.get(key, -1)) < 1e-6 for key in compared)
    return f"equal in {same} of {len(compared)} graded cells"


def _second_run(handed_in: Path, root: Path, students: list[str]) -> str:
    many = root / "many"
    for number in range(MANY):
        one = students[number % len(students)]
        shutil.copytree(handed_in / one, many / f"{number:03} {one}")
    _ours(many, root / "many_graded", 2)
    cost, _ = _ours(many, root / "many_graded", 2)
    return f"{cost.seconds:.1f} s for {MANY} submissions of 2 notebooks"


@contextmanager
def _measured() -> Iterator[Cost]:
    """Fills in what happens inside the block."""
    cost, over = Cost(), threading.Event()
    start, busy, free = time.perf_counter(), _busy_seconds(), _free_megabytes()

    def watch() -> None:
        while not over.wait(0.2):
            cost.memory = max(cost.memory, free - _free_megabytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield cost
    finally:
        over.set()
        watcher.join()
        cost.seconds, cost.cpu = time.perf_counter() - start, _busy_seconds() - busy


def _busy_seconds() -> float:
    """Processor time that the machine has spent on anything."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    user, nice, system, _, _, irq, softirq = map(int, fields[:7])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def _free_megabytes() -> float:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) / 1024
    return 0.0
