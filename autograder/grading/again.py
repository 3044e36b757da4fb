"""`grade --again`: one student's work once more, for a complaint, and what came of it."""

from __future__ import annotations

import difflib
import getpass
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from autograder.course import Course
from autograder.gradebook.record import Record, Regrade
from autograder.grading.intake import Submission
from autograder.judging.verdict import Verdict
from autograder.notation.ids import exercise_of


@dataclass(frozen=True)
class Again:
    """What is graded again: all of a student's work, an assignment, or a part (with its exercise).

    `fresh`: with other hidden inputs.
    """

    student: str
    assignment: str = ""
    part: str = ""
    fresh: bool = False
    reason: str = ""

    @classmethod
    def of(cls, text: str, course: Course, fresh: bool, reason: str) -> Again:
        """What STUDENT[/ASSIGNMENT[/PART]] names; `ValueError` with one sentence."""
        student, assignment, part, *more = [*text.split("/"), "", ""]
        known = course.assignments()
        if not student or any(more):
            raise ValueError(f"--again {text}: write it as STUDENT, STUDENT/ASSIGNMENT or "
                             "STUDENT/ASSIGNMENT/PART.")  # fmt: skip
        if assignment and assignment not in known:
            raise ValueError(f"--again {text}: choose an assignment out of {', '.join(known)}.")
        parts = [one for book in known.get(assignment, ()) for one in book.parts]
        if part and part not in parts:
            near = " or ".join(difflib.get_close_matches(part, parts))
            what = f"is {near} meant?" if near else f"it has {', '.join(parts)}."
            raise ValueError(f"--again {text}: {assignment} has no checked part {part}; {what}")
        return cls(student, assignment, part, fresh, " ".join(reason.split()))

    def takes(self, submission: Submission) -> bool:
        """Is this one of them?"""
        given = submission.given
        return (
            submission.student == self.student
            and self.assignment in ("", given.assignment)
            and (not self.part or self.part in given.notebook.parts)
        )

    def kept(self, verdicts: dict[str, Verdict]) -> dict[str, Verdict]:
        """Those of the earlier verdicts that stay."""
        asked = exercise_of(self.part)
        return {p: v for p, v in verdicts.items() if self.part and exercise_of(p) != asked}

    def points(self, records: Iterable[Record | None]) -> float | None:
        """The automatic points that it is about; None when nothing was graded before."""
        parts = [part for record in records if record for part in record["parts"]]
        about = [part["earned"] for part in parts if self.part in ("", part["id"])]
        return round(sum(about), 2) if about else None

    def outcomes(self, done: Iterable[tuple[Record | None, Record]]) -> list[Regrade]:
        """What is written into the log: a line for each assignment, from (before, after)."""
        pairs: dict[str, list[tuple[Record | None, Record]]] = {}
        for before, after in done:
            pairs.setdefault(after["assignment"], []).append((before, after))
        return [
            {
                "date": datetime.now().astimezone().isoformat(timespec="minutes"),
                "by": _account(),
                "student": self.student,
                "assignment": assignment,
                "part": self.part,
                "inputs": "fresh" if self.fresh else "the same",
                "reason": self.reason,
                "before": self.points(before for before, _ in mine),
                "after": self.points(after for _, after in mine),
            }
            for assignment, mine in pairs.items()
        ]


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        return ""
