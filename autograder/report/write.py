"""Writes all that people read: feedback pages, grades.csv, the class page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.course import Course
from autograder.course.files import write_json, write_text
from autograder.course.names import chapter_title
from autograder.gradebook.book import Book
from autograder.gradebook.folder import GradingFolder
from autograder.gradebook.record import Place
from autograder.gradebook.roster import Roster
from autograder.gradebook.unused import line_for_student
from autograder.report.beside import beside
from autograder.report.class_page import class_page
from autograder.report.feedback_page import not_graded_page, write_feedback
from autograder.report.results import NOT_GRADED, ClassResults, collect, of_students
from autograder.report.similar import similar
from autograder.report.tables import write_grades


def write_reports(
    course: Course, folder: GradingFolder, db_url: str = "", students: Iterable[str] | None = None
) -> ClassResults:
    """Write everything (feedback only for `students`, if given); returns the class's results."""
    results = collect(course, folder, db_url)
    if results.people:
        with Book(db_url or folder.db_url) as book:
            book.enter_names(results.people)
    chosen = results if students is None else of_students(results, students)
    with beside(lambda: write_feedback(folder, chosen.assignments)):
        _write_not_graded(folder, results)
        write_grades(course, results, folder.table)
        write_text(folder.page, class_page(results, similar(folder, results)))
    return results


def _write_not_graded(folder: GradingFolder, results: ClassResults) -> None:
    """A page for everybody of whom no file could be graded."""
    for student in results.students:
        folder.feedback_path(student, NOT_GRADED).unlink(missing_ok=True)
    for (student, assignment), files in results.without_result.items():
        person = results.people.get(student)
        title = chapter_title(assignment) if assignment else "What you handed in"
        lines = [line_for_student(one) for one in files]
        text = not_graded_page(person.name if person else student, title, lines)
        write_text(folder.feedback_path(student, assignment or NOT_GRADED), text)


def save_roster(folder: GradingFolder, roster: Roster) -> bool:
    """Keep the class's list beside the results; is it another one than before?"""
    before, plain = folder.roster, roster.as_plain()
    if before != plain:
        write_json(folder.roster_path, plain)
    return before != plain


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
