"""Scores as files that Canvas and Moodle import.

Canvas: the gradebook's CSV import ("How do I import grades in the Gradebook?", Canvas Instructor
Guide). The columns are those of its export, and what it does with them is in canvas-lms,
lib/gradebook_importer.rb: the header is refused unless "Section" ends the student columns; a student
is looked up by ID, else by SIS User ID, SIS Login ID, and name; an assignment by "Title (id)", else by
title; Canvas asks about students and assignments that it does not find.

Moodle: the assignment's offline grading worksheet ("Offline grading worksheet", Moodle docs,
Assignment settings), one file per assignment. What it reads is in moodle,
mod/assign/feedback/offline/importgradeslib.php and locallib.php: the columns Identifier ("Participant"
and a number), Grade and Last modified (grade) have to be there; rows without a known identifier are
skipped; so are grades above the assignment's maximum, and grades that are newer in Moodle than
"Last modified (grade)" says, unless a box is ticked.

Both take UTF-8 without a byte order mark (Canvas would take one for a part of the first heading), and
both read a decimal point whatever the language (canvas-lms: decimal_comma_to_period; moodle:
unformat_float in lib/moodlelib.php). A score is the total: bonus and late penalty counted. A name that
begins like a formula gets an apostrophe (see `as_csv`); both platforms go by their number first.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.course import Course
from autograder.course.names import chapter_title
from autograder.judging.feedback import points_text
from autograder.report.feedback_page import summary_text
from autograder.report.item_analysis import assignments_of
from autograder.report.results import AssignmentResult, ClassResults
from autograder.report.tables import as_csv, grades_csv

FORMATS = ("csv", "canvas", "moodle")
CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
MOODLE = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade",
          "Grade can be changed", "Last modified (submission)", "Last modified (grade)",
          "Feedback comments"]  # fmt: skip
_CANVAS_SUMS = re.compile(r"(Current|Final|Override) (Score|Points|Grade|Status)")


class BadTemplate(ValueError):
    """A file from the platform cannot be filled in."""


@dataclass
class Export:
    """Files to write (name -> text), and lines about what the platform will do with them."""

    files: dict[str, str]
    lines: list[str] = field(default_factory=list)


def export(course: Course, results: ClassResults, to: str) -> Export:
    """The scores in one of `FORMATS`."""
    if to == "csv":
        return Export({"grades.csv": grades_csv(course, results)})
    doubtful = doubtful_numbers(results)
    sure = without(results, doubtful)
    made = _canvas(sure) if to == "canvas" else _moodle(sure)
    made.lines += [*refused(doubtful), *_remarks(results)]
    return made


def _remarks(results: ClassResults) -> list[str]:
    """What every platform shares."""
    lines = []
    if faults := [one for one in results.assignments if one.state == "not graded"]:
        lines.append(
            f"{_named(faults)} could not be graded (a fault of the course): no score is exported."
        )
    if waiting := [one for one in results.assignments if one.state == "waits for a person"]:
        lines.append(f"Texts of {_named(waiting)} are still to be read; their points are not in.")
    if late := [one for one in results.assignments if one.late.penalty]:
        lines.append(
            f"The scores of {_named(late)} are after late penalties; the platform must not take "
            "off points for the same reason again."
        )
    return lines


def _named(found: Iterable[AssignmentResult | str]) -> str:
    names = list(dict.fromkeys(one if isinstance(one, str) else one.student for one in found))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _score(one: AssignmentResult | None) -> str:
    """Empty where there is no score: nothing handed in, or not graded by a fault of ours."""
    return "" if one is None or one.state == "not graded" else points_text(one.total)


# Canvas ---------------------------------------------------------------------------------------


def _canvas(results: ClassResults) -> Export:
    names, found = assignments_of(results), _by_place(results)
    tops = {one.assignment: points_text(one.max) for one in results.assignments}
    ids = {one.student: one.lms_id for one in results.assignments if one.lms_id}
    rows = [[*CANVAS, *names], ["    Points Possible", "", "", "", "", *map(tops.get, names)]]
    for student in results.students:
        number = ids.get(student, "")
        login = "" if number else student
        scores = [_score(found.get((student, name))) for name in names]
        rows.append([student, number, "", login, "", *scores])
    lines = []
    if without := [student for student in results.students if student not in ids]:
        lines.append(
            f"Without a Canvas ID: {_named(without)}. Canvas looks for their SIS login and their "
            "name, and asks you about those that it does not find."
        )
    return Export({"canvas.csv": as_csv(rows)}, lines)


def _by_place(results: ClassResults) -> dict[tuple[str, str], AssignmentResult]:
    return {(one.student, one.assignment): one for one in results.assignments}


# Moodle ---------------------------------------------------------------------------------------


def _moodle(results: ClassResults) -> Export:
    files, lines = {}, []
    for name in assignments_of(results):
        mine = [one for one in results.assignments if one.assignment == name]
        rows = [MOODLE]
        for one in mine:
            number = f"Participant {one.lms_id}" if one.lms_id else ""
            grade = _within(one, one.max)
            rows.append([number, one.student, "", "", grade, points_text(one.max), "Yes", "-", "-",
                         summary_text(one)])  # fmt: skip
        files[f"moodle-{name}.csv"] = as_csv(rows)
        lines += _above(mine, mine[0].max)
        if without := [one for one in mine if not one.lms_id]:
            lines.append(
                f"{name}: without a Moodle number: {_named(without)}. Moodle skips their rows; fill "
                "in Moodle's own grading worksheet with --template."
            )
    lines.append(
        "The assignments in Moodle need the same maximum grades. To replace grades that are there "
        'already, tick "Allow updating records that have been modified more recently in Moodle than '
        'in the spreadsheet".'
    )
    return Export(files, lines)


def _within(one: AssignmentResult, top: float) -> str:
    """The score, which for Moodle must not be above the maximum."""
    score = _score(one)
    return points_text(min(one.total, top)) if score else ""


def _above(found: list[AssignmentResult], top: float) -> list[str]:
    """Whose score is cut."""
    cut = [f"{one.student} ({points_text(one.total)})" for one in found if one.total > top]
    return [
        f"{found[0].assignment}: more than the maximum, thanks to bonus points: {_named(cut)}. Moodle "
        f"refuses such grades; {points_text(top)} is written."
    ] if cut else []  # fmt: skip


# the platform's own file, filled in -----------------------------------------------------------


def fill_in(results: ClassResults, to: str, text: str, column: str = "") -> Export:
    """The file that the platform gave (`text`), with our scores in it and nothing else changed.

    Canvas: the exported gradebook; our assignments are found by their title, or the only one by the
    heading `column`. Moodle: the grading worksheet of the only assignment in `results`.
    """
    table, names = _Table(text), assignments_of(results)
    doubtful, everything = doubtful_numbers(results), results
    results = without(results, doubtful)
    if len(names) > 1 and (column or to == "moodle"):
        raise BadTemplate(
            f"Say with --assignment which one the template is for: {', '.join(names)}."
        )
    empty = _Empty(everything, doubtful)
    if to == "canvas":
        made = _fill_canvas(table, results, column, empty)
    else:
        made = _fill_moodle(table, results, empty)
    if not table.changed:
        why = " ".join(
            ["None of the students in the template has a result here.", *refused(doubtful)]
        )
        raise BadTemplate(why)
    made.lines += [*empty.lines(), *refused(doubtful), *_remarks(everything)]
    return made


class _Empty:
    """The rows of a template that stay empty, and why."""

    def __init__(self, results: ClassResults, doubtful: Iterable[str]):
        self.ids = {one["student"]: one["lms_id"] for one in results.unused if one["student"]}
        self._results, self._doubtful = _by_place(results), frozenset(doubtful)
        self._files = results.without_result
        self._found: dict[tuple[str, str], list[str]] = {}

    def note(self, row: str, number: str, student: str | None, assignment: str) -> None:
        """A row without a score: what it says of the person, and who that is, if anybody knows."""
        why = self._why(number, student or "", assignment)
        self._found.setdefault((assignment, why), []).append(row)

    def _why(self, number: str, student: str, assignment: str) -> str:
        if number and number in self._doubtful:
            return "the number belongs to several students"
        if (student, assignment) in self._results:
            return "not graded, a fault of the course"
        if self._files.keys() & {(student, assignment), (student, "")}:
            return "only files that cannot be graded were handed in"
        return "nothing was handed in"

    def lines(self) -> list[str]:
        """A line for each assignment and reason, with all names."""
        return [
            f"{name}: {len(rows)} {'row stays' if len(rows) == 1 else 'rows stay'} empty, because {why}: "
            f"{'; '.join(rows)}."
            for (name, why), rows in self._found.items()
        ]


def read_template(path: Path) -> str:
    """The text of a platform's file."""
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as problem:
        raise BadTemplate(f"{path} cannot be read: {problem.strerror or problem}.") from None
    except UnicodeDecodeError:
        raise BadTemplate(f"{path} is not UTF-8; use the file as the platform gave it.") from None


