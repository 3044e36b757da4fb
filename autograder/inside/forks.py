"""Forks of a process that has one thread, which is what a session forks from and forks for its marks."""

from __future__ import annotations

import ctypes
import os
import sys
import time

FORK_SECONDS = 5.0
OWNS_PROCESSES = "WORKER_OWNS_PROCESSES" in os.environ
_libc = ctypes.PyDLL(None, use_errno=True) if sys.platform == "linux" else None


def fork() -> int:
    """`os.fork`; where neighbours may have used up what the user may start, after a while.

    In a process with one thread, functions that are registered for forks are not called: `os.fork` puts
    in order what other threads held, which takes a third of the time that a fork takes with its end.
    """
    deadline = time.monotonic() + (0 if OWNS_PROCESSES else FORK_SECONDS)
    while True:
        try:
            return _fork_alone() if _libc and _is_alone() else os.fork()
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _is_alone() -> bool:
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


def _fork_alone() -> int:
    child = _libc.fork()
    if child == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return child
