"""`python -m autograder grade`: grades a class, writes the reports, and prints what came out."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from autograder.commands import unchanged
from autograder.commands.progress import GradingProgress, moved, outcome
from autograder.course import Course, default_course
from autograder.gradebook.folder import GradingFolder
from autograder.gradebook.record import Place
from autograder.isolation import NoSandbox, choose_tier
from autograder.isolation.worker import cpu_count

if TYPE_CHECKING:
    from autograder.grading.cluster import Cluster
    from autograder.grading.executor import Pool

EARLY = 2  # workers that start before anybody knows how much there is to do


class Stopped(RuntimeError):
    """Grading stopped early; `code` is the exit code."""

    def __init__(self, sentence: str, code: int = 2):
        super().__init__(sentence)
        self.code = code


@dataclass
class Request:
    """What was asked for on the command line."""

    paths: list[Path]
    folder: GradingFolder
    workers: int | None = None
    scheduler: str = ""
    trust: bool = False
    seed: int | None = None
    db_url: str = ""
    as_json: bool = False
    real_kernel: bool = False
    due: tuple[str, ...] = ()
    roster: Path | None = None
    again: tuple[str, ...] = ()
    fresh: bool = False
    reason: str = ""

    @property
    def state(self) -> str:
        """What the result depends on; see `unchanged`."""
        tier = "" if self.scheduler else choose_tier(self.trust).name
        config = default_course().root / "nbgrader_config.py"
        about = (tier, self.seed, self.db_url, self.scheduler, self.real_kernel, *self.due)
        files = [*self.paths, config, *([self.roster] if self.roster else [])]
        return unchanged.state_of(default_course(), files, about)

    @property
    def needed(self) -> list[Path]:
        """Files that a run leaves once."""
        return [self.folder.table, self.folder.page, *self.books]

    @property
    def books(self) -> list[Path]:
        """The gradebook's file, if it is one: people enter scores and due dates there."""
        gradebook = self.db_url or self.folder.db_url
        own = gradebook.startswith("sqlite:///")
        return [Path(gradebook.removeprefix("sqlite:///"))] if own else []


def grade_and_report(request: Request, out: Console, err: Console) -> bool:
    """Grade, write all reports, and say what came out; was everything graded?

    Raises `Stopped` with a sentence for the command line.
    """
    _check_places(request.paths, request.folder.root)
    roster = _roster(request)
    try:
        state = request.state
    except NoSandbox as problem:
        raise Stopped(str(problem)) from None
    before = None
    if (
        request.books and not request.again
    ):  # of one on a server, only the server knows whether it is still there
        before = unchanged.results_of(request.folder, state, request.needed, request.books)
    if before is not None:
        _say_unchanged(request, before, out)
        return True
    course, progress = default_course(), GradingProgress(err, quiet=request.as_json)
    known = len(request.folder.regrades)
    records, lines, results, tier = _grade(request, course, progress, roster)
    if not request.again:
        unchanged.remember(request.folder, state, records, request.books)
    for line in lines:
        err.print(f"! {line}", style="yellow", markup=False, soft_wrap=True)
    if tier == "none":
        err.print("Without a sandbox: the submissions could read and change everything that you can.",
                  style="bold yellow")  # fmt: skip
    if request.as_json:
        _print_json(request, records)
    elif request.again:
        _say_again(request, known, results, out)
    elif results is None or not (progress.count or request.books):
        _say_unchanged(request, records, out)
    else:
        _say(request, records, progress, results, out)
    return all(record["state"] != "not graded" for record in records)


def _check_places(paths: list[Path], root: Path) -> None:
    """Results and submissions lie apart, except in a grading folder, which has `submitted` for these."""
    from autograder.grading.files import submissions_in

    for path in paths:
        place = path.resolve()
        place = submissions_in(place) if place.is_dir() else place
        within = place.is_relative_to(root) and place.suffix.lower() != ".zip"
        own = place.is_relative_to(root / "submitted") and place != root
        if root.is_relative_to(place) or (within and not own):
            raise Stopped(
                f"--into {root} and the submissions in {path} lie in one another; name a folder for "
                "the results that lies elsewhere."
            )


def _roster(request: Request):
    """The class that the file lists; None when no file was named."""
    from autograder.gradebook.roster import BadRoster, read_roster

    try:
        return read_roster(request.roster) if request.roster else None
    except BadRoster as problem:
        raise Stopped(str(problem)) from None


