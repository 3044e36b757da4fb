"""Runs the steps of a submission in a session; a step that kills the session costs only itself.

Everything here is plain data, so that a job can be sent to another machine and its results back.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from autograder.grading import libraries
from autograder.inside import plain
from autograder.inside.observation import Observation, Ran
from autograder.isolation import Limits, Session, SessionLost, Tier, Worker
from autograder.isolation.session import Pending, Ready, well_formed, well_formed_ran
from autograder.isolation.worker import loaded_in
from autograder.notation.checks import Check
from autograder.notation.faults import CourseFault

MAX_RESTARTS = 8
NOTEBOOK_SECONDS = 300.0
NOTEBOOK_BYTES = 24 * 2**20  # of all results together; less than one message may hold
AHEAD = 8  # jobs that wait, so that no worker does while one result is judged and written
USUAL = Limits()


@dataclass(frozen=True)
class RunCell:
    """Execute a cell's text, in the usual time or in `seconds` of processor time."""

    source: str
    seconds: float | None = None

    def begin(self, session: Session, seed: int) -> Pending[Ran]:
        """Let a session run it."""
        return session.begin_run(self.source, self.seconds)

    def lost(self, why: str) -> Ran:
        """The result when the session died in this step."""
        text = (
            "This cell ended the notebook's process, or ran far longer than it may. "
            "The rest of the notebook was run without it."
        )
        output = {"output_type": "error", "ename": "CellLost", "evalue": text, "traceback": [text]}
        return {"outputs": [output], "error": "CellLost"}

    @staticmethod
    def ran_out_of_time(ran: Ran) -> bool:
        """Was it stopped by the clock?"""
        return ran["error"] == "OutOfTime"

    def too_large(self, ran: Ran) -> Ran:
        """The result when the notebook's results are more than what is kept."""
        text = "(The notebook's outputs are too large; those of this cell were left out.)\n"
        output = {"output_type": "stream", "name": "stdout", "text": text}
        return {"outputs": [output], "error": ran["error"]}

    @staticmethod
    def checked(result) -> Ran:
        """`result` if it has the form of a result; else `SessionLost`."""
        return well_formed_ran(result)


class Observe:
    """Observe the answers for one check. It holds no expected value."""

    def __init__(self, check: Check):
        self.part, self.seconds, self.without = check.part, check.seconds, check.forbid
        self._places = check.observe.places if check.is_typed else ()  # see `Values`
        try:
            self._function = check.pickled
        except CourseFault:
            self._function = None  # `judge` says so

    @property
    def libraries(self) -> int:
        """How many of the worker's LIBRARIES it seems to use."""
        return libraries.of_observation(self._function or b"")

    def begin(self, session: Session, seed: int, mark: int | None = None) -> Pending[Observation]:
        """Let a session observe at a mark; or read what was typed, which needs none."""
        if mark is None and self.is_read(session):
            return session.begin_read(self._places, self.seconds)
        if self._function is None:
            return Ready({"entries": [], "error": None})
        about = self.part, seed, self.seconds, self.without
        return session.begin_observe(self._function, *about, mark)

    def is_read(self, session: Session) -> bool:
        """Is it about what was typed, in a session that can read it at once?"""
        return bool(self._places) and session.can_read

    def lost(self, why: str) -> Observation:
        """The result when the session died in this step."""
        for reason in ("timeout", "memory"):
            if reason in why:
                return {"failed": reason}
        return {"failed": "crash"}

    @staticmethod
    def ran_out_of_time(seen: Observation) -> bool:
        """Was it stopped by the clock?"""
        return seen.get("failed") == "timeout"

    def too_large(self, seen: Observation) -> Observation:
        """The result when the notebook's results are more than what is kept."""
        return {"failed": "memory"}

    @staticmethod
    def checked(result) -> Observation:
        """`result` if it has the form of an observation; else `SessionLost`."""
        return well_formed(result)


Result = Ran | Observation  # of a step


