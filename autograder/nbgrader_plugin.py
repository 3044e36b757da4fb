"""What nbgrader_config.py plugs into nbgrader: its command line and formgrader's buttons then
grade with the same rebuilding, the same sandbox and the same checks as `autograder grade`."""

from __future__ import annotations

import atexit
import fnmatch
import os
import secrets
import stat
import threading
import warnings
from functools import lru_cache
from pathlib import Path

import nbformat
import sqlalchemy.exc
from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbgrader import preprocessors as nbgrader_preprocessors
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Integer

from autograder.authoring.build import write_sources
from autograder.course import default_course
from autograder.course.cell_ids import role_of
from autograder.course.given import Given, given_notebooks
from autograder.course.nbgrader_source import METADATA
from autograder.gradebook.book import Book, parse_time
from autograder.gradebook.folder import GradingFolder
from autograder.gradebook.record import Record
from autograder.gradebook.texts import OFFSET, offset_of, points_of
from autograder.grading.batch import plan_of, save_record
from autograder.grading.executor import run_steps
from autograder.grading.grade import finish, prepare
from autograder.grading.intake import Submission, take_in
from autograder.grading.reading import Damaged, read_cells, read_file
from autograder.isolation import Worker, choose_tier
from autograder.judging.reference import default_reference

# nbgrader builds its objects in a way that SQLAlchemy remarks on for every submission.
warnings.filterwarnings("ignore", category=sqlalchemy.exc.SAWarning, module="nbgrader")


@lru_cache
def _givens() -> dict[str, Given]:
    return given_notebooks(default_course())


class RebuildingExporter(NotebookExporter):
    """Reads submissions in place of nbgrader, which stops at what students hand in by accident.

    It is made once per run, before the first submission is touched: then the course is entered
    into the gradebook, and nbgrader's list of notebooks is set right (renamed ones, several
    versions of one, links, notebooks of another course).
    """

    def __init__(self, parent=None, **kwargs):
        super().__init__(parent=parent, **kwargs)
        self._found: dict[str, Submission] = {}
        directory = getattr(parent, "coursedir", None)
        if directory is None:
            return
        with Book(directory.db_url, directory.course_id) as book:
            book.register(_givens().values())
        write_sources(default_course(), _folder(directory).source)
        for path in list(parent.assignments):
            self._take_in(Path(path), parent)

    def _take_in(self, folder: Path, converter) -> None:
        """Replace nbgrader's notebooks of one submission by those that are really there."""
        _remove_links(folder, self.log)
        _set_aside_broken_time(folder / "timestamp.txt", self.log)
        intake = take_in([folder], _givens())
        for line in intake.lines:
            self.log.warning(line)
        kept = []
        for submission in intake.submissions:
            for note in submission.notes:
                self.log.warning("%s: %s", folder, note)
            if submission.given.assignment != folder.name:
                self.log.warning(
                    "%s also holds %s: grade it with python -m autograder grade, or hand it in there.",
                    submission.source, submission.given.name,
                )  # fmt: skip
                continue
            if fnmatch.fnmatch(submission.given.stem, converter.coursedir.notebook_id):
                path = str(folder / f"{submission.given.stem}.ipynb")
                self._found[os.path.abspath(path)] = submission
                kept.append(path)
        if kept:
            converter.assignments[str(folder)] = sorted(kept)
        else:
            self.log.warning("%s has no notebook of this assignment; nothing is graded.", folder)
            del converter.assignments[str(folder)]

    def from_filename(self, filename, resources=None, **kwargs):
        """A submission is rebuilt; what was rebuilt before is read as it is."""
        submission = self._found.get(os.path.abspath(filename))
        if submission is None:
            return super().from_filename(filename, resources, **kwargs)
        plan = plan_of(submission, default_reference())
        notebook = plan.rebuilt.notebook
        notes = list(dict.fromkeys(submission.notes + plan.rebuilt.notes))
        about = {"notes": notes, "state": plan.state, "digest": submission.digest}
        notebook.metadata["course"] = about
        if plan.fault is not None:
            notebook.metadata["course"]["fault"] = f"{type(plan.fault).__name__}: {plan.fault}"
        resources = resources if resources is not None else ResourcesDict()
        resources["metadata"] = ResourcesDict(
            name=Path(filename).stem, path=str(Path(filename).parent)
        )
        return self.from_notebook_node(notebook, resources, **kwargs)


