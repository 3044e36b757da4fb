"""A run that is killed at any moment is started again and goes on as if nothing had happened."""

import contextlib
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from multiprocessing import forkserver
from pathlib import Path

import pytest
from classroom import graded
from example_course import load_checks, separate_registry
from nbgrader.api import Gradebook
from small_class import ADDS, CUBES, RIGHT, course_in, hand_in_all

from autograder.course import Course
from autograder.gradebook.folder import GradingFolder
from autograder.grading.batch import Listener, Options, grade_class
from autograder.isolation import choose_tier

pytestmark = [pytest.mark.sandbox, pytest.mark.early]

STUDENTS, KILLS = 40, 20
RUN = """
import sys
from test_killed import grade_all
grade_all(sys.argv[1], sys.argv[2], float(sys.argv[3]), lambda student: print(student, flush=True))
"""
# Every run is a fork of one process that has imported what grades, and what this file does.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__, "alembic.script"])


def grade_all(root: str, out: str, pause: float, tell, tier=None, workers=2) -> None:
    """Grade the class, rest after every student, so that a busy machine kills it in the middle too."""
    course = Path(root) / "course"

    def done(record):
        tell(record["student"])
        time.sleep(pause)

    with separate_registry():
        load_checks(course)
        options = Options(tier or choose_tier(), workers=workers)
        submitted = [Path(root) / "handed_in"]
        grade_class(
            Course(course), submitted, GradingFolder(Path(out)), options, Listener(done=done)
        )


class Fork:
    """A run in a process of its own, which tells who was graded."""

    def __init__(self, root: Path, out: Path, workers=2):
        self._told, theirs = FORKS.Pipe(duplex=False)
        about = str(root), str(out), 0.02, theirs.send, choose_tier(), workers
        self._process = FORKS.Process(target=grade_all, args=about)
        self._process.start()
        theirs.close()

    def next(self, seconds: float | None = None) -> str | None:
        """Who was graded next; None when nobody was in that time, or it has ended."""
        with contextlib.suppress(EOFError):
            return self._told.recv() if self._told.poll(seconds) else None

    def runs(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> None:
        self._process.kill()
        self._process.join()

    def rest(self) -> list[str]:
        """Wait for its end; who was graded until then."""
        told = list(iter(self.next, None))
        self._process.join()
        assert self._process.exitcode == 0
        return told


def start(root: Path, out: Path, pause: float, **options) -> subprocess.Popen:
    """A run as from the command line."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", RUN, str(root), str(out), str(pause)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, **options)


def work():
    """Every student has other points or other text, so that a mix-up would show."""
    kinds = [RIGHT, ADDS, CUBES, {}, {"9.1": RIGHT["9.1"]}]
    found = {}
    for number in range(STUDENTS):
        kind = kinds[number % len(kinds)]
        found[f"s{number:02}"] = {part: f"{text}\n# by {number}" for part, text in kind.items()}
    return found


@pytest.fixture(scope="module", autouse=True)
def forks():
    """Without the path the process that is forked would find no module of the tests to import."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        forkserver.ensure_running()


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    root = tmp_path_factory.mktemp("killed")
    with separate_registry():
        course = course_in(root / "course")
        hand_in_all(course, root / "handed_in", work())
    return root


def in_gradebook(folder: GradingFolder) -> dict:
    """{student: score}; fails when somebody is there twice or a grade waits for nothing."""
    with Gradebook(folder.db_url) as book:
        submissions = book.assignment_submissions("ch09_example")
        names = [submission.student.id for submission in submissions]
        assert len(names) == len(set(names))
        for submission in submissions:
            (one,) = submission.notebooks
            assert len(one.grades) == 2 and not any(g.needs_manual_grade for g in one.grades)
        return {submission.student.id: submission.score for submission in submissions}


def scores_on_disk(folder: GradingFolder) -> dict:
    return {
        record["student"]: {
            part["id"]: (part["earned"], part["feedback"]) for part in record["parts"]
        }
        for record in folder.records()
    }


def seconds_to_start(root: Path, out: Path) -> float:
    """How long a run takes until the first student is graded."""
    begin, run = time.monotonic(), Fork(root, out)
    assert run.next()
    taken = time.monotonic() - begin
    run.kill()
    return taken


@pytest.mark.thorough
def test_killed_twenty_times(handed_in, tmp_path):
    rng = random.Random(3)
    killed = GradingFolder(tmp_path / "killed")
    in_the_middle, starting = 0, seconds_to_start(handed_in, tmp_path / "timed")
    for _ in range(KILLS):
        run = Fork(handed_in, killed.root, rng.choice((1, 2)))
        if rng.random() < 0.4:
            run.next(rng.uniform(0, starting))  # or one is graded
        else:
            for _ in range(rng.choice((1, 1, 1, 2))):
                run.next()
            time.sleep(rng.uniform(0, 0.03))
        in_the_middle += run.runs()
        run.kill()
    assert in_the_middle >= KILLS * 3 // 4, in_the_middle  # the rest had come to its end before
    before = {path: path.stat().st_mtime_ns for path in killed.root.glob("results/*/*/*.json")}
    seeds = {record["seed"] for record in killed.records()}
    assert 0 < len(before) and len(seeds) == 1  # one run, with one seed, in many pieces

    told = Fork(handed_in, killed.root).rest()
    assert len(told) == STUDENTS - len(before)
    assert {p: p.stat().st_mtime_ns for p in before} == before  # nobody was graded twice

    with separate_registry():
        course = course_in(handed_in / "course")
        (seed,) = seeds
        graded(handed_in / "handed_in", tmp_path / "calm", course, seed=seed)
    calm = GradingFolder(tmp_path / "calm")
    assert scores_on_disk(killed) == scores_on_disk(calm) and len(scores_on_disk(calm)) == STUDENTS
    assert in_gradebook(killed) == in_gradebook(calm) and len(in_gradebook(calm)) == STUDENTS
    assert not [path for path in killed.root.rglob("*.part")]


def test_interrupted_from_the_keyboard(handed_in, tmp_path):
    """Ctrl-C: what was graded is stored, the sandboxes are gone, the same command goes on."""
    options = {"start_new_session": True, "stderr": subprocess.PIPE}
    run = start(handed_in, tmp_path, pause=0.2, **options)
    first = [run.stdout.readline().strip() for _ in range(3)]
    os.killpg(run.pid, signal.SIGINT)
    rest, said = run.communicate()
    assert run.returncode != 0 and "KeyboardInterrupt" in said
    done = {record["student"] for record in GradingFolder(tmp_path).records()}
    assert set(first) <= done and len(done) < STUDENTS

    assert len(Fork(handed_in, tmp_path).rest()) == STUDENTS - len(done)
    assert len(in_gradebook(GradingFolder(tmp_path))) == STUDENTS