@dataclass
class Job:
    """The steps of one submission, in order, with the results that are known already."""

    steps: list[RunCell | Observe]
    seed: int
    limits: Limits = USUAL
    known: dict[int, Result] = field(default_factory=dict)  # position -> result of an `Observe`
    real_kernel: bool = False
    others_follow: bool = False  # which use the same libraries

    def run(self, worker: Worker) -> list[Result]:
        """The results of the steps, one each."""
        way = self.real_kernel, self.others_follow
        return run_steps(worker, self.steps, self.seed, self.limits, self.known, *way)


def run_steps(
    worker: Worker,
    steps: list,
    seed: int,
    limits: Limits = USUAL,
    known: dict[int, Result] | None = None,
    real_kernel: bool = False,
    others_follow: bool = False,
) -> list[Result]:
    """The results of `steps`, one each, in order.

    All cells are run before the first observation is made, on the names as they were at its place:
    what observes is hidden, and no cell is to show it. (What was typed is only read, and at once.)
    When a step takes the session along, a new session repeats the cells without that step.
    Observations that were made already (`known`, or before such a loss) are kept. A notebook whose time
    ran out while it waited for a processor gets a second try.
    """
    way = limits, real_kernel, _libraries(steps), others_follow
    results, starved = _attempt(worker, steps, seed, known or {}, *way)
    return _attempt(worker, steps, seed, known or {}, *way)[0] if starved else results


def _attempt(
    worker: Worker, steps: list, seed: int, known: dict, *way
) -> tuple[list[Result], bool]:
    """The results, and whether one of them came too late for want of a processor.

    way: see `Worker.open`.
    """
    work = _Work(steps, seed, known)
    while not work.done:
        try:
            with worker.open(*way) as session:
                work.do(session)
        except SessionLost as loss:
            work.lose(str(loss))
    return work.finished(), work.starved


def _libraries(steps: list) -> int:
    """How many of the worker's LIBRARIES the notebook seems to use."""
    cells = [step.source for step in steps if isinstance(step, RunCell)]
    observations = [step.libraries for step in steps if isinstance(step, Observe)]
    return max(libraries.of_cells(cells), *observations, 0)


class _Work:
    """The steps of one notebook, and what became of them in the sessions so far."""

    def __init__(self, steps: list, seed: int, known: dict[int, Result]):
        self._steps, self._seed = steps, seed
        self._results: list[Result | None] = [known.get(place) for place in range(len(steps))]
        self.done, self.starved = all(self._results), False
        self._lost: set[int] = set()
        self._current, self._end = 0, len(steps)  # no cell from `_end` on is run
        self._is_last = False  # the session that is open, or will be
        self._left = NOTEBOOK_BYTES - (len(plain.encode(list(known.values()))) if known else 0)
        self._begin = time.monotonic()

    def do(self, session: Session) -> None:
        """Run the cells, and after that observe what was marked between them."""
        marks: dict[int, int] = {}
        under_way: deque[tuple[int, Pending, bool]] = deque()  # place, request, is it a mark?

        def take(as_long_as: Callable[[], bool] = lambda: True) -> None:
            while under_way and as_long_as():
                self._current, pending, is_mark = under_way.popleft()
                if is_mark:
                    marks[self._current] = pending.result()
                else:
                    self._keep(session, pending)

        for place, step in enumerate(self._steps[: self._end]):
            observes = isinstance(step, Observe)
            if place in self._lost or observes and self._results[place]:
                continue
            if self._is_later_than(1 + self._is_last):
                self._end = place
                break
            is_mark = observes and not step.is_read(session)
            pending = session.begin_mark() if is_mark else step.begin(session, self._seed)
            under_way.append((place, pending, is_mark))
            take(lambda: not session.is_room)
        take()
        for place, mark in marks.items():
            if not self._is_later_than(2):
                pending = self._steps[place].begin(session, self._seed, mark)
                under_way.append((place, pending, False))
                take(lambda: not session.is_room)
        take()
        self.done = True

    def _keep(self, session: Session, pending: Pending) -> None:
        """The result of the step that is under way, when it comes."""
        step = self._steps[self._current]
        try:
            result = pending.result()
        except SessionLost:
            self.starved |= session.starved
            raise
        self.starved |= session.starved and step.ran_out_of_time(result)
        fits = session.weight <= self._left
        self._left -= session.weight if fits and self._results[self._current] is None else 0
        self._results[self._current] = result if fits else step.too_large(result)

    def lose(self, why: str) -> None:
        """The session is gone with the step that was under way.

        After too many of them, or too late, there is one more: what stands before is observed.
        """
        step = self._steps[self._current]
        self._lost.add(self._current)
        self._results[self._current] = step.lost(why)
        if len(self._lost) > MAX_RESTARTS or self._is_later_than(1):
            self.done, self._is_last = self._is_last, True
            if not isinstance(step, Observe):
                self._end = min(self._end, self._current)

    def _is_later_than(self, times: int) -> bool:
        """Cells have NOTEBOOK_SECONDS, and twice that where they are repeated to be observed."""
        return time.monotonic() > self._begin + times * NOTEBOOK_SECONDS

    def finished(self) -> list[Result]:
        """The results; what was not reached ran out of time."""
        return [done or step.lost("timeout") for done, step in zip(self._results, self._steps)]