def _grade(request: Request, course: Course, progress: GradingProgress, roster=None):
    """(records, lines, results of the class or None when nothing is new, name of the tier)"""
    opening = _runner(request)
    with (
        _as_sentences(progress),
        opening as runner,
    ):  # it starts while all else is imported and read
        from autograder.gradebook.late import due_dates
        from autograder.grading.again import Again
        from autograder.grading.batch import Listener, Options, grade_class

        gc.freeze()  # what was imported stays
        folder, tier = request.folder, runner.tier
        # (of a gradebook on a server, nobody knows when something was entered)
        by_person = not request.books or unchanged.entered_since(folder, request.books)
        try:
            due = due_dates(request.due, course.assignments())
            asked = request.again
            again = tuple(Again.of(one, course, request.fresh, request.reason) for one in asked)
            paths = request.paths or _handed_in(folder, again)
        except ValueError as problem:
            raise Stopped(str(problem)) from None
        if request.real_kernel and tier.name == "landlock":
            raise Stopped(
                "--real-kernel needs bubblewrap (apt install bubblewrap): without it there is "
                "no way to let a kernel talk and nothing else."
            )
        with progress:
            options = Options(
                tier, _workers(request), request.seed, db_url=request.db_url, runner=runner,
                real_kernel=request.real_kernel, due=due, again=again,
            )  # fmt: skip
            listener = Listener(progress.started, progress.done)
            unused = folder.unused
            records, lines = grade_class(course, paths, folder, options, listener)
    with _as_sentences(progress):
        from autograder.report.write import out_of_date, save_roster, write_reports

        results = None
        listed = roster is not None and save_roster(folder, roster)
        everybody = by_person or listed or folder.unused != unused
        students = None if everybody else out_of_date(folder, records)
        if students is None or students:
            results = write_reports(course, folder, request.db_url, students)
    return records, lines, results, tier.name


def _workers(request: Request) -> int:
    return request.workers or cpu_count()


def _runner(request: Request) -> Cluster | Pool:
    """What runs students' code, to be entered."""
    if request.scheduler:
        from autograder.grading.cluster import Cluster

        return Cluster(request.scheduler, _workers(request), request.trust)
    from autograder.grading.executor import Pool

    return Pool(choose_tier(request.trust), min(EARLY, _workers(request)))


@contextmanager
def _as_sentences(progress: GradingProgress) -> Iterator[None]:
    """What stops a run is said by `Stopped`."""
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped(
            f"Stopped. {progress.count} of {progress.total} notebooks were graded and are stored; "
            "the same command goes on with the rest.", 130,
        ) from None  # fmt: skip
    except Exception as problem:
        from autograder.gradebook.book import GradebookError
        from autograder.gradebook.folder import Busy
        from autograder.grading.batch import NothingToGrade
        from autograder.grading.cluster import ClusterError
        from autograder.isolation.worker import WorkerFailed
        from autograder.notation.faults import CourseFault

        if isinstance(problem, (NoSandbox, NothingToGrade, GradebookError, Busy, ClusterError)):
            raise Stopped(str(problem)) from None
        if isinstance(problem, (CourseFault, WorkerFailed)):
            raise Stopped(f"The course is at fault: {problem}", 1) from None
        raise


def _handed_in(folder: GradingFolder, again) -> list[Path]:
    """Where the work of these students lies since it was graded first."""
    paths = [folder.submitted / ask.student for ask in again]
    for path, ask in zip(paths, again):
        if ask.student in (".", "..") or not path.is_dir():
            raise ValueError(
                f"--again {ask.student}: {folder.submitted} holds nothing of that student; name the "
                "student as the report does, or the files that were handed in as well."
            )
    return list(dict.fromkeys(paths))


def _say_again(request: Request, known: int, results, out: Console) -> None:
    for line in request.folder.regrades[known:]:
        out.print(outcome(line) + _entered(results, line), markup=False, soft_wrap=True)
    out.print(f"The log is in the report: {request.folder.page}", markup=False, soft_wrap=True)


def _entered(results, line) -> str:
    """That the scores stand which a person entered in the place of these, if somebody did."""
    from autograder.judging.feedback import points_text

    place = line["student"], line["assignment"]
    mine = [one for one in results.assignments if (one.student, one.assignment) == place]
    parts = [part for one in mine for part in one.parts if line["part"] in ("", part.id)]
    entered = [f"{points_text(p.earned)} for {p.id}" for p in parts if p.automatic is not None]
    return f"; what a person entered stands: {', '.join(entered)}" if entered else ""


def _say_unchanged(request: Request, records: list[Place], out: Console) -> None:
    if request.as_json:
        _print_json(request, records)
        return
    students = len({record["student"] for record in records})
    notebooks = f"{len(records)} {'notebook' if len(records) == 1 else 'notebooks'}"
    out.print(
        f"Nothing to do: {notebooks} of {students} {'student' if students == 1 else 'students'} "
        f"are graded, and nothing has changed since. The report: {request.folder.page}",
        markup=False, soft_wrap=True,
    )  # fmt: skip


def _print_json(request: Request, records: list[Place]) -> None:
    found = [request.folder.record_of(one) for one in records]
    print(json.dumps(found, ensure_ascii=False, indent=1))


def _say(request: Request, records, progress: GradingProgress, results, out: Console) -> None:
    from autograder.report.results import of_students
    from autograder.report.summary import summary

    if changed := moved(progress.moved):
        out.print("Scores that moved:", style="bold")
        for line in changed:
            out.print(f"  {line}", markup=False, soft_wrap=True)
    graded = {record["student"] for record in records}
    summary(out, of_students(results, graded))
    out.print(f"Feedback, grades.csv and gradebook are in {request.folder.root}.", markup=False)
