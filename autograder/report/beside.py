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

    Where forking is not safe, it is done after the block.
    """
    is_safe = sys.platform == "linux" and threading.active_count() == 1
    process = multiprocessing.get_context("fork").Process(target=_only, args=(work,))
    if is_safe:
        process.start()
    try:
        yield
    except BaseException:
        if is_safe:
            process.kill()
        raise
    finally:
        if is_safe:
            process.join()
    if not is_safe or process.exitcode:
        work()


def _only(work: Callable[[], object]) -> None:
    """In the fork: what fails is done, and said, by the process that waits for it."""
    try:
        work()
    except BaseException:
        os._exit(1)
