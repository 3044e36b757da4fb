"""The one writer of nbgrader's gradebook. What a person entered there is never overwritten."""

from __future__ import annotations

import contextlib
import functools
import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace

import sqlalchemy.exc
from nbgrader import utils
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    InvalidEntry,
    Notebook,
    SolutionCell,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from sqlalchemy import insert, select, update

from autograder.course.cell_ids import grade_id, part_of, role_of
from autograder.course.given import Given
from autograder.course.names import stem_of
from autograder.gradebook.database import (
    GradebookError,
    one_writer,
    open_gradebook,
    public_address,
    reason,
)
from autograder.gradebook.record import PartRecord, Record
from autograder.gradebook.roster import Listed
from autograder.gradebook.texts import OFFSET, offset_of, points_of

MAX_COLUMN = 128  # characters that nbgrader's columns take
# (student, score of a notebook, seconds late) -> points to take off, or None
Penalty = Callable[[str, float, float], float | None]


def _transaction(method):
    """All that the method enters is kept, or nothing. It commits once, at its end."""

    @functools.wraps(method)
    def call(self, *args, **kwargs):
        with warnings.catch_warnings(), self._in_a_sentence("written"):
            # remarks on how nbgrader builds its objects
            warnings.simplefilter("ignore", sqlalchemy.exc.SAWarning)
            with one_writer(self._book.engine):
                return method(self, *args, **kwargs)

    return call


def parse_time(timestamp: str) -> datetime | None:
    """The time in nbgrader's timestamp.txt (UTC); None when there is none that can be read."""
    try:
        return utils.parse_utc(timestamp) if timestamp.strip() else None
    except (ValueError, OverflowError, TypeError):
        return None


@dataclass(frozen=True)
class Entry:
    """What the gradebook holds about one part of one student."""

    auto: float | None
    manual: float | None
    extra: float
    needs_person: bool
    comment: str

    @property
    def score(self) -> float:
        """The points that count: a person's, or else the automatic ones."""
        counted = self.manual if self.manual is not None else self.auto
        return counted or 0.0

    @property
    def total(self) -> float:
        """With extra credit, as nbgrader counts."""
        return round(self.score + self.extra, 2)


@dataclass(frozen=True)
class Late:
    """By how much an assignment was handed in late, and the points that this costs."""

    seconds: float = 0.0
    penalty: float = 0.0


