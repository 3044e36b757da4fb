"""Landlock, the kernel's means by which a plain process gives up files, TCP and signals for good.

Run as a program it locks itself in and becomes another one:

    python -m autograder.inside.landlock '{"read": [...], "write": [...]}' COMMAND...

Stays open: names and sizes of files (stat), UDP, Unix sockets with a path, modes and times of one's
own files, and how much of the machine is used. `syscalls` closes most of that.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import stat
import sys

from autograder.inside import privileges

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on all processors
_EXECUTE, _WRITE, _READ, _LIST, _TRUNCATE, _CONTROL = (1 << bit for bit in (0, 1, 2, 3, 14, 15))
_ON_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _CONTROL
_TCP, _ABSTRACT_SOCKETS_AND_SIGNALS = 0b11, 0b11
_NO_NEW_PRIVILEGES = 38
SIGNALS = 6  # the first version that keeps signals inside

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class _Rule(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("rights", ctypes.c_uint64), ("descriptor", ctypes.c_int32)]


def version() -> int:
    """The kernel's version of Landlock; 0 where there is none."""
    return max(0, _libc.syscall(_CREATE, None, 0, 1)) if _libc else 0


def lock_in(read: list[str], write: list[str]) -> None:
    """From now on: only these folders and files, no TCP, no signals to processes outside."""
    kernel = version()
    everything = (1 << (13 + (kernel >= 2) + (kernel >= 3) + (kernel >= 5))) - 1
    size = 8 if kernel < 4 else 16 if kernel < 6 else 24
    request = (ctypes.c_uint64 * 3)(everything, _TCP, _ABSTRACT_SOCKETS_AND_SIGNALS)
    rules = _call(_CREATE, ctypes.byref(request), size, 0)
    for paths, rights in ((read, _EXECUTE | _READ | _LIST), (write, everything & ~_CONTROL)):
        for path in filter(os.path.exists, paths):
            descriptor = os.open(path, os.O_PATH)
            is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
            rule = _Rule(rights & everything & (-1 if is_folder else _ON_FILES), descriptor)
            _call(_ADD, rules, 1, ctypes.byref(rule), 0)
            os.close(descriptor)
    _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _call(_RESTRICT, rules, 0)
    os.close(rules)
    privileges.drop_capabilities()  # what root may do besides


def refuse_signals_to_others() -> None:
    """Restrict once more, with the same files: no signal reaches the process that forked this one."""
    lock_in(["/"], ["/"])


def _call(*arguments) -> int:
    done = _libc.syscall(*arguments)
    if done < 0:
        raise OSError(ctypes.get_errno() or errno.ENOSYS, "Landlock")
    return done


if __name__ == "__main__":
    privileges.drop_privileges()
    lock_in(**json.loads(sys.argv[1]))
    os.environ["WORKER_LOCKED_IN"] = "1"
    os.execv(sys.argv[2], sys.argv[2:])
