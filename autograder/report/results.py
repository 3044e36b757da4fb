"""The results of a class: what was graded automatically, with what a person entered since."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from autograder.course import Course
from autograder.course.cell_ids import grade_id
from autograder.course.cells import Notebook
from autograder.course.names import chapter_title
from autograder.gradebook.book import Book, Entry, Late
from autograder.gradebook.folder import GradingFolder
from autograder.gradebook.record import PartRecord, Record, Regrade
from autograder.judging.feedback import points_text
from autograder.notation.registry import all_checks, all_written


@dataclass
class PartResult:
    """One part of one student. `earned` counts what a person entered."""

    id: str
    earned: float
    points: float
    bonus: bool
    state: str = "graded"  # or "not graded", "waits for a person", "read by a person", "missing"
    feedback: list[str] = field(default_factory=list)
    misconceptions: list[str] = field(default_factory=list)
    comment: str = ""
    title: str = ""  # of its exercise
    ended: str = ""  # what ended the answer while it ran: "timeout", "crash", "memory"
    moved: bool = False  # a person entered a score, and the automatic one has changed since
    automatic: float | None = None  # our points, where a person's count in their place
    unwritten: bool = False  # the answer is blank

    @property
    def full(self) -> bool:
        """All points?"""
        return self.state != "missing" and self.earned >= self.points

    @property
    def changed(self) -> str:
        """How a person changed the points, in a sentence; "" where nobody did."""
        if self.automatic is None or abs(self.automatic - self.earned) < 0.005:
            return ""
        return (
            f"Changed by a person from {points_text(self.automatic)} to {points_text(self.earned)}."
        )


@dataclass
class NotebookResult:
    """One notebook of one student; `record` is None when it was not handed in."""

    notebook: Notebook
    record: Record | None
    parts: list[PartResult]

    @property
    def problems(self) -> list[str]:
        """Lines for the person who grades."""
        return self.record["problems"] if self.record else []

    @property
    def damaged(self) -> bool:
        """Was a file handed in that could not be read (and was graded as empty)?"""
        return self.record is not None and self.record["state"] == "damaged"


@dataclass
class AssignmentResult:
    """One assignment of one student."""

    student: str
    assignment: str
    notebooks: list[NotebookResult]
    lms_id: str = ""
    late: Late = Late()

    @property
    def title(self) -> str:
        """Chapter 2 · Automatic differentiation"""
        return chapter_title(self.assignment)

    @property
    def parts(self) -> list[PartResult]:
        """All parts, in the order of the course."""
        return [part for notebook in self.notebooks for part in notebook.parts]

    @property
    def points(self) -> float:
        """Earned, without bonus."""
        return round(sum(part.earned for part in self.parts if not part.bonus), 2)

    @property
    def bonus(self) -> float:
        """Bonus points."""
        return round(sum(part.earned for part in self.parts if part.bonus), 2)

    @property
    def max(self) -> float:
        """What there is to earn, without bonus."""
        return round(sum(part.points for part in self.parts if not part.bonus), 2)

    @property
    def possible(self) -> float:
        """The maximum less the parts that a fault of ours left ungraded."""
        ours = sum(p.points for p in self.parts if p.state == "not graded" and not p.bonus)
        return round(self.max - ours, 2)

    @property
    def share(self) -> float:
        """The points, without bonus and penalty, as a share of those that were possible."""
        return self.points / self.possible if self.possible else 0.0

    @property
    def total(self) -> float:
        """What counts: points and bonus less the late penalty, never below zero (as in nbgrader)."""
        return round(max(0.0, self.points + self.bonus - self.late.penalty), 2)

    @property
    def problems(self) -> list[str]:
        """Lines for the person who grades, with the notebook they are about."""
        return [f"{one.notebook.stem}: {line}" for one in self.notebooks for line in one.problems]

    @property
    def missing(self) -> list[str]:
        """Notebooks that were not handed in."""
        return [one.notebook.stem for one in self.notebooks if one.record is None]

    @property
    def state(self) -> str:
        """The most urgent thing to say about it, in two or three words."""
        states = {part.state for part in self.parts}
        if "not graded" in states:
            return "not graded"
        if any(one.damaged for one in self.notebooks):
            return "damaged file"
        return "waits for a person" if "waits for a person" in states else "graded"


@dataclass
class ClassResults:
    """All students, and the lines about files that belong to nobody's notebook."""

    assignments: list[AssignmentResult]
    lines: list[str]
    regrades: list[Regrade] = field(default_factory=list)

    @property
    def students(self) -> list[str]:
        """Every student, once."""
        return list(dict.fromkeys(one.student for one in self.assignments))


