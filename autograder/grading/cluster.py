"""The same jobs on a Dask cluster: batches of submissions go out, plain data comes back.

What goes out are the cells' texts and the functions that observe answers: no reference solution, no
expected value, nothing of the gradebook. What comes back is read by the strict decoder. A worker
that is lost costs time only: its batches are run again elsewhere.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import re
import socket
from collections.abc import Iterable, Iterator
from functools import lru_cache

from autograder.course import default_course
from autograder.grading.executor import Job, Pool, Result
from autograder.inside import plain
from autograder.isolation import SessionLost, Tier, available_tiers, choose_tier
from autograder.isolation.worker import WorkerFailed

BATCH = 4
CONNECT_SECONDS = 20


class ClusterError(RuntimeError):
    """The cluster cannot be used."""


class Cluster:
    """A running Dask cluster, or one that is started here ("local"). Use as a context manager."""

    def __init__(self, address: str, workers: int, trust_submissions: bool = False):
        self.address, self.workers, self._trust = address, workers, trust_submissions
        self._open = contextlib.ExitStack()
        self.tier: Tier | None = None  # the weakest of the workers', once they are known

    def __enter__(self) -> Cluster:
        try:
            from distributed import Client, LocalCluster
        except ImportError:
            raise ClusterError("--scheduler needs Dask: pip install 'dask[distributed]'.") from None
        target = self.address
        with self._open:
            if target == "local":
                target = self._open.enter_context(
                    LocalCluster(
                        n_workers=self.workers, threads_per_worker=1, dashboard_address=None,
                        silence_logs=logging.CRITICAL,
                    )
                )  # fmt: skip
            else:
                _require_answer(target)
            try:
                self._client = self._open.enter_context(
                    Client(target, timeout=CONNECT_SECONDS, set_as_default=False)
                )
                self._client.wait_for_workers(1, timeout=CONNECT_SECONDS)
            except (OSError, TimeoutError, ValueError) as problem:
                raise ClusterError(
                    f"No cluster with workers answers at {self.address} ({problem})."
                ) from None
            self.tier = self._weakest_tier()
            self._open = self._open.pop_all()
        return self

    def __exit__(self, *exception) -> None:
        self._open.close()

    def _weakest_tier(self) -> Tier:
        mine = default_course().version()
        tiers = available_tiers()
        names = [tier.name for tier in tiers]
        found = []
        for worker, (version, name) in self._client.run(_about, self._trust).items():
            if version != mine:
                raise ClusterError(
                    f"The worker {worker} has another version of the course ({version}, here "
                    f"{mine}); bring it to the same state."
                )
            if not name:
                raise ClusterError(
                    f"The worker {worker} has no sandbox: run `python -m autograder doctor` there."
                )
            found.append(name)
        return tiers[max(map(names.index, found))]

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[int, list[Result] | Exception]]:
        """As `Pool.run`: pairs (position, results) as they are ready, few jobs at a time."""
        from distributed import as_completed

        waiting = iter(_batches(enumerate(jobs), BATCH))
        running = as_completed(loop=self._client.loop)
        batches = {}

        def send(batch, size_of_retry: int = BATCH) -> None:
            jobs = [job for _, job in batch]
            future = self._client.submit(_run_batch, jobs, self._trust, pure=False)
            batches[future.key] = batch, size_of_retry
            running.add(future)

        for _, batch in zip(range(2 * len(self._client.nthreads())), waiting):
            send(batch)
        for future in running:
            batch, size = batches.pop(future.key)
            if future.status == "finished":
                yield from zip((place for place, _ in batch), _results(future.result(), batch))
            elif future.status == "lost":  # with the worker that had the results already
                send(batch, size)
            elif future.status == "cancelled":
                raise ClusterError(
                    f"The cluster at {self.address} went away; the same command goes on from here."
                )
            elif size > 1:  # a batch whose workers were lost, again and again: one by one, once
                for one in batch:
                    send([one], 1)
            else:
                yield batch[0][0], WorkerFailed(f"the cluster lost it: {future.exception()}")
            if (batch := next(waiting, None)) is not None:
                send(batch)


def _require_answer(address: str) -> None:
    """`ClusterError` when nobody listens there. (A Dask client would ask for long, and once more.)"""
    found = re.fullmatch(r"(?:tcp://|tls://)?\[?([^\[\]/]+)\]?:(\d+)", address)
    if found is None:
        raise ClusterError(
            f"--scheduler {address}: give local, or an address such as tcp://192.168.0.5:8786."
        )
    try:
        socket.create_connection((found[1], int(found[2])), CONNECT_SECONDS).close()
    except (OSError, OverflowError) as problem:
        raise ClusterError(f"No cluster answers at {address} ({problem}).") from None


def _batches(items: Iterator, size: int) -> Iterator[list]:
    from itertools import islice

    while batch := list(islice(items, size)):
        yield batch


def _results(sent, batch: list) -> list[list[Result] | Exception]:
    """What a worker sent, if it has the form that it must have; each job stands for itself."""
    if not isinstance(sent, list) or len(sent) != len(batch):
        sent = [b""] * len(batch)
    return [_result(data, job) for data, (_, job) in zip(sent, batch)]


def _result(data: bytes, job: Job) -> list[Result] | Exception:
    try:
        results = plain.decode(data)
        if isinstance(results, list) and len(results) == len(job.steps):
            return [step.checked(one) for step, one in zip(job.steps, results)]
        return WorkerFailed(str(results)[:600])
    except (plain.NotPlain, SessionLost) as problem:
        return WorkerFailed(f"a worker sent no plain data ({problem})")


# On the cluster's workers -----------------------------------------------------------------------


def _about(trust_submissions: bool) -> tuple[str, str]:
    """(version of the course, tier of isolation) of a worker; no tier when there is no sandbox."""
    try:
        return default_course().version(), _tier(trust_submissions).name
    except RuntimeError:
        return default_course().version(), ""


@lru_cache
def _tier(trust_submissions: bool) -> Tier:
    return choose_tier(trust_submissions)


@lru_cache
def _pool(trust_submissions: bool) -> Pool:
    from distributed import get_worker

    pool = Pool(_tier(trust_submissions), get_worker().state.nthreads).__enter__()
    atexit.register(pool.__exit__)
    return pool


def _run_batch(jobs: list[Job], trust_submissions: bool) -> list[bytes]:
    """The results of every job as plain data; a fault of ours as a sentence."""
    found = []
    for job in jobs:
        try:
            found.append(plain.encode(_pool(trust_submissions).do(job.run)))
        except Exception as problem:
            found.append(plain.encode(f"{type(problem).__name__}: {problem}"))
    return found
