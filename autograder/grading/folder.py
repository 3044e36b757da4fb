"""Where a run leaves what it makes: everything below one folder, `grading/` unless told otherwise."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


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

    def record(self, student: str, assignment: str, stem: str) -> dict | None:
        """The result of the last run on a notebook; None when there is none that can be read."""
        try:
            found = json.loads(self.record_path(student, assignment, stem).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def records(self) -> Iterator[dict]:
        """All results, student by student."""
        results = self.root / "results"
        for path in sorted(results.glob("*/*/*.json")):
            student, assignment = path.relative_to(results).parts[:2]
            if (found := self.record(student, assignment, path.stem)) is not None:
                yield found

    @property
    def lines_path(self) -> Path:
        """What the last run said about files that it could not assign to a notebook."""
        return self.root / "results" / "lines.json"


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file aside, then rename it: readers see the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    aside.write_bytes(content)
    aside.replace(path)


def write_text(path: Path, text: str) -> None:
    """`write_bytes` for text; what is no valid Unicode is replaced."""
    write_bytes(path, text.encode("utf-8", "replace"))


def write_json(path: Path, value) -> None:
    """`write_text` for plain data."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")
