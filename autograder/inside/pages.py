"""Large pages of memory: what a process with libraries in it needs, to be forked fast.

A fork copies a line for every page. The 250 MB of a process with PyTorch are 60,000 small pages, or 110
large ones and some small ones; where a fork writes to a large page, it gets a small part of it only.
"""

from __future__ import annotations

import ctypes
import sys

# In bytes, on x86 and ARM; with other sizes the kernel may refuse, which is no harm.
LARGE = 2 * 2**20
_COLLAPSE = 25  # madvise(2), from Linux 6.1 on


def make_large() -> None:
    """Make large pages of this process's own memory where the kernel can; the contents stay."""
    if sys.platform != "linux":
        return
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    for begin, end in _own_memory():
        begin, end = -(-begin // LARGE) * LARGE, end // LARGE * LARGE
        if begin < end:
            advise(begin, end - begin, _COLLAPSE)


def _own_memory() -> list[tuple[int, int]]:
    """Where memory lies that belongs to this process alone and to no file."""
    try:
        with open("/proc/self/maps") as file:
            lines = [line.split() for line in file]
    except OSError:
        return []
    spans = [
        place.split("-") for place, may, _, _, file, *_ in lines if (may, file) == ("rw-p", "0")
    ]
    return [(int(begin, 16), int(end, 16)) for begin, end in spans]