class _Table:
    """A CSV file as rows that can be changed and written back with the same separator."""

    def __init__(self, text: str):
        text = text.removeprefix("\ufeff")
        head = text.partition("\n")[0]
        self.delimiter = max(",;\t", key=head.count)
        self.rows = [row for row in csv.reader(io.StringIO(text), delimiter=self.delimiter) if row]
        self.changed = 0
        if not self.rows:
            raise BadTemplate("The template is empty.")

    @property
    def head(self) -> list[str]:
        """The headings."""
        return self.rows[0]

    def column(self, name: str) -> int | None:
        """Where the heading stands."""
        return self.head.index(name) if name in self.head else None

    def cell(self, row: list[str], name: str) -> str:
        """A value by its heading; empty when there is none."""
        place = self.column(name)
        return row[place].strip() if place is not None and place < len(row) else ""

    def set(self, row: list[str], place: int, value: str) -> None:
        """Change a value."""
        row.extend([""] * (place + 1 - len(row)))
        row[place] = value
        self.changed += 1

    def text(self) -> str:
        """The file; cells that are not ours stay as they are."""
        made = io.StringIO()
        csv.writer(made, delimiter=self.delimiter).writerows(self.rows)
        return made.getvalue()


def _fill_canvas(table: _Table, results: ClassResults, column: str, empty: _Empty) -> Export:
    names = assignments_of(results)
    places = {name: _canvas_column(table, name, column) for name in names}
    found, seen, lines = _by_place(results), set(), []
    numbers = {one.student: one.lms_id for one in results.assignments if one.lms_id}
    ids = empty.ids | {student: numbers.get(student, "") for student in results.students}
    for row in table.rows[1:]:
        if row[0].strip() == "Points Possible":
            lines += _other_maximum(row, places, results)
            continue
        student = _student_of(table, row, ids)
        for name, place in places.items():
            if score := _score(found.get((student, name))):
                table.set(row, place, score)
                seen.add(student)
            elif _is_person(row) and not (row[place : place + 1] or [""])[0].strip():
                empty.note(row[0].strip(), table.cell(row, "ID"), student, name)
    lines += _not_found(set(results.students) - seen)
    return Export({"canvas.csv": table.text()}, lines)


