"""Grades a class: submissions in, executed notebooks, results and gradebook entries out.

Students' code runs in workers, here or on a cluster; judging and writing happen in this process, one
submission after another. The record of a submission is written last: a run that was killed is
started again and goes on, and what still holds is not done twice.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from autograder.authoring.build import write_sources
from autograder.course import Course
from autograder.course.files import write_bytes, write_json, write_text
from autograder.course.given import given_notebooks
from autograder.course.names import stem_of
from autograder.gradebook.book import Book, parse_time, public_address
from autograder.gradebook.folder import GradingFolder
from autograder.gradebook.late import LatePenalties
from autograder.grading import demonstrations, harmless
from autograder.grading.executor import Job, Pool
from autograder.grading.grade import GradedNotebook, Plan, finish, prepare_damaged, prepare_file
from autograder.grading.intake import Submission, take_in
from autograder.grading.kept import Kept, Memory, Origins, still_holds
from autograder.grading.reading import Damaged
from autograder.isolation import Limits, Tier
from autograder.judging.reference import Reference


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
    cluster=None,
    real_kernel: bool = False,
    due: Mapping[str, datetime] | None = None,
    started: Callable[[int, int], None] = lambda todo, unchanged: None,
    done: Callable[[dict], None] = lambda record: None,
) -> tuple[list[dict], list[str]]:
    """Grade everything below `paths` that has no valid result yet.

    Returns the results in the order of students and notebooks, and a line for every file that
    could not be used. `started` gets the number of notebooks to grade and of those whose results
    hold; `done` gets every new result as it comes. `cluster` runs the jobs in place of a pool of
    workers on this machine. With `real_kernel` every cell runs in a Jupyter kernel: slower, and for
    notebooks that need one. `due` holds due dates (UTC) for the gradebook.
    """
    givens, paths, penalties = given_notebooks(course), list(paths), LatePenalties.of(course)
    with folder.locked():
        intake = take_in(paths, givens)
        if not intake.submissions:
            named = ", ".join(map(str, paths))
            raise Nothing(
                "\n".join([*intake.lines, f"No notebooks to grade were found in {named}."])
            )
        address = public_address(db_url)
        run = _Run(
            course, folder, tier, limits or Limits(), _seed_of_run(folder, seed), real_kernel
        )
        todo, records = run.sort(intake.submissions, seed)
        started(len(todo), len(records))
        runner = _runner(cluster, tier, workers, len(todo))
        before = folder.run
        if before.get("unfinished"):
            folder.sweep()
        write_json(folder.run_path, {**before, "unfinished": True, "seed": run.seed})
        with runner as running, Book(db_url or folder.db_url) as book:
            if todo or book.is_empty or before.get("gradebook") != address:
                write_sources(course, folder.source)
                book.register(givens.values())
            if book.is_empty or before.get("gradebook") not in (None, address):
                run.enter_again(intake.submissions, records, book)
            for record in run.work(todo, running, book) if todo else ():
                records.append(record)
                done(record)
            _assign_late_penalties(records, due or {}, penalties, folder, book)
        intake.lines += penalties.lines
        write_json(folder.lines_path, intake.lines)
        write_json(folder.run_path, {"gradebook": address})
    return sorted(records, key=lambda r: (r["student"], r["notebook"])), intake.lines


def _assign_late_penalties(
    records: list[dict], due: Mapping[str, datetime], penalties: LatePenalties, folder, book: Book
) -> None:
    """What is late loses what the plugin says; feedback that does not say so is out of date."""
    moved = {assignment for assignment, when in due.items() if book.set_due(assignment, when)}
    places = [(r["student"], r["assignment"], stem_of(r["notebook"])) for r in records]
    changed = book.assign_late_penalties(places, penalties)
    for place in {*changed, *(place for place in places if place[1] in moved)}:
        folder.record_path(*place).touch()


def _seed_of_run(folder: GradingFolder, seed: int | None) -> int:
    """The seed that was asked for, or that of a run that goes on, or a new one."""
    before = folder.run.get("seed")
    if seed is None and isinstance(before, int):
        return before
    return secrets.randbelow(2**31) if seed is None else seed


def _runner(cluster, tier: Tier, workers: int, count: int):
    """What runs jobs: a context manager whose value has `run(jobs)`."""
    if cluster is not None or not count:
        return contextlib.nullcontext(cluster)
    return Pool(tier, min(workers, count))


@dataclass
class _Todo:
    """A submission to grade, and what an earlier run says about it."""

    submission: Submission
    made_from: dict
    seed: int
    previous: dict | None
    plan: Plan | None = None
    kept: Kept = field(default_factory=Kept)


class _Run:
    """One run over a class."""

    def __init__(
        self,
        course: Course,
        folder: GradingFolder,
        tier: Tier,
        limits: Limits,
        seed: int,
        real_kernel: bool,
    ):
        self.folder, self.tier, self.limits, self.seed = folder, tier, limits, seed
        self.real_kernel = real_kernel
        self.reference = Reference(course)
        self.origins = Origins(self.reference, tier, limits, "kernel" if real_kernel else "")

    def sort(
        self, submissions: list[Submission], seed: int | None
    ) -> tuple[list[_Todo], list[dict]]:
        """What is to be graded, and the records that hold."""
        todo, records = [], []
        for submission in submissions:
            given = submission.given
            previous = self.folder.record(submission.student, given.assignment, given.stem)
            made_from = self.origins.of(submission)
            if still_holds(previous, made_from, seed, self.folder):
                records.append(previous)
                continue
            again = previous and previous.get("made_from", {}).get("file") == submission.digest
            mine = previous["seed"] if again and seed is None else self.seed
            todo.append(_Todo(submission, made_from, mine, previous))
        return todo, records

    def work(self, todo: list[_Todo], runner, book: Book) -> Iterator[dict]:
        """Grade, and store every result as it comes; yields the records."""
        shown = {} if self.real_kernel else self._demonstrations(todo, runner)
        for index, results in runner.run(self._job(one, shown) for one in todo):
            one = todo[index]
            yield self._finish(one, results, book)
            one.plan, one.kept = None, Kept()

    def _demonstrations(self, todo: list[_Todo], runner) -> dict[str, dict[str, list]]:
        """What the course's own demonstrations show, by notebook and cell."""
        givens = list({one.submission.given.name: one.submission.given for one in todo}.values())
        made = [demonstrations.job(given, self.limits) for given in givens]
        found: dict[str, dict[str, list]] = {given.name: {} for given in givens}
        for index, results in runner.run(job for job, _ in made):
            if not isinstance(results, Exception):
                outputs = [harmless.outputs(result["outputs"]) for result in results]
                found[givens[index].name] = dict(zip(made[index][1], outputs))
        return found

    def _job(self, one: _Todo, shown: dict[str, dict[str, list]]) -> Job:
        submission = one.submission
        one.plan = plan_of(submission, self.reference, shown.get(submission.given.name))
        memory = Memory(self.folder, submission.student, submission.given)
        one.kept = memory.kept(one.plan, one.seed, one.previous, self.origins)
        return Job(one.plan.steps, one.seed, self.limits, one.kept.known, self.real_kernel)

    def _finish(self, one: _Todo, results: list[dict] | Exception, book: Book) -> dict:
        submission, plan = one.submission, one.plan
        about = (self.reference, one.seed, self.tier.name)
        try:
            graded = finish(plan, results, *about, one.kept.verdicts)
        except Exception as mistake:  # ours, in one result: the others go on
            graded = finish(plan, mistake, *about)
        if not isinstance(results, Exception):
            memory = Memory(self.folder, submission.student, submission.given)
            memory.keep(plan, results, one.seed, self.origins)
        return store(submission, graded, self.folder, book, one.made_from)

    def enter_again(self, submissions: list[Submission], records: list[dict], book: Book) -> None:
        """Results that hold, into a gradebook that does not have them."""
        times = {(s.student, s.given.name): s.timestamp for s in submissions}
        for record in records:
            book.store(record, None, times[record["student"], record["notebook"]])


