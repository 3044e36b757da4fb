"""The results of a class: what was graded automatically, with what a person entered since."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from autograder.course import Course
from autograder.course.cell_ids import grade_id
from autograder.course.cells import Notebook
from autograder.course.names import chapter_title
from autograder.gradebook.book import Book, Entry, Late
from autograder.gradebook.folder import GradingFolder
from autograder.gradebook.record import PartRecord, Record, Regrade, Unused
from autograder.gradebook.roster import Listed, Roster
from autograder.gradebook.unused import line_for_student
from autograder.judging.feedback import points_text
from autograder.notation.registry import all_checks, all_written

NOT_GRADED = "not_graded"  # in place of an assignment, of files whose assignment nobody knows


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
    name: str = ""  # the person's, by the roster
    unused: list[str] = field(default_factory=list)  # files that were not graded, and why

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
        """Lines for the person who grades, with the notebook or the file they are about."""
        return [*self.noticed, *self.unused]

    @property
    def noticed(self) -> list[str]:
        """Those about notebooks."""
        return [f"{one.notebook.stem}: {line}" for one in self.notebooks for line in one.problems]

    @property
    def damaged(self) -> bool:
        """Could no file be read?"""
        handed_in = [one for one in self.notebooks if one.record]
        return bool(handed_in) and all(one.damaged for one in handed_in)

    @property
    def untouched(self) -> bool:
        """Is nothing filled in, in any notebook that was handed in?"""
        records = [one.record for one in self.notebooks if one.record]
        blank = not any(r["answered"] or r["earned"] or r["bonus"] for r in records)
        return bool(records) and blank and not any(one.damaged for one in self.notebooks)

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
    unused: list[Unused] = field(default_factory=list)
    roster: Roster = field(default_factory=Roster)
    regrades: list[Regrade] = field(default_factory=list)
    # Graded too, and not looked at here: whoever stands there did hand something in.
    others: list[AssignmentResult] = field(default_factory=list)

    @property
    def students(self) -> list[str]:
        """Every student, once."""
        return list(dict.fromkeys(one.student for one in self.assignments))

    @cached_property
    def people(self) -> dict[str, Listed]:
        """Who the students are, by the roster; those too of whom no file could be graded."""
        numbers = {one["student"]: one["lms_id"] for one in self.unused if one["student"]}
        graded = [*self.assignments, *self.others]
        numbers |= {one.student: numbers.get(one.student, "") for one in graded}
        numbers |= {one.student: one.lms_id for one in graded if one.lms_id}
        return self.roster.who(numbers)

    @property
    def absent(self) -> list[Listed]:
        """Who is on the roster and handed in nothing at all."""
        there = set(self.people.values())
        return [one for one in self.roster.listed if one not in there]

    @property
    def without_result(self) -> dict[tuple[str, str], list[Unused]]:
        """Files that were not graded, by (student, assignment), where nothing else was graded."""
        graded = [*self.assignments, *self.others]
        there = {(one.student, name) for one in graded for name in ("", one.assignment)}
        found: dict[tuple[str, str], list[Unused]] = {}
        for one in self.unused:
            key = one["student"], one["assignment"]
            if one["student"] and key not in there:
                found.setdefault(key, []).append(one)
        return found


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
    results = ClassResults(
        found, _lines(folder), folder.unused, Roster.of(folder.roster), folder.regrades
    )
    for one in found:
        person = results.people.get(one.student)
        one.name = person.name if person else ""
        one.unused = [
            line_for_student(file)
            for file in results.unused
            if file["student"] == one.student and file["assignment"] in ("", one.assignment)
        ]
    return results


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
    result = NotebookResult(notebook, record, parts)
    for part in parts if result.damaged else ():
        part.feedback, part.misconceptions = [], []  # nobody knows what was written
    return result


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


def of_students(results: ClassResults, students: Iterable[str]) -> ClassResults:
    """Only these students' assignments; the rest of the class are the others."""
    wanted = set(students)
    chosen = [one for one in results.assignments if one.student in wanted]
    others = [one for one in results.assignments if one.student not in wanted]
    return replace(results, assignments=chosen, others=others)


def of_assignment(results: ClassResults, assignment: str) -> ClassResults:
    """Only this assignment; all of them when none is named."""
    chosen = [one for one in results.assignments if assignment in ("", one.assignment)]
    return replace(results, assignments=chosen)
