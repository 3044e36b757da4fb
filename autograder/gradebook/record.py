"""The result of one notebook as plain data: what is kept in files, printed by --json, and reported."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class PartRecord(TypedDict):
    """The verdict on one part. `state` is "graded", or "not graded" for a fault of the course."""

    id: str
    earned: float
    points: float
    bonus: bool
    state: str
    feedback: list[str]
    misconceptions: list[str]
    ended: str  # what ended the observation: "timeout", "crash", "memory" or ""
    unwritten: bool  # nothing is written


class NotebookRecord(TypedDict):
    """The result of grading a notebook, without its student.

    `state` is "graded", "damaged" (graded as empty), or "not graded" (a fault of the course).
    """

    notebook: str
    assignment: str
    state: str
    earned: float
    points: float
    bonus: float
    parts: list[PartRecord]
    written: dict[str, str]  # part -> hash of the student's text, "" when not answered
    answered: list[str]  # ids of the answer and written cells that are filled in
    problems: list[str]
    tier: str
    seed: int
    version: str


class MadeFrom(TypedDict, total=False):
    """Fingerprints of what a result was made from; nbgrader's own commands give the file's alone."""

    file: str
    about: str
    ground: str
    text: str
    parts: dict[str, str]


class Before(TypedDict, total=False):
    """Where the points changed since the record before this one: its points. Else empty."""

    earned: float
    parts: dict[str, float]
    resubmitted: bool


class Unused(TypedDict):
    """Files that were handed in and not graded: one, or several of a folder for the same reason."""

    student: str  # "" when nobody knows whose they are
    lms_id: str
    assignment: str  # "" when nobody knows
    file: str  # as the person who grades knows it
    names: list[str]
    why: str
    usual: bool  # nothing is wrong with them: they are of another kind
    origin: str  # the path that was given to the command


class Regrade(TypedDict):
    """One line of the log of what was graded again by hand; `part` is "" for a whole assignment.

    `before` and `after` are automatic points, with bonus; None when there were none.
    """

    date: str
    by: str  # the account that did it
    student: str
    assignment: str
    part: str
    inputs: str  # "the same" or "fresh"
    reason: str
    before: float | None
    after: float | None


class Place(TypedDict):
    """Whose notebook: enough to find the files of a record."""

    student: str
    assignment: str
    notebook: str


class Record(NotebookRecord):
    """The result of one notebook of one student."""

    student: str
    lms_id: str
    file: str
    guest: NotRequired[bool]  # the file is another notebook's
    made_from: MadeFrom
    before: Before


class Outcome(Place):
    """What a run keeps in memory of a record, which lies on disk: a class of any size takes little."""

    state: str


def outcome_of(record: Record) -> Outcome:
    """The outcome that a record stands for."""
    return {name: record[name] for name in ("student", "assignment", "notebook", "state")}