class _Idle:
    """The workers that have nothing to do; who asks first gets the next one."""

    def __init__(self):
        self._lock = threading.Lock()
        self._workers: deque[Worker | Exception] = deque()
        self._asking: deque[Future[Worker | Exception]] = deque()

    def get(self) -> Worker | Exception:
        """A worker, or why it did not start."""
        asks: Future[Worker | Exception] = Future()
        with self._lock:
            if self._workers:
                return self._workers.popleft()
            self._asking.append(asks)
        return asks.result()

    def put(self, worker: Worker | Exception) -> None:
        """This one is free."""
        with self._lock:
            if self._asking:
                self._asking.popleft().set_result(worker)
            else:
                self._workers.append(worker)


class Pool:
    """Several warm workers on this machine, which start when the pool is entered or enlarged."""

    def __init__(self, tier: Tier, size: int):
        self.tier, self.size = tier, max(1, size)
        self._idle = _Idle()
        self._workers: list[Worker] = []
        self._loaded = loaded_in(tier)
        self._threads: list[threading.Thread] = []

    def enlarge(self, size: int) -> None:
        """Start workers until there are so many."""
        self.size = max(self.size, size)
        while len(self._threads) < self.size:
            self._threads.append(threading.Thread(target=self._start_one, daemon=True))
            self._threads[-1].start()

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[int, list[Result] | Exception]]:
        """Pairs (position, results) as they are ready; a fault of ours is given as the result.

        Jobs are taken from `jobs` as workers come free, so that few of them exist at a time.
        """
        return self.map(lambda worker, job: job.run(worker), jobs)

    def map(self, function: Callable, items: Iterable) -> Iterator[tuple[int, object]]:
        """Pairs (position, function(worker, item)); an exception is given as the result."""
        running: dict[Future, int] = {}
        threads = ThreadPoolExecutor(self.size)
        try:
            for position, item in enumerate(items):
                running[threads.submit(self.do, function, item)] = position
                if len(running) >= 2 * self.size + AHEAD:
                    yield from _ready(running)
            while running:
                yield from _ready(running)
        except BaseException:
            self._abandon()  # nobody waits for what still runs
            raise
        finally:
            threads.shutdown(cancel_futures=True)

    def do(self, function: Callable, *items):
        """function(worker, *items), on the next worker that is free."""
        worker = self._idle.get()
        try:
            if isinstance(worker, Exception):
                raise worker
            return function(worker, *items)
        finally:
            self._idle.put(worker)

    def _abandon(self) -> None:
        for worker in self._workers:
            worker.stop()

    def _start_one(self) -> None:
        try:
            worker = Worker(self.tier, self._loaded)
            self._workers.append(worker)
            self._idle.put(worker)
        except Exception as problem:  # it is raised again when a worker is asked for
            self._idle.put(problem)

    def __enter__(self) -> Pool:
        self.enlarge(self.size)
        return self

    def __exit__(self, *exception) -> None:
        for _ in self._threads:
            if isinstance(worker := self._idle.get(), Worker):
                worker.close()
        for thread in self._threads:
            thread.join()
        self._loaded.close()


def _ready(running: dict[Future, int]) -> Iterator[tuple[int, object]]:
    """Wait until something is done, and take it out of `running`."""
    for future in wait(running, return_when=FIRST_COMPLETED).done:
        yield running.pop(future), future.exception() or future.result()
