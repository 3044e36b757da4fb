"""A quick check, from the times of files, whether a run has anything to do at all.

Where it cannot tell, the ordinary run looks at every submission by itself (see `grading.kept`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from autograder.course import Course
from autograder.course.environment import environment
from autograder.course.files import write_json
from autograder.course.names import chapter_of
from autograder.gradebook.folder import GradingFolder
from autograder.gradebook.record import Outcome, Place


def state_of(course: Course, paths: Iterable[Path], about: Iterable[object]) -> str:
    """A hash of what a run depends on: the submissions' files, the course, and `about`."""
    made = hashlib.sha256()
    for text in (course.version(), *environment(), *about):
        made.update(f"{text}\0".encode())
    for path in paths:
        for line in _files(Path(path)):
            made.update(f"{line}\0".encode("utf-8", "surrogateescape"))
    return made.hexdigest()


def _files(path: Path) -> Iterable[str]:
    """Name, size and times of a file, or of all files in a folder."""
    yield str(path.resolve())
    places = [path]
    for folder, names, files in os.walk(path):
        names.sort()
        places += [Path(folder, name) for name in sorted(files)]
    for place in places:
        try:
            about = place.lstat()
        except OSError:
            continue
        if place is not path or not path.is_dir():
            yield f"{place} {about.st_size} {about.st_mtime_ns} {about.st_ctime_ns} {about.st_mode}"


def remember(
    folder: GradingFolder, state: str, records: list[Outcome], books: Iterable[Path] = ()
) -> None:
    """Note the state of a completed run, its notebooks, and when its `books` were written."""
    if all(record["state"] != "not graded" for record in records):
        notebooks = [[r["student"], r["notebook"]] for r in records]
        run = {**folder.run, "state": state, "notebooks": notebooks, "books": _times(books)}
        write_json(folder.run_path, run)


def _times(books: Iterable[Path]) -> list[int]:
    """When the gradebook was written: its file, and the log in which SQLite puts the latest entries."""
    files = [Path(f"{book}{end}") for book in books for end in ("", "-wal")]
    return [_time_of(file) for file in files if file.is_file() and file.stat().st_size]


def _time_of(file: Path) -> int:
    return file.stat().st_mtime_ns


def entered_since(folder: GradingFolder, books: Iterable[Path]) -> bool:
    """Was something entered into the gradebook since the last run, in formgrader say?"""
    return folder.run.get("books") != _times(books)


def results_of(
    folder: GradingFolder, state: str, needed: Iterable[Path], books: Iterable[Path] = ()
) -> list[Place] | None:
    """The places of all results when nothing has changed since they were written; else None.

    `needed` are files that must exist, besides those of every notebook; `books` are files that must
    be as the last run left them.
    """
    run = folder.run
    if run.get("unfinished") or run.get("state") != state or not all(p.is_file() for p in needed):
        return None
    if entered_since(folder, books):
        return None
    finished = _time_of(folder.run_path)
    found = []
    for student, notebook in run["notebooks"]:
        assignment = chapter_of(notebook)
        one: Place = {"student": student, "assignment": assignment, "notebook": notebook}
        feedback = folder.feedback_path(student, one["assignment"])
        places = (folder.path_of(one), folder.executed_path(one), feedback)
        if not all(map(os.path.exists, places)):
            return None
        if max(map(_time_of, places[:2])) > finished:  # by nbgrader's own command, say
            return None
        found.append(one)
    return found
