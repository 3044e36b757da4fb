"""Grades a class: submissions in, executed notebooks, results and gradebook entries out.

Students' code runs in workers, here or on a cluster; judging and writing happen in this process, one
submission after another. The record of a submission is written last: a run that was killed is
started again and goes on, and what still holds is not done twice.
"""

from __future__ import annotations

import contextlib
import difflib
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from autograder.authoring.build import write_sources
from autograder.course import Course
from autograder.course.files import write_bytes, write_json, write_text
from autograder.course.given import Given, given_notebooks
from autograder.course.names import stem_of
from autograder.gradebook.book import Book, parse_time, public_address
from autograder.gradebook.folder import GradingFolder
from autograder.gradebook.late import LatePenalties
from autograder.gradebook.record import (
    Before,
    MadeFrom,
    Outcome,
    Record,
    Regrade,
    Unused,
    outcome_of,
)
from autograder.gradebook.unused import line_of
from autograder.grading import demonstrations
from autograder.grading.again import Again
from autograder.grading.cluster import Cluster
from autograder.grading.executor import Job, Pool, Result
from autograder.grading.grade import GradedNotebook, Plan, finish, prepare, prepare_damaged
from autograder.grading.intake import Intake, Submission, take_in
from autograder.grading.interrupts import kept_interrupts
from autograder.grading.kept import Kept, Memory, Origins, is_valid
from autograder.grading.reading import Damaged
from autograder.isolation import Limits, Tier
from autograder.judging.reference import Reference
from autograder.notation.registry import broken_files

HELD = 16  # results that wait for demonstrations; the largest of them take 24 MB each
CLASS = 8  # of so many notebooks of a kind some will need the libraries of the demonstrations


class NothingToGrade(ValueError):
    """The paths hold no notebook of the course."""


@dataclass(frozen=True)
class Options:
    """How a class is graded.

    Without a `seed` the run draws its own. `runner` runs the jobs: a cluster, or a pool on this machine,
    which grows to `workers` where there is enough to do; without one the run has a pool of its own. With
    `real_kernel` every cell runs in a Jupyter kernel: slower, and for notebooks that need one. `due`
    holds due dates (UTC) for the gradebook. Where `again` names something, that alone is graded,
    whether or not its result is valid.
    """

    tier: Tier
    workers: int = 1
    seed: int | None = None
    limits: Limits = Limits()
    db_url: str = ""
    runner: Cluster | Pool | None = None
    real_kernel: bool = False
    due: Mapping[str, datetime] = field(default_factory=dict)
    again: tuple[Again, ...] = ()


@dataclass(frozen=True)
class Listener:
    """Who wants to know how far a run is."""

    started: Callable[[int, int], None] = lambda todo, valid: None  # how many of each
    done: Callable[[Record], None] = lambda record: None


def grade_class(
    course: Course,
    paths: Iterable[Path],
    folder: GradingFolder,
    options: Options,
    listener: Listener = Listener(),  # noqa: B008 (it cannot be changed)
) -> tuple[list[Outcome], list[str]]:
    """Grade everything below `paths` that has no valid result yet.

    Returns the outcomes in the order of students and notebooks, and a line for every file that
    could not be used. The records lie in `folder`.
    """
    givens, penalties = given_notebooks(course), LatePenalties.of(course)
    paths = [Path(path) for path in paths]
    with folder.locked(), kept_interrupts() as heed:
        intake = _found(paths, givens)
        if options.again:
            intake.submissions = _asked_for(intake.submissions, options.again)
        _without_lesser(intake, folder)
        run = _Run(course, folder, options)
        todo, outcomes = run.divide(intake.submissions)
        listener.started(len(todo), len(outcomes))
        runner, before = _runner(options, len(todo)), folder.begin_run(run.seed)
        address = options.db_url or folder.db_url
        with (
            runner as running,
            demonstrations.Shows(running, options.limits) as shows,
            Book(address) as book,
        ):
            run.begin(todo, shows)
            gradebook = public_address(options.db_url)
            if todo or book.is_empty or before.get("gradebook") != gradebook:
                write_sources(course, folder.source)
                book.register(givens.values())
            if book.is_empty or before.get("gradebook") not in (None, gradebook):
                _enter_again(outcomes, intake.submissions, folder, book)
            for record in run.work(todo, running, book) if todo else ():
                outcomes.append(outcome_of(record))
                listener.done(record)
                heed()
            _assign_late_penalties(outcomes, options.due, penalties, folder, book)
        intake.remarks += [*penalties.lines, *broken_files()]
        if options.again:
            folder.add_regrades(run.regrades(todo))
        else:
            write_json(folder.lines_path, intake.remarks)
            write_json(folder.unused_path, _all_unused(folder, intake, paths))
        folder.end_run(gradebook=gradebook)
    return sorted(outcomes, key=lambda one: (one["student"], one["notebook"])), intake.lines


