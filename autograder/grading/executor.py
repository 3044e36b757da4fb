"""Runs the steps of one submission in a session; a step that kills the session costs only itself."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from autograder.check import Check
from autograder.isolation import Limits, Session, SessionLost, Tier, Worker

MAX_RESTARTS = 8
NOTEBOOK_SECONDS = 300.0
USUAL = Limits()


@dataclass(frozen=True)
class RunCell:
    """Execute a cell's text."""

    source: str

    def perform(self, session: Session, seed: int) -> dict:
        """{"outputs": [...], "error": None or the exception's name}"""
        return session.run(self.source)

    def lost(self, why: str) -> dict:
        """The result when the session died in this step."""
        text = (
            "This cell ended the notebook's process, or ran far longer than it may. "
            "The rest of the notebook was run without it."
        )
        output = {"output_type": "error", "ename": "CellLost", "evalue": text, "traceback": [text]}
        return {"outputs": [output], "error": "CellLost"}


@dataclass(frozen=True)
class Observe:
    """Observe the answers for one check."""

    check: Check

    def perform(self, session: Session, seed: int) -> dict:
        """The observation, or {"failed": ...}"""
        return session.observe(self.check.pickled, self.check.part, seed, self.check.seconds)

    def lost(self, why: str) -> dict:
        """The result when the session died in this step."""
        return {"failed": "timeout" if "timeout" in why else "crash"}


def run_steps(worker: Worker, steps: list, seed: int, limits: Limits = USUAL) -> list[dict]:
    """The results of `steps`, one each, in order.

    When a step takes the session along, a new session repeats the cells before it without that
    step. Observations that were made already are kept.
    """
    results: list[dict | None] = [None] * len(steps)
    lost: set[int] = set()
    deadline = time.monotonic() + NOTEBOOK_SECONDS
    while len(lost) <= MAX_RESTARTS:
        current = 0
        try:
            with worker.open(limits) as session:
                for current, step in enumerate(steps):
                    if current in lost or (isinstance(step, Observe) and results[current]):
                        continue
                    if time.monotonic() > deadline:
                        raise SessionLost("timeout of the notebook")
                    results[current] = step.perform(session, seed)
            break
        except SessionLost as loss:
            lost.add(current)
            results[current] = steps[current].lost(str(loss))
            if time.monotonic() > deadline:
                break
    return [done or step.lost("timeout") for done, step in zip(results, steps)]


class Pool:
    """Several warm workers. `map` runs `function(worker, item)` on them, in threads.

    The workers are started together, in the background, when the pool is entered.
    """

    def __init__(self, tier: Tier, size: int):
        self.tier, self.size = tier, max(1, size)
        self._idle: queue.SimpleQueue[Worker | Exception] = queue.SimpleQueue()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._keep_one) for _ in range(self.size)]

    def map(self, function: Callable, items: Iterable) -> Iterator[tuple[int, object]]:
        """Pairs (position, result) as they are ready; an exception is given as the result."""
        with ThreadPoolExecutor(self.size) as threads:
            futures = {
                threads.submit(self._with_worker, function, item): position
                for position, item in enumerate(items)
            }
            try:
                for future in as_completed(futures):
                    yield futures[future], future.exception() or future.result()
            finally:
                for future in futures:
                    future.cancel()

    def _with_worker(self, function: Callable, item):
        worker = self._idle.get()
        try:
            if isinstance(worker, Exception):
                raise worker
            return function(worker, item)
        finally:
            self._idle.put(worker)

    def _keep_one(self) -> None:
        """Start a worker and stay: a sandbox ends with the thread that started it."""
        try:
            self._idle.put(Worker(self.tier))
        except Exception as problem:  # whoever asks for a worker gets to know
            self._idle.put(problem)
        self._over.wait()

    def __enter__(self) -> Pool:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception) -> None:
        for _ in self._threads:
            if isinstance(worker := self._idle.get(), Worker):
                worker.close()
        self._over.set()
        for thread in self._threads:
            thread.join()
