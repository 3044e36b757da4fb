"""Work that a fork of this process does, while this one does something else."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[None]:
    """`work`, which writes files, is done when the block ends; what it raises is raised there.

    Where this process cannot be forked safely, or at all, it is done after the block.
    """
    process = _fork(work)
    try:
        yield
    except BaseException:
        if process:
            process.kill()
            process.join()
        raise
    if process:
        process.join()
    if process is None or process.exitcode:
        work()


def _fork(work: Callable[[], object]) -> multiprocessing.Process | None:
    if sys.platform != "linux" or threading.active_count() > 1:
        return None
    process = multiprocessing.get_context("fork").Process(target=_only, args=(work,))
    try:
        process.start()
    except OSError:
        return None
    return process


def _only(work: Callable[[], object]) -> None:
    """In the fork: what fails is done, and said, by the process that waits for it."""
    try:
        work()
    except BaseException:
        os._exit(1)