def _all_unused(folder: GradingFolder, intake: Intake, paths: Iterable[Path]) -> list[Unused]:
    """What was not graded in this run, and in runs on other files."""
    here = {str(path.resolve()) for path in paths}
    return [*(one for one in folder.unused if one["origin"] not in here), *intake.unused]


def _without_lesser(intake: Intake, folder: GradingFolder) -> None:
    """What another notebook's file holds replaces no result of the notebook's own file."""
    kept = []
    for one in intake.submissions:
        before = folder.record(one.student, one.given.assignment, one.given.stem)
        if one.guest and before and not before.get("guest") and before["state"] != "damaged":
            intake.remarks.append(
                f"{one.source} also holds {one.given.name}, of which {one.student} handed in the "
                "notebook itself before; that result stays."
            )
        else:
            kept.append(one)
    intake.submissions = kept


def _found(paths: list[Path], givens: dict[str, Given]) -> Intake:
    intake = take_in(paths, givens)
    if not intake.submissions:
        nothing = f"No notebooks to grade were found in {', '.join(map(str, paths))}."
        every = [*intake.remarks, *map(line_of, intake.unused)]  # there will be no report
        raise NothingToGrade("\n".join([*every, nothing]))
    return intake


def _asked_for(submissions: list[Submission], again: tuple[Again, ...]) -> list[Submission]:
    chosen = [one for one in submissions if any(ask.takes(one) for ask in again)]
    for ask in again:
        if not any(ask.takes(one) for one in chosen):
            what = "/".join(filter(None, [ask.student, ask.assignment, ask.part]))
            students = list(dict.fromkeys(one.student for one in submissions))
            near = difflib.get_close_matches(ask.student, students, 3)
            meant = (
                f" Did you mean {' or '.join(near)}?" if near and ask.student not in near else ""
            )
            raise NothingToGrade(
                f"--again {what}: there is no such work in what was handed in.{meant}"
            )
    return chosen


def _runner(options: Options, count: int):
    """What runs jobs: a context manager whose value has `run(jobs)`."""
    if not count:
        return contextlib.nullcontext(options.runner)
    workers = min(options.workers, count)
    if options.runner is None:
        return Pool(options.tier, workers)
    if isinstance(options.runner, Pool):
        options.runner.enlarge(workers)
    return contextlib.nullcontext(options.runner)


def _enter_again(
    outcomes: list[Outcome], submissions: list[Submission], folder: GradingFolder, book: Book
) -> None:
    """Valid results, into a gradebook that does not have them."""
    times = {(s.student, s.given.name): s.timestamp for s in submissions}
    for one in outcomes:
        if record := folder.record_of(one):
            book.enter_record(record, None, times[one["student"], one["notebook"]])


def _assign_late_penalties(
    outcomes: list[Outcome],
    due: Mapping[str, datetime],
    penalties: LatePenalties,
    folder: GradingFolder,
    book: Book,
) -> None:
    """Enter the plugin's penalties; feedback that does not mention a new one is out of date."""
    moved = {assignment for assignment, when in due.items() if book.set_due(assignment, when)}
    places = [(r["student"], r["assignment"], stem_of(r["notebook"])) for r in outcomes]
    changed = book.assign_late_penalties(places, penalties)
    for place in {*changed, *(place for place in places if place[1] in moved)}:
        folder.record_path(*place).touch()


