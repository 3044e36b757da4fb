"""Grades a class: submissions in, executed notebooks, results and gradebook entries out.

Students' code runs in the pool's workers; judging and writing happen here, one after another.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

import nbformat

from autograder.authoring.build import write_sources
from autograder.course import Course
from autograder.gradebook import Book, parse_time
from autograder.grading.executor import Pool
from autograder.grading.folder import GradingFolder, write_bytes, write_json, write_text
from autograder.grading.given import given_notebooks
from autograder.grading.grade import GradedNotebook, Plan, execute, finish, prepare, prepare_damaged
from autograder.grading.intake import Submission, take_in
from autograder.isolation import Limits, Tier
from autograder.reference import Reference


class Nothing(ValueError):
    """There is nothing to grade, in one sentence."""


def grade_class(
    course: Course,
    paths: Iterable[Path],
    folder: GradingFolder,
    *,
    tier: Tier,
    workers: int,
    seed: int | None = None,
    db_url: str = "",
    limits: Limits | None = None,
    started: Callable[[int], None] = lambda count: None,
    done: Callable[[dict], None] = lambda record: None,
) -> tuple[list[dict], list[str]]:
    """Grade everything below `paths`.

    Returns the results in the order of students and notebooks, and a line for every file that
    could not be used. `started` gets the number of notebooks, `done` every result as it comes.
    """
    givens, paths = given_notebooks(course), list(paths)
    intake = take_in(paths, givens)
    if not intake.submissions:
        named = ", ".join(map(str, paths))
        raise Nothing("\n".join([*intake.lines, f"No notebooks to grade were found in {named}."]))
    started(len(intake.submissions))
    seed = secrets.randbelow(2**31) if seed is None else seed
    reference = Reference(course)
    write_sources(course, folder.source)
    records: dict[int, dict] = {}
    with Book(db_url or folder.db_url) as book:
        book.register(givens.values())
        plans = [plan_of(submission, reference) for submission in intake.submissions]
        with Pool(tier, min(workers, max(1, len(plans)))) as pool:
            for index, results in pool.map(lambda w, plan: execute(w, plan, seed, limits), plans):
                graded = finish(plans[index], results, reference, seed, tier.name)
                records[index] = store(intake.submissions[index], graded, folder, book)
                done(records[index])
    write_json(folder.lines_path, intake.lines)
    return [records[index] for index in sorted(records)], intake.lines


def plan_of(submission: Submission, reference: Reference) -> Plan:
    """The plan for a submission, damaged or not."""
    if submission.cells is None:
        return prepare_damaged(submission.notes[0], submission.given, reference)
    return prepare(submission.cells, submission.given, reference)


def store(
    submission: Submission, graded: GradedNotebook, folder: GradingFolder, book: Book
) -> dict:
    """Write what belongs to one graded notebook; returns its record."""
    given, student = submission.given, submission.student
    place = Path(student) / given.assignment / f"{given.stem}.ipynb"
    record = {
        "student": student,
        "lms_id": submission.lms_id,
        "file": submission.source,
        **graded.record(),
    }
    if submission.timestamp and not parse_time(submission.timestamp):
        submission.notes.append("The time in its timestamp.txt cannot be read.")
    record["problems"] = list(dict.fromkeys(submission.notes + record["problems"]))
    target = folder.submitted / place
    if not _lies_in(folder.submitted, submission.path):
        write_bytes(target, submission.data)
    if parse_time(submission.timestamp):
        write_text(target.with_name("timestamp.txt"), submission.timestamp + "\n")
    write_text(folder.autograded / place, nbformat.writes(graded.notebook) + "\n")
    save(record, folder, book, submission.timestamp)
    return record


def _lies_in(folder: Path, path: Path | None) -> bool:
    """Was it handed in right there (and is the student's only copy)?"""
    return path is not None and path.is_relative_to(folder.resolve())


def save(record: dict, folder: GradingFolder, book: Book, timestamp: str = "") -> None:
    """The record on disk and in the gradebook."""
    stem = record["notebook"].rsplit("/", 1)[-1]
    previous = folder.record(record["student"], record["assignment"], stem)
    book.store(record, previous, timestamp)
    write_json(folder.record_path(record["student"], record["assignment"], stem), record)
