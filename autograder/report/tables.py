"""Scores as tables: grades.csv, and the files that learning platforms import."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from autograder.course import Course
from autograder.feedback import points_text
from autograder.grading.folder import write_text
from autograder.report.results import AssignmentResult, ClassResults

FORMATS = ("csv", "canvas", "moodle")


def write_grades(course: Course, results: ClassResults, path: Path) -> None:
    """One line per student and assignment, one column per part of the course."""
    write_text(path, grades_csv(course, results))


def grades_csv(course: Course, results: ClassResults) -> str:
    """student, assignment, the parts, points, bonus, max, state, notes."""
    columns = [
        f"{one.stem} {cell.key}"
        for notebooks in course.assignments().values()
        for one in notebooks
        for cell in one.cells
        if cell.role in ("test", "written")
    ]
    rows = [["student", "assignment", *columns, "points", "bonus", "max", "state", "notes"]]
    for one in results.assignments:
        scores = {f"{book.notebook.stem} {p.id}": p for book in one.notebooks for p in book.parts}
        cells = [_score(scores.get(column)) for column in columns]
        totals = [points_text(number) for number in (one.points, one.bonus, one.max)]
        rows.append([one.student, one.assignment, *cells, *totals, one.state, _notes(one)])
    return _csv(rows)


def files_for(course: Course, results: ClassResults, to: str) -> dict[str, str]:
    """{file name: text} in one of `FORMATS`."""
    if to == "csv":
        return {"grades.csv": grades_csv(course, results)}
    return _canvas(results) if to == "canvas" else _moodle(results)


def _canvas(results: ClassResults) -> dict[str, str]:
    """Canvas's gradebook import: one column per assignment, a row with the points possible."""
    names = list(dict.fromkeys(one.assignment for one in results.assignments))
    tops = {one.assignment: one.max for one in results.assignments}
    ids = {one.student: one.lms_id for one in results.assignments if one.lms_id}
    score = {(one.student, one.assignment): one.points + one.bonus for one in results.assignments}
    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *names]]
    rows.append(["    Points Possible", "", "", "", "", *(points_text(tops[n]) for n in names)])
    for student in results.students:
        found = (score.get((student, name)) for name in names)
        points = ["" if value is None else points_text(value) for value in found]
        rows.append([student, ids.get(student, ""), "", "", "", *points])
    return {"canvas.csv": _csv(rows)}


def _moodle(results: ClassResults) -> dict[str, str]:
    """Moodle's grading worksheet, one file per assignment."""
    files = {}
    for name in dict.fromkeys(one.assignment for one in results.assignments):
        rows = [["Identifier", "Full name", "Grade", "Maximum Grade", "Feedback comments"]]
        for one in results.assignments:
            if one.assignment == name:
                identifier = f"Participant {one.lms_id}" if one.lms_id else ""
                grade, top = points_text(one.points + one.bonus), points_text(one.max)
                rows.append([identifier, one.student, grade, top, ""])
        files[f"moodle-{name}.csv"] = _csv(rows)
    return files


def _score(part) -> str:
    if part is None or part.state in ("missing", "not graded", "waits for a person"):
        return ""
    return points_text(part.earned)


def _notes(one: AssignmentResult) -> str:
    missing = [f"not handed in: {', '.join(one.missing)}"] if one.missing else []
    return " | ".join([*missing, *one.problems])


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([[_harmless(cell) for cell in row] for row in rows])
    return text.getvalue()


def _harmless(cell: str) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