@dataclass
class _Todo:
    """A submission to grade, and what an earlier run says about it."""

    submission: Submission
    made_from: MadeFrom
    seed: int
    previous: Record | None  # of one that is asked for again
    ask: Again | None = None
    plan: Plan | None = None
    kept: Kept = field(default_factory=Kept)


class _Run:
    """One run over a class."""

    def __init__(self, course: Course, folder: GradingFolder, options: Options):
        self.folder, self.options = folder, options
        self.seed = self._chosen_seed()
        self.reference = Reference(course)
        way = "kernel" if options.real_kernel else ""
        self.origins = Origins(self.reference, options.tier, options.limits, way)
        self.shown: dict[str, demonstrations.Shown] = {}  # by notebook

    def _chosen_seed(self) -> int:
        """The seed that was asked for, or that of a run that goes on, or a new one."""
        before = self.folder.run.get("seed")
        if self.options.seed is not None:
            return self.options.seed
        return before if isinstance(before, int) else secrets.randbelow(2**31)

    def divide(self, submissions: list[Submission]) -> tuple[list[_Todo], list[Outcome]]:
        """What is to be graded, and what an earlier run graded and is valid."""
        todo, valid, seed = [], [], self.options.seed
        for submission in submissions:
            previous = self._record_of(submission)
            ask = next((ask for ask in self.options.again if ask.takes(submission)), None)
            if ask and previous and not submission.lms_id:  # found in the grading folder
                submission.lms_id, submission.source = previous["lms_id"], previous["file"]
            made_from = self.origins.of(submission)
            if ask is None and is_valid(previous, made_from, seed, self.folder):
                valid.append(outcome_of(previous))
                continue
            again = previous and previous.get("made_from", {}).get("file") == submission.digest
            same_inputs = again and seed is None and not (ask and ask.fresh)
            mine = previous["seed"] if same_inputs else self.seed
            todo.append(_Todo(submission, made_from, mine, previous if ask else None, ask))
        return todo, valid

    def regrades(self, todo: list[_Todo]) -> list[Regrade]:
        """What came of grading again."""
        return [
            line
            for ask in self.options.again
            for line in ask.outcomes(
                (one.previous, self._record_of(one.submission)) for one in todo if one.ask == ask
            )
        ]

    def begin(self, todo: list[_Todo], shows: demonstrations.Shows) -> None:
        """Let the course's own demonstrations run, for all that leave them alone."""
        if self.options.real_kernel:
            return
        givens = {one.submission.given.name: one.submission.given for one in todo}
        counts = Counter(one.submission.given.name for one in todo)
        for name, given in givens.items():
            self.shown[name] = shows.shown(given, others_follow=counts[name] >= CLASS)

    def work(self, todo: list[_Todo], runner, book: Book) -> Iterator[Record]:
        """Grade, and write every result as it comes; yields the records."""
        held: list[tuple[_Todo, list[Result] | Exception]] = []
        for index, results in runner.run(self._job(one) for one in todo):
            held.append((todo[index], results))
            while one := self._next(held, HELD):
                yield self._finish(*one, book)
        while one := self._next(held, 0):
            yield self._finish(*one, book)

    def _next(self, held: list, most: int):
        """Out of these, one that can be finished; or the first, where there are more than `most`."""
        place = next((n for n, (one, _) in enumerate(held) if self._can_finish(one)), None)
        if place is None and len(held) > most:
            place = 0
        return None if place is None else held.pop(place)

    def _can_finish(self, one: _Todo) -> bool:
        """Did the demonstrations that it shows come to an end?"""
        shown = self.shown.get(one.submission.given.name)
        return shown is None or shown.is_there

    def _record_of(self, one: Submission) -> Record | None:
        """The record of a submission, as it is now."""
        return self.folder.record(one.student, one.given.assignment, one.given.stem)

    def _job(self, one: _Todo) -> Job:
        submission, options = one.submission, self.options
        one.plan = plan_of(submission, self.reference, self.shown.get(submission.given.name))
        memory = Memory(self.folder, submission.student, submission.given)
        previous = self._record_of(submission)
        before = previous["seed"] if one.ask and previous else one.seed
        one.kept = memory.kept(one.plan, before, previous, self.origins)
        if one.ask:  # it runs once more, whatever was seen
            one.kept = Kept(verdicts=one.ask.kept(one.kept.verdicts))
        known = one.kept.known
        return Job(one.plan.steps, one.seed, options.limits, known, options.real_kernel)

    def _finish(self, one: _Todo, results: list[Result] | Exception, book: Book) -> Record:
        submission, plan = one.submission, one.plan
        about = (self.reference, one.seed, self.options.tier.name)
        try:
            graded = finish(plan, results, *about, one.kept.verdicts)
        except Exception as mistake:  # ours, in one result: the others go on
            graded = finish(plan, mistake, *about)
        if not isinstance(results, Exception):
            memory = Memory(self.folder, submission.student, submission.given)
            memory.keep(plan, results, one.seed, self.origins)
        one.plan, one.kept = None, Kept()
        return write_result(submission, graded, self.folder, book, one.made_from)


