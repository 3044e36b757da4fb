"""The folder into which a class is graded: where its files lie, and that one run at a time writes them."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from autograder.course.files import write_json
from autograder.course.names import stem_of
from autograder.gradebook.record import Place, Record, Regrade, Unused


class Busy(RuntimeError):
    """Another run is grading into the folder."""


@dataclass(frozen=True)
class GradingFolder:
    """The folder in which submissions, executed notebooks, feedback and gradebook lie."""

    root: Path

    @property
    def source(self) -> Path:
        """nbgrader's source notebooks (with solutions)."""
        return self.root / "source"

    @property
    def submitted(self) -> Path:
        """What was handed in, under the course's names."""
        return self.root / "submitted"

    @property
    def autograded(self) -> Path:
        """Executed notebooks with verdicts; formgrader opens these."""
        return self.root / "autograded"

    @property
    def feedback(self) -> Path:
        """What students get back."""
        return self.root / "feedback"

    @property
    def table(self) -> Path:
        """All scores, one line per student and assignment."""
        return self.root / "grades.csv"

    @property
    def page(self) -> Path:
        """The class on one page."""
        return self.root / "report.html"

    @property
    def db_url(self) -> str:
        """nbgrader's gradebook, unless another is named."""
        return f"sqlite:///{(self.root / 'gradebook.db').resolve()}"

    def record_path(self, student: str, assignment: str, stem: str) -> Path:
        """The result of one notebook, as plain data."""
        return self.root / "results" / student / assignment / f"{stem}.json"

    def path_of(self, place: Place) -> Path:
        """Where the record of a notebook lies."""
        stem = stem_of(place["notebook"])
        return self.record_path(place["student"], place["assignment"], stem)

    def executed_path(self, place: Place) -> Path:
        """The executed notebook."""
        stem = stem_of(place["notebook"])
        return self.autograded / place["student"] / place["assignment"] / f"{stem}.ipynb"

    def feedback_path(self, student: str, assignment: str) -> Path:
        """What a student gets back on an assignment."""
        return self.feedback / student / f"{assignment}.html"

    def record(self, student: str, assignment: str, stem: str) -> Record | None:
        """The result of the last run on a notebook; None when there is none that can be read."""
        return _read_json(self.record_path(student, assignment, stem))

    def record_of(self, place: Place) -> Record | None:
        """The same, by the place of the notebook."""
        return _read_json(self.path_of(place))

    def records(self) -> Iterator[Record]:
        """All results, student by student."""
        results = self.root / "results"
        for path in sorted(results.glob("*/*/*.json")):
            student, assignment = path.relative_to(results).parts[:2]
            if (found := self.record(student, assignment, path.stem)) is not None:
                yield found

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Only one run at a time grades into a folder."""
        self.root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.root / ".lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise Busy(f"Another run is grading into {self.root}; wait for it to end.") from None
        try:
            yield
        finally:
            lock.release()

    def begin_run(self, seed: int) -> dict:
        """Note that a run has begun, and clean up after one that was killed; returns `run` before."""
        before = self.run
        if before.get("unfinished"):
            self._remove_unfinished_files()
        write_json(self.run_path, {**before, "unfinished": True, "seed": seed})
        return before

    def end_run(self, **facts) -> None:
        """Note that the run is complete."""
        write_json(self.run_path, facts)

    def _remove_unfinished_files(self) -> None:
        for path in self.root.rglob(".*.part"):
            if re.fullmatch(r"\..+\.\d+\.part", path.name) and path.is_file():
                path.unlink()

    @property
    def run_path(self) -> Path:
        """The file that says what the last run was about, and whether it was completed.

        (Not in `results`: the names in there are the students'.)
        """
        return self.root / "run.json"

    @property
    def run(self) -> dict:
        """The content of `run_path`; {} when there is none."""
        return _read_json(self.run_path) or {}

    @property
    def lines_path(self) -> Path:
        """What the last run said about files that it could not assign to a notebook."""
        return self.root / "lines.json"

    @property
    def unused_path(self) -> Path:
        """The files that were handed in and not graded, and why."""
        return self.root / "unused.json"

    @property
    def unused(self) -> list[Unused]:
        """The content of `unused_path`; [] when there is none."""
        return _read_json(self.unused_path, list) or []

    @property
    def roster_path(self) -> Path:
        """The class as the last roster has it."""
        return self.root / "roster.json"

    @property
    def roster(self) -> list[dict[str, str]]:
        """The content of `roster_path`; [] when there is none."""
        return _read_json(self.roster_path, list) or []

    @property
    def regrades_path(self) -> Path:
        """The log of what was graded again by hand, and why."""
        return self.root / "regrades.json"

    @property
    def regrades(self) -> list[Regrade]:
        """The lines of that log, oldest first."""
        return (_read_json(self.regrades_path) or {}).get("regrades", [])

    def add_regrades(self, lines: list[Regrade]) -> None:
        """Append lines to the log."""
        write_json(self.regrades_path, {"regrades": [*self.regrades, *lines]})


def _read_json(path: Path, kind: type = dict):
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, kind) else None