def _is_person(row: list[str]) -> bool:
    """Canvas also has rows about assignments, and one for trying things out."""
    return row[0].strip() not in ("", "Student, Test")


def _canvas_column(table: _Table, name: str, column: str) -> int:
    """The column of an assignment: its heading is "Title (id)"."""
    title = chapter_title(name)
    wanted = [column] if column else [name, title, *title.split(" · ")]
    wanted = [one.casefold() for one in wanted]
    headings = {
        place: head
        for place, head in enumerate(table.head)
        if head not in (*CANVAS, "LastName", "FirstName", "Integration ID", "Root Account")
        and not _CANVAS_SUMS.search(head)
    }
    found = [
        place
        for place, head in headings.items()
        if {head.casefold(), re.sub(r" \(\d+\)$", "", head).casefold()} & set(wanted)
    ]
    if len(found) != 1:
        which = "no column" if not found else "several columns"
        listed = ", ".join(headings.values()) or "no assignments"
        raise BadTemplate(
            f"The template has {which} for {column or name}; say which one with --assignment {name} "
            f'--column "HEADING". It has: {listed}.'
        )
    return found[0]


def _student_of(table: _Table, row: list[str], ids: dict[str, str]) -> str | None:
    """Who a row of Canvas's gradebook is about: by ID, else by login or name."""
    number = table.cell(row, "ID")
    by_id = {lms_id: student for student, lms_id in ids.items() if lms_id}
    if number in by_id:
        return by_id[number]
    name = table.cell(row, "Student")
    last, _, first = name.partition(", ")
    known = {student.casefold(): student for student, lms_id in ids.items() if not lms_id}
    said = (
        table.cell(row, "SIS Login ID"),
        table.cell(row, "SIS User ID"),
        name,
        f"{first} {last}",
    )
    return next((known[one.casefold()] for one in said if one.casefold() in known), None)