def plan_of(
    submission: Submission, reference: Reference, shown: Mapping[str, list] | None = None
) -> Plan:
    """The plan for a submission, damaged or not.

    One for which no plan can be made is a fault of ours, and stops no other.
    """
    why, fault = submission.notes[0] if submission.damaged else "", None
    try:
        if not why:
            return prepare(submission.cells(), submission.given, reference, shown)
    except (Damaged, OSError) as problem:
        why = f"{submission.source} could be read before, and now it cannot: {problem}."
    except Exception as mistake:
        why, fault = f"No plan could be made for {submission.source}.", mistake
    plan = prepare_damaged(why, submission.given, reference, shown)
    plan.fault = fault
    return plan


def write_result(
    submission: Submission,
    graded: GradedNotebook,
    folder: GradingFolder,
    book: Book,
    made_from: MadeFrom | None = None,
) -> Record:
    """Write what belongs to one graded notebook, its record last; returns the record."""
    given, student = submission.given, submission.student
    place = Path(student) / given.assignment / f"{given.stem}.ipynb"
    record: Record = {
        "student": student,
        "lms_id": submission.lms_id,
        "file": submission.source,
        "guest": submission.guest,
        **graded.record(),
        "made_from": made_from or {},
        "before": {},
    }
    notes = list(submission.notes)
    if submission.timestamp and not parse_time(submission.timestamp):
        notes.append("The time in its timestamp.txt cannot be read.")
    record["problems"] = list(dict.fromkeys(notes + record["problems"]))
    target = folder.submitted / place
    if not _lies_in(folder.submitted, submission.path):
        with contextlib.suppress(Damaged, OSError):
            write_bytes(target, submission.read())
    if parse_time(submission.timestamp):
        write_text(target.with_name("timestamp.txt"), submission.timestamp + "\n")
    # (nbformat.writes would validate and copy what was put together here)
    write_json(folder.autograded / place, graded.notebook)
    save_record(record, folder, book, submission.timestamp)
    return record


def _lies_in(folder: Path, path: Path | None) -> bool:
    """Was it handed in right there (and is the student's only copy)?"""
    return path is not None and path.is_relative_to(folder.resolve())


def save_record(record: Record, folder: GradingFolder, book: Book, timestamp: str = "") -> None:
    """Enter the record into the gradebook and, after that, write it to disk."""
    previous = folder.record_of(record)
    record["before"] = _before(previous, record)
    book.enter_record(record, previous, timestamp)
    write_json(folder.path_of(record), record)


def _before(previous: Record | None, record: Record) -> Before:
    """The points of the record before this one, where they were others."""
    if previous is None:
        return {}
    points = {part["id"]: part["earned"] for part in previous["parts"]}
    moved = {
        part["id"]: points[part["id"]]
        for part in record["parts"]
        if part["id"] in points and abs(points[part["id"]] - part["earned"]) > 1e-9
    }
    if not moved:
        return {}
    same = previous.get("made_from", {}).get("file") == record["made_from"].get("file")
    return {"earned": previous["earned"], "parts": moved, "resubmitted": not same}