def plan_of(
    submission: Submission, reference: Reference, shown: dict[str, list] | None = None
) -> Plan:
    """The plan for a submission, damaged or not."""
    why = submission.notes[0] if submission.damaged else ""
    try:
        if not why:
            return prepare_file(submission.read(), submission.given, reference, shown)
    except (Damaged, OSError) as problem:
        why = f"{submission.source} could be read before, and now it cannot: {problem}."
    return prepare_damaged(why, submission.given, reference, shown)


def store(
    submission: Submission,
    graded: GradedNotebook,
    folder: GradingFolder,
    book: Book,
    made_from: dict | None = None,
) -> dict:
    """Write what belongs to one graded notebook, its record last; returns the record."""
    given, student = submission.given, submission.student
    place = Path(student) / given.assignment / f"{given.stem}.ipynb"
    record = {
        "student": student,
        "lms_id": submission.lms_id,
        "file": submission.source,
        **graded.record(),
        "made_from": made_from or {},
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
    save(record, folder, book, submission.timestamp)
    return record


def _lies_in(folder: Path, path: Path | None) -> bool:
    """Was it handed in right there (and is the student's only copy)?"""
    return path is not None and path.is_relative_to(folder.resolve())


def save(record: dict, folder: GradingFolder, book: Book, timestamp: str = "") -> None:
    """The record in the gradebook and, after that, on disk."""
    stem = stem_of(record["notebook"])
    previous = folder.record(record["student"], record["assignment"], stem)
    record["before"] = _before(previous, record)
    book.store(record, previous, timestamp)
    write_json(folder.record_path(record["student"], record["assignment"], stem), record)


def _before(previous: dict | None, record: dict) -> dict:
    """What the record before this one said, where it said something else."""
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
