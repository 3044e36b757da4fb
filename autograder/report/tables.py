"""Scores as a table for a spreadsheet: grades.csv."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from autograder.course import Course
from autograder.course.files import write_text
from autograder.judging.feedback import points_text
from autograder.report.results import AssignmentResult, ClassResults

# Where a spreadsheet may take the rest for a formula: at the beginning, and after what it may take
# for the end of a cell (which that is depends on the language it is set to).
_FORMULA = re.compile(r"""(?:^|(?<=[;|\t\r\n]))(?=['" \xa0]*[=+\-@＝＋－＠﹢﹣﹦﹫]|'*[\t\r])""")
_MADE_HARMLESS = re.compile(_FORMULA.pattern.replace("(?=", "'(?=", 1))
_NUMBER = re.compile(r"-?\d+(\.\d+)?|-?")


def write_grades(course: Course, results: ClassResults, path: Path) -> None:
    """One line per student and assignment, one column per part of the course."""
    write_text(path, grades_csv(course, results))


def grades_csv(course: Course, results: ClassResults) -> str:
    """student, assignment, the parts, then the sums: total = points + bonus - late penalty."""
    columns = [
        f"{one.stem} {cell.key}"
        for notebooks in course.assignments().values()
        for one in notebooks
        for cell in one.cells
        if cell.role in ("test", "written")
    ]
    sums = ["points", "bonus", "late penalty", "total", "max"]
    rows = [["student", "assignment", *columns, *sums, "state", "notes"]]
    for one in results.assignments:
        scores = {f"{book.notebook.stem} {p.id}": p for book in one.notebooks for p in book.parts}
        cells = [_score(scores.get(column)) for column in columns]
        earned = (one.points, one.bonus, one.late.penalty, one.total)
        if one.state == "not graded":
            totals = [""] * len(earned)  # a sum without a part would be read as a mark
        else:
            totals = map(points_text, earned)
        row = [one.student, one.assignment, *cells, *totals, points_text(one.max)]
        rows.append([*row, one.state, _notes(one)])
    return as_csv(rows)


def _score(part) -> str:
    if part is None or part.state in ("missing", "not graded", "waits for a person"):
        return ""
    return points_text(part.earned)


def _notes(one: AssignmentResult) -> str:
    missing = [f"not handed in: {', '.join(one.missing)}"] if one.missing else []
    return " | ".join([*missing, *one.problems])


def as_csv(rows: list[list[str]], delimiter: str = ",") -> str:
    """Comma-separated values as RFC 4180 has them; a text that is a formula is made harmless."""
    text = io.StringIO()
    harmless = [[_harmless(cell) for cell in row] for row in rows]
    csv.writer(text, delimiter=delimiter).writerows(harmless)
    return text.getvalue()


def _harmless(cell: str) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front.

    So does one that looks like the result: `as_written` gives every text back.
    """
    return cell if _NUMBER.fullmatch(cell) else _FORMULA.sub("'", cell)


def as_written(cell: str) -> str:
    """What `as_csv` was given: without the apostrophes that it put in."""
    return _MADE_HARMLESS.sub("", cell)