def collect(course: Course, folder: GradingFolder, db_url: str = "") -> ClassResults:
    """The results that lie in a grading folder and its gradebook."""
    records: dict[tuple[str, str], dict[str, Record]] = {}
    for record in folder.records():
        key = record["student"], record["assignment"]
        records.setdefault(key, {})[record["notebook"]] = record
    with Book(db_url or folder.db_url) as book:
        entries, late = book.entries(), book.late()
    assignments = course.assignments()
    found = [
        AssignmentResult(
            student,
            assignment,
            [
                _notebook(notebook, student, mine.get(notebook.name), entries)
                for notebook in assignments[assignment]
            ],
            next(iter(mine.values())).get("lms_id", ""),
            late.get((student, assignment), Late()),
        )
        for (student, assignment), mine in sorted(records.items())
        if assignment in assignments
    ]
    return ClassResults(found, _lines(folder), folder.regrades)


def _lines(folder: GradingFolder) -> list[str]:
    try:
        return [str(line) for line in json.loads(folder.lines_path.read_text("utf-8"))]
    except (OSError, ValueError):
        return []


def _notebook(notebook: Notebook, student: str, record: Record | None, entries) -> NotebookResult:
    checks, texts = all_checks(), all_written()
    graded = {part["id"]: part for part in record["parts"]} if record else {}
    titles = {part: one.title for one in notebook.exercises for part in one.parts}
    parts = []
    for cell in notebook.cells:
        if cell.role in ("test", "written"):
            source = checks if cell.role == "test" else texts
            key = student, notebook.chapter, notebook.stem, grade_id(cell.role, cell.key)
            entry = entries.get(key)
            if cell.role == "test":
                parts.append(_checked(source[cell.key], graded.get(cell.key), entry))
            else:
                answered = bool(record and record["written"].get(cell.key))
                parts.append(_written(source[cell.key], answered, entry))
            parts[-1].title = titles.get(cell.key, "")
    return NotebookResult(notebook, record, parts)


def _checked(check, part: PartRecord | None, entry: Entry | None) -> PartResult:
    result = PartResult(check.part, 0.0, check.points, check.bonus, state="missing")
    if part is not None:
        result.state, result.earned = part["state"], part["earned"]
        result.feedback, result.misconceptions = part["feedback"], part["misconceptions"]
        result.ended, result.unwritten = part.get("ended", ""), part.get("unwritten", False)
    if entry is not None:
        result.comment = entry.comment
        if entry.manual is not None or _given_by_hand(check, part, entry):
            result.automatic = part["earned"] if part and part["state"] == "graded" else None
            result.earned, result.state = entry.total, "read by a person"
            result.moved = entry.manual is not None and entry.needs_person
            if result.full:  # that person says that it is right
                result.misconceptions = []
    return result


def _given_by_hand(check, part: PartRecord | None, entry: Entry) -> bool:
    """Is the extra credit another one than grading gave? (Of bonus parts, it gives the points so.)"""
    if part is not None and part["state"] != "graded":
        return False  # it waits for a score
    ours = part["earned"] if part is not None and check.bonus else 0.0
    return abs(entry.extra - ours) > 0.005


def _written(text, answered: bool, entry: Entry | None) -> PartResult:
    result = PartResult(text.part, 0.0, text.points, text.bonus, state="missing")
    if entry is not None:
        result.earned, result.comment = entry.total, entry.comment
    if answered:
        waits = entry is None or entry.needs_person
        result.state = "waits for a person" if waits else "read by a person"
    elif entry is not None and (entry.manual is not None or entry.extra):
        result.state = "read by a person"  # of a text that stands elsewhere
    return result


def of_students(results: ClassResults, students: Iterable[str]) -> list[AssignmentResult]:
    """Only these students' assignments."""
    wanted = set(students)
    return [one for one in results.assignments if one.student in wanted]


def of_assignment(results: ClassResults, assignment: str) -> ClassResults:
    """Only this assignment; all of them when none is named."""
    chosen = [one for one in results.assignments if assignment in ("", one.assignment)]
    return ClassResults(chosen, results.lines)
