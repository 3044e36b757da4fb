"""Where a run leaves what it makes: everything below one folder, `grading/` unless told otherwise."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from autograder.course.names import stem_of


class Busy(RuntimeError):
    """Somebody else is grading into the folder, in one sentence."""


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

    def executed_path(self, record: dict) -> Path:
        """The executed notebook of a record."""
        stem = stem_of(record["notebook"])
        return self.autograded / record["student"] / record["assignment"] / f"{stem}.ipynb"

    def path_of(self, record: dict) -> Path:
        """Where a record lies."""
        stem = stem_of(record["notebook"])
        return self.record_path(record["student"], record["assignment"], stem)

    def feedback_path(self, record: dict) -> Path:
        """The feedback page to which a record contributes."""
        return self.feedback / record["student"] / f"{record['assignment']}.html"

    def record(self, student: str, assignment: str, stem: str) -> dict | None:
        """The result of the last run on a notebook; None when there is none that can be read."""
        return _read_json(self.record_path(student, assignment, stem))

    def records(self) -> Iterator[dict]:
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

    def sweep(self) -> None:
        """Remove the files that a killed run had begun to write."""
        for path in self.root.rglob(".*.part"):
            if re.fullmatch(r"\..+\.\d+\.part", path.name) and path.is_file():
                path.unlink()

    @property
    def run_path(self) -> Path:
        """What the last run was about, and whether it came to its end."""
        return self.root / "results" / "run.json"

    @property
    def run(self) -> dict:
        """The content of `run_path`; {} when there is none."""
        return _read_json(self.run_path) or {}

    @property
    def lines_path(self) -> Path:
        """What the last run said about files that it could not assign to a notebook."""
        return self.root / "results" / "lines.json"


def _read_json(path: Path) -> dict | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