def _other_maximum(row: list[str], places: dict[str, int], results: ClassResults) -> list[str]:
    """Assignments that are worth something else on the platform."""
    tops = {one.assignment: one.max for one in results.assignments}
    lines = []
    for name, place in places.items():
        theirs = row[place].strip() if place < len(row) else ""
        lines += _differs(name, "Canvas", theirs, tops[name])
    return lines


def _differs(name: str, platform: str, theirs: str, ours: float) -> list[str]:
    """A line when the platform has another maximum."""
    if _number(theirs) == ours:
        return []
    return [
        f"{name}: the maximum in {platform} is {theirs or 'not set'}, in the course "
        f"{points_text(ours)}; make them equal."
    ]


def _fill_moodle(table: _Table, results: ClassResults, empty: _Empty) -> Export:
    (name,) = assignments_of(results)
    missing = [head for head in ("Identifier", "Grade") if head not in table.head]
    if missing:
        raise BadTemplate(
            f"The template has no column {' and no column '.join(missing)}; download the grading "
            "worksheet from the assignment, with Moodle's language set to English."
        )
    ids = {one.lms_id: one for one in results.assignments if one.lms_id}
    known = {one.student.casefold(): one for one in results.assignments}
    others = {number: student for student, number in empty.ids.items() if number}
    seen, cut, tops = set(), [], set()
    for row in table.rows[1:]:
        number = re.search(r"\d*$", table.cell(row, "Identifier"))[0]
        mail = table.cell(row, "Email address").casefold()
        said = table.cell(row, "Full name").casefold(), mail, mail.partition("@")[0]
        one = ids.get(number) or next((known[text] for text in said if text in known), None)
        if one is None or not _score(one):
            if not table.cell(row, "Grade"):
                row_says = table.cell(row, "Full name") or table.cell(row, "Identifier")
                student = one.student if one else others.get(number)
                empty.note(row_says, number, student, name)
            continue
        tops.add(table.cell(row, "Maximum Grade"))
        top = _number(table.cell(row, "Maximum Grade")) or one.max
        table.set(row, table.column("Grade"), _within(one, top))
        comment = table.column("Feedback comments")
        if comment is not None and not table.cell(row, "Feedback comments"):
            table.set(row, comment, summary_text(one))
        seen.add(one.student)
        cut += [(one, top)] if one.total > top else []
    lines = _above([one for one, _ in cut], cut[0][1]) if cut else []
    for top in tops:
        lines += _differs(name, "Moodle", top, results.assignments[0].max)
    lines += _not_found(set(results.students) - seen)
    return Export({f"moodle-{name}.csv": table.text()}, lines)


def doubtful_numbers(results: ClassResults) -> dict[str, list[str]]:
    """The platform's numbers that several students have: whose result goes there is not known."""
    students: dict[str, set[str]] = {}
    for one in results.assignments:
        if one.lms_id:
            students.setdefault(one.lms_id, set()).add(one.student)
    return {number: sorted(names) for number, names in students.items() if len(names) > 1}


def without(results: ClassResults, doubtful: dict[str, list[str]]) -> ClassResults:
    """The results whose place on the platform is known."""
    unknown = {student for names in doubtful.values() for student in names}
    kept = [one for one in results.assignments if one.student not in unknown]
    return replace(results, assignments=kept)


def refused(doubtful: dict[str, list[str]], what: str = "no score was entered for it") -> list[str]:
    """A line for each number that several students have."""
    return [
        f"The number {number} belongs to {_named(names)}: {what}; remove the "
        "results of whoever does not have that number."
        for number, names in doubtful.items()
    ]


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _not_found(students: set[str]) -> list[str]:
    return [
        f"Not in the template, or without a score: {_named(sorted(students))}."
    ] if students else []  # fmt: skip