class Book:
    """An open gradebook. Use as a context manager."""

    def __init__(self, db_url: str, course_id: str = ""):
        self._book = open_gradebook(db_url, course_id)

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *exception) -> None:
        self._book.close()

    @property
    def is_empty(self) -> bool:
        """Does it hold no submissions?"""
        with self._in_a_sentence("read"):
            empty = not self._book.students
            self._book.db.commit()  # a run may take hours: the server waits for nothing
            return empty

    @contextlib.contextmanager
    def _in_a_sentence(self, done: str):
        """Roll back when something fails; a database's failure becomes a `GradebookError`."""
        try:
            yield
        except BaseException as problem:
            with contextlib.suppress(sqlalchemy.exc.SQLAlchemyError):
                self._book.db.rollback()
            if not isinstance(problem, (sqlalchemy.exc.SQLAlchemyError, InvalidEntry)):
                raise
            address = self._book.engine.url
            raise GradebookError(
                f"The gradebook {public_address(address)} could not be {done}: "
                f"{reason(problem, address)}. "
                "What was entered before is kept; when that is mended, give the same command again."
            ) from problem

    # the course -------------------------------------------------------------------------------

    @_transaction
    def register(self, givens: Iterable[Given]) -> None:
        """Enter assignments, notebooks and cells, as nbgrader's generate_assignment does.

        Exercises that were added to the course since are added to submissions that are there;
        cells that the course no longer has are worth nothing from then on.
        """
        db, assignments = self._book.db, {}
        for given in givens:
            assignment = self._enter(
                Assignment, {"name": given.assignment}, first={"course_id": self._book.course_id}
            )
            kernel = json.dumps(given.shown.metadata.get("kernelspec", {}))
            notebook = self._enter(
                Notebook, {"name": given.stem, "assignment": assignment}, kernelspec=kernel
            )
            self._register_cells(notebook, given)
            assignments[given.assignment] = assignment
        db.flush()
        for assignment in assignments.values():
            db.refresh(assignment)
            for submission in assignment.submissions:
                self._complete(submission.id, assignment.id)
        db.commit()

    def _enter(self, kind, which: dict, first: dict | None = None, **values):
        """The object that `which` names, with these values; made (with `first`) when there is none."""
        db = self._book.db
        with db.no_autoflush:
            found = db.query(kind).filter_by(**which).one_or_none()
        if found is None:
            found = kind(**which, **(first or {}), **values)
            db.add(found)
            db.flush()
        for name, value in values.items():
            setattr(found, name, value)
        return found

    def _register_cells(self, notebook: Notebook, given: Given) -> None:
        db, present = self._book.db, set()
        cells = (*notebook._base_cells, *notebook.source_cells)
        there = {(type(cell), cell.name): cell for cell in cells}

        def enter(kind, name: str, **values) -> None:
            cell = there.get((kind, name))
            if cell is None:
                db.add(kind(name=name, notebook_id=notebook.id, **values))
                return
            for key, value in values.items():
                setattr(cell, key, value)

        texts = []
        for cell in given.shown.cells:
            if "nbgrader" not in cell.metadata:
                continue
            if role_of(cell.id) == "written":
                texts.append(cell.id)
            tag, kind = cell.metadata.nbgrader, cell.cell_type
            present.add(tag.grade_id)
            if utils.is_grade(cell):
                points = points_of(tag.grade_id, tag.points)
                enter(GradeCell, tag.grade_id, max_score=points, cell_type=kind)
            if utils.is_solution(cell):
                enter(SolutionCell, tag.grade_id)
            enter(
                SourceCell, tag.grade_id, source=cell.source, checksum=tag.get("checksum"),
                cell_type=kind, locked=utils.is_locked(cell),
            )  # fmt: skip
        if texts:
            present.add(OFFSET)
            enter(GradeCell, OFFSET, **offset_of(texts))
        db.flush()
        db.refresh(notebook)
        for cell in notebook.grade_cells:
            if cell.name not in present:
                cell.max_score = 0.0

    def _complete(self, submission: str, assignment: str) -> None:
        """A place for every cell of the assignment in this submission: what is not handed in counts 0.

        There are dozens of them for every student, so they are entered all at once.
        """
        rows, theirs = self._book.db.execute, SubmittedNotebook.assignment_id == submission
        every = rows(select(Notebook.id).where(Notebook.assignment_id == assignment)).scalars()
        mine = select(SubmittedNotebook.notebook_id, SubmittedNotebook.id).where(theirs)
        mine = dict(rows(mine).all())
        new = {notebook: new_uuid() for notebook in every if notebook not in mine}
        self._insert(
            SubmittedNotebook,
            [
                {"id": one, "notebook_id": notebook, "assignment_id": submission}
                for notebook, one in new.items()
            ],
        )
        mine |= new
        about = select(BaseCell.notebook_id, BaseCell.id, BaseCell.type)
        cells = rows(about.where(BaseCell.notebook_id.in_(mine))).all()
        score = {"auto_score": 0.0, "needs_manual_grade": False}
        for kind, of_cells, first in ((Grade, "GradeCell", score), (Comment, "SolutionCell", {})):
            there = select(kind.notebook_id, kind.cell_id)
            there = rows(there.where(kind.notebook_id.in_(mine.values()))).all()
            places = {
                (mine[notebook], cell) for notebook, cell, type_ in cells if type_ == of_cells
            }
            self._insert(
                kind,
                [
                    {"notebook_id": notebook, "cell_id": cell, **first}
                    for notebook, cell in sorted(places - set(map(tuple, there)))
                ],
            )

    def _insert(self, kind, rows: list[dict]) -> None:
        if rows:
            self._book.db.execute(insert(kind), rows)

    # results ----------------------------------------------------------------------------------

    @_transaction
    def enter_record(self, record: Record, previous: Record | None, timestamp: str = "") -> None:
        """Enter the result of one notebook. `previous` is the result of the run before, if any."""
        place = self._place_of(record, timestamp)
        scores = "auto_score", "manual_score", "extra_credit", "needs_manual_grade"
        with self._rows(Grade, place, *scores) as grades:
            before = {part["id"]: part for part in (previous or {}).get("parts", ())}
            for part in record["parts"]:
                self._enter_part(grades[grade_id("test", part["id"])], part, before.get(part["id"]))
            for part, text in record["written"].items():
                unchanged = (previous or {}).get("written", {}).get(part) == text
                self._enter_written(grades[grade_id("written", part)], text, unchanged)
            if OFFSET in grades:
                grades[OFFSET].auto_score, grades[OFFSET].needs_manual_grade = 0.0, False
        with self._rows(Comment, place, "auto_comment") as comments:
            for name, comment in comments.items():
                comment.auto_comment = None if name in record["answered"] else "No response."
        self._book.db.commit()

    @contextlib.contextmanager
    def _rows(self, kind, place: str, *columns: str) -> Iterator[dict[str, SimpleNamespace]]:
        """The grades or comments of a submitted notebook by their cells; what changes is written.

        A class has thousands of them; as nbgrader's objects they would take longer.
        """
        values = (getattr(kind, column) for column in columns)
        wanted = select(BaseCell.name, kind.id, *values).join(BaseCell, kind.cell_id == BaseCell.id)
        found = self._book.db.execute(wanted.where(kind.notebook_id == place)).all()
        before = {name: dict(zip(("id", *columns), row)) for name, *row in found}
        rows = {name: SimpleNamespace(**row) for name, row in before.items()}
        yield rows
        changed = [vars(row) for name, row in rows.items() if vars(row) != before[name]]
        if changed:
            self._book.db.execute(update(kind), changed)

    def _place_of(self, record: Record, timestamp: str) -> str:
        """The id of the student's notebook; nbgrader's own way would commit in between."""
        db, student = self._book.db, record["student"]
        lms_id, handed_in = record.get("lms_id", ""), parse_time(timestamp)
        known = {"lms_user_id": lms_id} if 0 < len(lms_id) <= MAX_COLUMN else {}
        self._enter_row(Student, {"id": student}, known)
        named = select(Assignment.id).where(Assignment.name == record["assignment"])
        which = {"assignment_id": db.execute(named).scalar_one(), "student_id": student}
        submission = self._enter_row(
            SubmittedAssignment, which, {"timestamp": handed_in} if handed_in else {}
        )
        mine = (
            select(SubmittedNotebook.id)
            .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
            .where(SubmittedNotebook.assignment_id == submission)
            .where(Notebook.name == stem_of(record["notebook"]))
        )
        place = db.execute(mine).scalar_one_or_none()
        if place is None:
            self._complete(submission, which["assignment_id"])
            place = db.execute(mine).scalar_one()
        return place

    def _enter_row(self, kind, which: dict, values: dict) -> str:
        """The id of the row that `which` names, with these values; made when there is none."""
        db = self._book.db
        columns = [getattr(kind, name) for name in ("id", *values)]
        named = [getattr(kind, name) == value for name, value in which.items()]
        found = db.execute(select(*columns).where(*named)).one_or_none()
        if found is None:
            made = {"id": new_uuid(), **which, **values}
            db.execute(insert(kind), [made])
            return made["id"]
        if tuple(found[1:]) != tuple(values.values()):
            db.execute(update(kind), [{"id": found[0], **values}])
        return found[0]

    def _enter_part(
        self, grade: SimpleNamespace, part: PartRecord, before: PartRecord | None
    ) -> None:
        if part["state"] != "graded":
            grade.auto_score, grade.needs_manual_grade = None, grade.manual_score is None
            return
        by_person = grade.manual_score is not None
        automatic = 0.0 if part["bonus"] else part["earned"]
        moved = grade.auto_score is not None and abs(grade.auto_score - automatic) > 1e-9
        grade.auto_score = automatic
        grade.needs_manual_grade = by_person and (moved or grade.needs_manual_grade)
        if part["bonus"]:
            last, now = before["earned"] if before else None, grade.extra_credit
            if now is None or last is not None and abs(now - last) < 1e-9:
                grade.extra_credit = part["earned"] or None

    def _enter_written(self, grade: SimpleNamespace, text: str, unchanged: bool) -> None:
        """A written answer waits for a person, once.

        Its automatic score is 0, not None: formgrader then takes extra credit alone as an answer.
        """
        was_read = grade.manual_score is not None or grade.extra_credit is not None
        grade.auto_score = 0.0
        grade.needs_manual_grade = bool(text) and not (was_read and unchanged)

    @_transaction
    def enter_names(self, people: Mapping[str, Listed]) -> None:
        """Names and e-mail addresses of students that are there, for formgrader and nbgrader."""
        for student in self._book.db.query(Student):
            one = people.get(student.id)
            if one is not None:
                student.first_name = one.first[:MAX_COLUMN] or student.first_name
                student.last_name = one.last[:MAX_COLUMN] or student.last_name
                student.email = one.email[:MAX_COLUMN] or student.email
        self._book.db.commit()

    # late submissions -------------------------------------------------------------------------

    @_transaction
    def set_due(self, assignment: str, due: datetime) -> bool:
        """When an assignment was to be handed in (UTC, as nbgrader keeps it); is that new?"""
        found = self._book.find_assignment(assignment)
        before, found.duedate = found.duedate, due
        self._book.db.commit()
        return before != due

    @_transaction
    def assign_late_penalties(
        self, notebooks: Iterable[tuple[str, str, str]], penalty_for: Penalty
    ) -> list[tuple[str, str, str]]:
        """Enter what these (student, assignment, notebook) lose, as nbgrader does after grading.

        Returns those whose penalty is another one than before.
        """
        late, wanted, changed = self._late(), set(notebooks), []
        found = self._notebooks(SubmittedNotebook.score, SubmittedNotebook)
        for student, assignment, stem, score, mine in found.all():
            key = student, assignment, stem
            seconds = late.get(key[:2], Late()).seconds
            if key not in wanted or not (seconds or mine.late_submission_penalty):
                continue
            penalty = penalty_for(student, score, seconds) if seconds else None
            if penalty is not None:
                penalty = min(max(0.0, penalty), score)
            if (penalty or 0) != (mine.late_submission_penalty or 0):
                changed.append(key)
            mine.late_submission_penalty = penalty
        self._book.db.commit()
        return changed

    # reading ----------------------------------------------------------------------------------

    def entries(self) -> dict[tuple[str, str, str, str], Entry]:
        """Everything by (student, assignment, notebook, cell)."""
        with self._in_a_sentence("read"):
            return self._entries()

    def late(self) -> dict[tuple[str, str], Late]:
        """What was handed in late or has a late penalty, by (student, assignment)."""
        with self._in_a_sentence("read"):
            return self._late()

    def _entries(self) -> dict:
        comments = {tuple(key): text for *key, text in self._cells(Comment, Comment.comment)}
        values = Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade
        found = {}
        for *place, cell, auto, manual, extra, waits in self._cells(Grade, *values):
            answer = grade_id("answer", part_of(cell))
            comment = comments.get((*place, cell)) or comments.get((*place, answer)) or ""
            comment = "" if comment == "No response." else comment
            found[(*place, cell)] = Entry(auto, manual, extra or 0.0, bool(waits), comment)
        return found

    def _late(self) -> dict:
        penalties: dict[tuple[str, str], float] = {}
        for *key, _, taken in self._notebooks(SubmittedNotebook.late_submission_penalty):
            penalties[tuple(key)] = penalties.get(tuple(key), 0.0) + (taken or 0.0)
        found = {}
        for one in self._book.db.query(SubmittedAssignment):
            seconds = one.total_seconds_late if one.assignment.duedate else 0
            penalty = penalties.get((one.student_id, one.name), 0.0)
            if seconds or penalty:
                found[one.student_id, one.name] = Late(seconds, penalty)
        return found

    def _notebooks(self, *values):
        """Rows (student, assignment, notebook, *values) of all submitted notebooks."""
        names = SubmittedAssignment.student_id, Assignment.name, Notebook.name
        return (
            self._book.db.query(*names, *values)
            .select_from(SubmittedNotebook)
            .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
            .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        )

    def _cells(self, kind, *values):
        """Rows (student, assignment, notebook, cell, *values) of all grades or all comments."""
        return (
            self._notebooks(BaseCell.name, *values)
            .join(kind, kind.notebook_id == SubmittedNotebook.id)
            .join(BaseCell, kind.cell_id == BaseCell.id)
        )