class IsolatedGrading(NbGraderPreprocessor):
    """Takes the place of Execute and SaveAutoGrades."""

    trust_submissions = Bool(
        False, help="Run without a sandbox where this machine offers none."
    ).tag(config=True)
    seed = Integer(None, allow_none=True, help="Seed of the hidden inputs (default: random).").tag(
        config=True
    )

    def preprocess(self, nb, resources):
        """Run the notebook in the sandbox, judge it, and enter the result."""
        facts, directory = resources["nbgrader"], self.parent.parent.coursedir
        given = _givens()[f"{facts['assignment']}/{facts['notebook']}"]
        reference = default_reference()
        plan = prepare(read_cells(nbformat.writes(nb).encode()), given, reference)
        about = nb.metadata.get("course", {})
        plan.rebuilt.notes[:] = about.get("notes", [])
        plan.state = about.get("state", "graded")
        if "fault" in about:
            plan.fault = RuntimeError(about["fault"])
        tier = choose_tier(self.trust_submissions)
        seed = _run_seed() if self.seed is None else self.seed
        results = _results(tier, plan, seed)
        try:
            graded = finish(plan, results, reference, seed, tier.name)
        except Exception as mistake:  # ours, in one notebook: the others go on
            graded = finish(plan, mistake, reference, seed, tier.name)
        folder = _folder(directory)
        before = folder.record(facts["student"], facts["assignment"], facts["notebook"]) or {}
        digest = about.get("digest", "")
        same = digest and before.get("made_from", {}).get("file") == digest
        record: Record = {
            "student": facts["student"],
            "lms_id": before.get("lms_id", ""),
            "file": before["file"] if same else f"{facts['notebook']}.ipynb",
            **graded.record(),
            "made_from": {"file": digest} if digest else {},
            "before": {},
        }
        with Book(facts["db_url"], directory.course_id) as book:
            save_record(record, folder, book)
        return graded.notebook, resources


class SaveCells(nbgrader_preprocessors.SaveCells):
    """Formgrader's "Generate" enters the same cells as grading does."""

    def _create_notebook(self, nb):
        texts = [cell for cell in self.new_grade_cells if role_of(cell) == "written"]
        for cell in texts:
            self.new_grade_cells[cell]["max_score"] = points_of(cell)
        if texts:
            self.new_grade_cells[OFFSET] = offset_of(texts)
        super()._create_notebook(nb)


class WithoutRubrics(NbGraderPreprocessor):
    """What students get holds no rubric, and the same notebook metadata on every machine."""

    def preprocess(self, nb, resources):
        """Remove rubric cells."""
        nb.cells = [cell for cell in nb.cells if role_of(cell.id) != "rubric"]
        nb.metadata = nbformat.from_dict(METADATA)
        return nb, resources


@lru_cache
def _run_seed() -> int:
    """One seed for all submissions of a run."""
    return secrets.randbelow(2**31)


_lock = threading.Lock()


@lru_cache
def _worker(tier) -> Worker:
    worker = Worker(tier)
    atexit.register(worker.close)
    return worker


def _results(tier, plan, seed: int):
    """The steps' results, or the exception that says why there are none."""
    with _lock:  # formgrader grades from threads
        try:
            return run_steps(_worker(tier), plan.steps, seed)
        except Exception as problem:
            _worker.cache_clear()
            return problem


def _folder(directory) -> GradingFolder:
    return GradingFolder((Path(directory.root) / directory.autograded_directory).parent)


def _remove_links(folder: Path, log) -> None:
    """nbgrader copies whatever lies beside a notebook, and follows links: to the solutions, say."""
    for here, names, files in os.walk(folder):
        for name in [*names, *files]:
            path = Path(here) / name
            mode = path.lstat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or name.endswith(".ipynb")):
                log.warning("%s is a link, a pipe or a device; it is removed.", path)
                path.unlink()


def _set_aside_broken_time(path: Path, log) -> None:
    """nbgrader and formgrader stop at a timestamp that they cannot read."""
    try:
        text = read_file(path).decode("utf-8", "replace").strip()
    except Damaged:
        return
    if text and parse_time(text) is None:
        log.warning("%s holds no time; it is renamed.", path)
        path.rename(path.with_name("timestamp-unreadable.txt"))
