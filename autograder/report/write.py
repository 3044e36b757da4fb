"""Writes all that people read: feedback pages, grades.csv, the class page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.course import Course
from autograder.course.files import write_text
from autograder.gradebook.folder import GradingFolder
from autograder.gradebook.record import Place
from autograder.report.class_page import class_page
from autograder.report.feedback_page import write_feedback
from autograder.report.results import ClassResults, collect, of_students
from autograder.report.similar import similar
from autograder.report.tables import write_grades


def write_reports(
    course: Course, folder: GradingFolder, db_url: str = "", students: Iterable[str] | None = None
) -> ClassResults:
    """Write everything (feedback only for `students`, if given); returns the class's results."""
    results = collect(course, folder, db_url)
    chosen = results.assignments if students is None else of_students(results, students)
    write_feedback(folder, chosen)
    write_grades(course, results, folder.table)
    write_text(folder.page, class_page(results, similar(folder, results)))
    return results


def out_of_date(folder: GradingFolder, records: Iterable[Place]) -> set[str]:
    """The students whose feedback is older than one of these records, or is not there."""
    return {record["student"] for record in records if _is_newer_than_feedback(folder, record)}


def _is_newer_than_feedback(folder: GradingFolder, record: Place) -> bool:
    feedback = folder.feedback_path(record["student"], record["assignment"])
    return _time_of(feedback) < _time_of(folder.path_of(record))


def _time_of(path: Path) -> float:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0.0
