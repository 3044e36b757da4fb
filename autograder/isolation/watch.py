"""What a session uses altogether (memory, disk, processor time, sockets); the kernel's limits are for
each process."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain

import psutil

BLOCK = 4096  # what even an empty file costs


def descendants(process: int) -> list[psutil.Process]:
    """All processes that go back to that one."""
    with suppress(psutil.Error):
        return psutil.Process(process).children(recursive=True)
    return []


def memory(processes: Iterable[psutil.Process], enough: float = float("inf")) -> int:
    """Bytes of memory that the processes hold; what several share is counted once.

    That takes a while, so it is done only when the plain sum is more than `enough`.
    """
    plain = [_memory(process) for process in processes]
    return sum(plain) if sum(plain) <= enough else sum(map(_fair_memory, processes))


def _memory(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return process.memory_info().rss
    return 0


def _fair_memory(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        whole = process.memory_full_info()
        return getattr(whole, "pss", whole.uss)
    return _memory(process)  # it hides


def processor_seconds(processes: Iterable[psutil.Process]) -> float:
    """Processor time of the processes, and of those that they started and that have ended."""
    total = 0.0
    for process in processes:
        with suppress(psutil.Error):
            used = process.cpu_times()
            total += used.user + used.system + used.children_user + used.children_system
    return total


def idle_seconds() -> float:
    """How long this machine's processors had nothing to do, since it was started."""
    used = psutil.cpu_times()
    return used.idle + getattr(used, "iowait", 0.0)


def channels(processes: Iterable[psutil.Process], enough: int) -> int:
    """The sockets and pipes of the processes: the kernel's memory for them belongs to nobody."""
    found: set[str] = set()
    for process in processes:
        with suppress(OSError), os.scandir(f"/proc/{process.pid}/fd") as descriptors:
            for descriptor in descriptors:
                with suppress(OSError):
                    kind = os.readlink(descriptor.path)
                    if kind.startswith(("socket:", "pipe:")):
                        found.add(kind)
        if len(found) > enough:
            break
    return len(found)


def disk(folder: str, processes: Iterable[psutil.Process], enough: float = float("inf")) -> float:
    """Bytes of the files in a folder, and of deleted ones that a process still has open.

    Stops to count beyond `enough`. What closes itself to being counted is infinitely large.
    """
    total = 0.0
    for size in chain(_sizes(folder), _deleted(processes)):
        total += max(size, BLOCK)
        if total > enough:
            break
    return total


def _sizes(folder: str) -> Iterator[float]:
    left = [folder]
    while left:
        try:
            with os.scandir(left.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        left.append(entry.path)
                    yield entry.stat(follow_symlinks=False).st_blocks * 512
        except FileNotFoundError:
            pass  # removed meanwhile
        except OSError:
            yield float("inf")  # too deep, or closed


def _deleted(processes: Iterable[psutil.Process]) -> Iterator[int]:
    for process in processes:
        with suppress(OSError), os.scandir(f"/proc/{process.pid}/fd") as descriptors:
            for descriptor in descriptors:
                with suppress(OSError):
                    found = os.stat(descriptor.path)
                    if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                        yield found.st_blocks * 512
