"""Privileges and namespaces of processes: how the worker and its sessions give up what they may.

Linux's own calls, by ctypes; elsewhere nothing happens.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import struct
import sys

from autograder.inside.forks import fork

try:
    import fcntl
except ImportError:  # another system
    fcntl = None

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER = 1, 4, 36
_NEW_MOUNTS, _NEW_IPC, _NEW_USER, _NEW_PIDS = 0x20000, 0x08000000, 0x10000000, 0x20000000
_NEW_NETWORK = 0x40000000
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1  # ioctls on a network interface
NOBODY = 65534
_CAPABILITY_VERSION = 0x20080522
_NO_SET_ID_NO_DEVICES_NO_PROGRAMS = 2 | 4 | 8

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def readable_by_others(allowed: bool) -> None:
    """May processes of the same user read, write or trace this one's memory?

    A fork inherits the answer; `False` also closes most of /proc/PID.
    """
    if _libc:
        _libc.prctl(_PR_SET_DUMPABLE, int(allowed), 0, 0, 0)


def drop_privileges() -> None:
    """What the worker does first: it stops being root (where asked to), and closes its memory.

    Root would have no limit on processes. A session that could write into the worker's memory
    would decide how the next one is graded. Processes that a session detaches become the worker's.
    When the machine runs out of memory, the worker and its sessions are what the kernel ends.
    """
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        pass  # another system, or done already
    if "WORKER_BECOMES_NOBODY" in os.environ and os.getuid() != NOBODY:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    readable_by_others(False)
    if _libc:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """When the process that forked this one ends, so does this one (but not its children)."""
    if _libc:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def children() -> list[int]:
    """The processes whose parent this one is."""
    try:
        with open("/proc/thread-self/children") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def enter_namespaces() -> bool:
    """Enter new namespaces of processes, of shared memory and queues, of the network (with nothing but
    a loopback of its own), and of mounts with a new /proc.

    Returns in a new process, which sees nobody but itself and its children and cannot signal
    others; when it ends, so does all that it started. The calling process waits for it and exits.
    `False` where the kernel does not allow this: then nothing has changed.
    """
    readable_by_others(True)  # else its own /proc/self is closed to it
    user, group = os.getuid(), os.getgid()
    flags = _NEW_USER | _NEW_PIDS | _NEW_IPC | _NEW_MOUNTS | _NEW_NETWORK
    if not _libc or user == 0 or _libc.unshare(flags) != 0:
        return False
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    _loopback_up()
    _continue_in_child()
    die_with_parent()
    _mount_proc()
    _continue_in_child()  # process 1 ignores signals; the session should not
    drop_capabilities()
    return True


def _loopback_up() -> None:
    """Of a new namespace of the network: until then nothing can be sent to 127.0.0.1."""
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket,
    ):
        request = struct.pack("16sH14x", b"lo", 0)
        (flags,) = struct.unpack("16xH14x", fcntl.ioctl(any_socket, _GET_FLAGS, request))
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", flags | _UP))


def _mount_proc() -> None:
    """A /proc of this namespace; where that is not allowed, the other processes are covered."""
    flags = _NO_SET_ID_NO_DEVICES_NO_PROGRAMS
    made_by_root = "WORKER_BECOMES_NOBODY" in os.environ  # then the kernel refuses, and logs it
    if not made_by_root and _libc.mount(b"proc", b"/proc", b"proc", flags, None) == 0:
        return
    for process in filter(str.isdigit, os.listdir("/proc")):
        place = f"/proc/{process}".encode()
        _libc.mount(b"none", place, b"tmpfs", flags, b"size=4k,mode=0")


def _continue_in_child() -> None:
    child = fork()
    if child == 0:
        return
    readable_by_others(False)
    drop_capabilities()
    while True:
        try:
            if os.wait()[0] == child:
                os._exit(0)
        except ChildProcessError:
            os._exit(0)


def drop_capabilities() -> None:
    """Give up all that only root may do."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _libc.capset(header, (ctypes.c_uint32 * 6)())
