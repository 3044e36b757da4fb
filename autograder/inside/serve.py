"""The worker: a warm process that forks one child per submission, which forks one per observation.

It listens on the socket whose descriptor number is its first argument. For every session the
trusted side sends one byte with a fresh socket attached; the child forked for it serves requests
(`run` a cell, `read` what was typed, `mark` a place, and in the end `observe` the answers there) until
told to stop. When a session ends, everything that it left behind is killed and its scratch folder is
removed.
"""

from __future__ import annotations

import gc
import importlib
import os
import random
import resource
import secrets
import select
import signal
import socket
import stat
import struct
import sys
import time
import warnings
from contextlib import suppress
from types import FunctionType

from autograder.inside import landlock, privileges, syscalls
from autograder.inside.forks import OWNS_PROCESSES, fork
from autograder.inside.fresh import code_of
from autograder.inside.marks import PATIENCE, Marks
from autograder.inside.messages import receive, send
from autograder.inside.pages import make_large

# Names of `utils` whose module imports PyTorch.
WITH_TORCH = {"PyTorchMLP", "copy_weights", "verify_numpy_pytorch_equivalence"}
START = struct.Struct("!QQI?B")  # memory, file size, processes; real kernel?; how many LIBRARIES
LIBRARIES = (
    "sympy",
    "matplotlib",
    "torch",
    "torch.optim",
)  # large; few notebooks use them when they are graded
MAX_DESCRIPTORS = 1024  # of one process
MAX_FILES = 50_000  # in the folders in memory; an empty one takes kernel memory, too
LOOK_SECONDS = 0.25
NEIGHBOURS = 8  # sessions of the same user may have as many processes each
LOCKED_IN = "WORKER_LOCKED_IN" in os.environ  # by Landlock


def limit_resources(memory: int, file_size: int, processes: int) -> None:
    """Limits for this process and its children, in bytes and counts."""
    for what, value in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, MAX_DESCRIPTORS),
        (resource.RLIMIT_NPROC, _beyond_those_running(processes)),
    ):
        resource.setrlimit(what, (value, value))


def _beyond_those_running(processes: int) -> int:
    """The kernel counts all that this user runs on the machine: `processes` more than that."""
    limit, (_, most) = processes, resource.getrlimit(resource.RLIMIT_NPROC)
    if OWNS_PROCESSES:
        return limit
    neighbours = NEIGHBOURS * processes  # the trusted side sees to it that each has no more
    while most == resource.RLIM_INFINITY or limit + processes <= most:
        resource.setrlimit(resource.RLIMIT_NPROC, (limit, most))
        try:
            if (child := os.fork()) == 0:
                os._exit(0)
        except BlockingIOError:
            limit += processes
        else:
            os.waitpid(child, 0)
            return (
                limit + neighbours
                if most == resource.RLIM_INFINITY
                else min(limit + neighbours, most)
            )
    return most


def isolate_session() -> None:
    """What a session does first: it separates from the worker and from other processes."""
    privileges.readable_by_others(True)
    privileges.die_with_parent()
    if OWNS_PROCESSES:
        privileges.enter_namespaces()
    elif LOCKED_IN:
        landlock.refuse_signals_to_others()


class OutOfTime(BaseException):
    """The cell used up its time. Not an `Exception`, so that `except Exception` lets it pass."""


def _alarm(signum, frame):
    raise OutOfTime("the cell ran longer than it may")


# A cell can ask for the handler: it leads nowhere.
_alarm = FunctionType(_alarm.__code__, {"OutOfTime": OutOfTime})


def _set_alarms(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * PATIENCE)


def serve_session(channel: socket.socket, shell, modules: dict) -> None:
    """Answer requests until the trusted side closes the channel. modules: see `Marks`."""
    from autograder.inside.shell import run_cell

    signal.signal(signal.SIGPROF, _alarm)
    signal.signal(signal.SIGALRM, _alarm)
    marks = Marks(modules, channel)
    while (request := receive(channel)) is not None:
        if request["do"] == "run":
            _set_alarms(request["seconds"])
            try:
                reply = run_cell(shell, request["source"])
            except BaseException as problem:
                reply = {"outputs": [], "error": type(problem).__name__}
            finally:
                _set_alarms(0)
        elif request["do"] == "read":
            reply = _read(shell.user_ns, request)
        elif request["do"] == "mark":
            marks.add(request["mark"], shell.user_ns)
            reply = {}
        else:
            reply = marks.observe(request)
        send(channel, {"id": request["id"], **reply})


def _read(namespace: dict, request: dict) -> dict:
    """What was typed: who answers for it here says no more than who types it."""
    from autograder.inside.typed import read

    _set_alarms(request["seconds"])
    try:
        with warnings.catch_warnings(action="ignore"):  # a cell may have made them exceptions
            return {"observation": read(namespace, request["places"])}
    except MemoryError:
        return {"failed": "memory"}
    except OutOfTime:
        return {"failed": "timeout"}
    finally:
        _set_alarms(0)


def warm_up(libraries: int):
    """Import what notebooks use, once; returns the shell. One thread only, so forking is safe."""
    import cloudpickle  # noqa: F401 (what observations arrive with)
    import mpmath  # noqa: F401 (what formulas are computed with)
    import numpy

    import utils
    from autograder.inside import expressions  # noqa: F401 (what some observations use)
    from autograder.inside.rehearsal import rehearse
    from autograder.inside.shell import make_shell

    numpy.random.default_rng([0, 0])
    numpy.ones((2, 2)) @ numpy.ones((2, 2))
    for name in (
        set(utils.__all__) - WITH_TORCH
    ):  # loads every module that a notebook may take it from
        getattr(utils, name)
    shell = make_shell()
    load(0, libraries)
    rehearse(shell)
    threads = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
    if threads != 1:
        raise RuntimeError(f"the worker has {threads} threads; forking it is not safe")
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)  # a collection writes to memory, which a fork has to copy
    make_large()
    return shell


def load(loaded: int, wanted: int) -> None:
    """Import the first `wanted` of the LIBRARIES, where `loaded` are there already.

    What is imported only when something is done for the first time is imported, too.
    """
    for library in LIBRARIES[loaded:wanted]:
        module = importlib.import_module(library)
        if library == "sympy":
            importlib.import_module("sympy.parsing.sympy_parser")
        elif library == "matplotlib":
            from matplotlib import pyplot

            pyplot.figure()
            pyplot.close("all")
        elif library == "torch":  # (nothing here draws a random number)
            module.set_num_threads(1)
            (module.ones(2, 2, requires_grad=True) @ module.ones(2, 2)).sum().backward()
        elif library == "torch.optim":
            module.SGD([sys.modules["torch"].zeros(1)], lr=0.0).step()


def main(descriptor: int, libraries: int) -> None:
    """Serve sessions one after another until the control socket closes."""
    from autograder.inside.shell import silence

    control = socket.socket(fileno=descriptor)
    home = os.environ["HOME"]  # a folder for this worker alone: emptied after every session
    privileges.drop_privileges()
    os.environ["ISOLATED_GRADING"] = "1"  # to `utils`: the complete check is made outside
    shell = warm_up(libraries)
    modules = code_of()
    silence()
    walled = OWNS_PROCESSES or LOCKED_IN
    filters = [
        syscalls.prepare(not OWNS_PROCESSES, real_kernel) if walled else None
        for real_kernel in (False, True)
    ]
    control.sendall(b"+")
    count = 0
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 64, 1)
        if not message:
            return
        channel = socket.socket(fileno=descriptors[0])
        *limits, real_kernel, wanted = START.unpack(message[: START.size])
        count += 1
        folder = os.path.join(home, f"work{count}")
        os.makedirs(folder)
        child = fork()
        if child == 0:
            try:
                control.close()
                os.setsid()
                os.chdir(folder)
                random.seed()  # (not as the neighbours' sessions)
                isolate_session()
                limit_resources(*limits)
                load(libraries, wanted)
                if filters[real_kernel] is not None:
                    filters[real_kernel].load()
                if real_kernel:
                    from autograder.inside.kernel import serve_session as serve_kernel_session

                    serve_kernel_session(channel)
                else:
                    serve_session(channel, shell, modules)
            finally:
                os._exit(0)
        channel.close()
        places = (home, "/dev/shm") if OWNS_PROCESSES else (home,)
        # the trusted side says when the session is over
        while not select.select([control], [], [], LOOK_SECONDS)[0]:
            if OWNS_PROCESSES and sum(map(_files_in, places)) > MAX_FILES:
                _clean(child)
        go_on = control.recv(1)
        _clean(child)
        for place in places:
            empty(place)
        if not go_on:
            return
        control.sendall(b".")


def _files_in(folder: str) -> int:
    """How many files the file system of a folder holds."""
    with suppress(OSError):
        found = os.statvfs(folder)
        return found.f_files - found.f_ffree
    return 0


def empty(folder: str) -> None:
    """Remove everything in a folder, however deep, whatever its permissions; mount points stay."""
    left = os.listdir(folder)
    while left:
        path = os.path.join(folder, left.pop())
        with suppress(OSError):
            if not _opened(path):
                os.unlink(path)
                continue
            for name in os.listdir(path):
                inner, above = os.path.join(path, name), secrets.token_hex(8)
                with suppress(OSError):
                    _opened(inner)
                    os.rename(inner, os.path.join(folder, above))
                    left.append(above)
            os.rmdir(path)


def _opened(path: str) -> bool:
    """Is it a folder? Then it is no longer closed."""
    found = os.lstat(path)
    if not stat.S_ISDIR(found.st_mode):
        return False
    if found.st_uid == os.getuid():
        os.chmod(path, 0o700)
    return True


def _clean(child: int) -> None:
    """Kill the session and all that it left behind. If something stays, the worker ends too."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        # Inside a process namespace of our own: everybody else.
        for target in [-1] if OWNS_PROCESSES else [-child, *(privileges.children() or [child])]:
            with suppress(OSError):
                os.kill(target, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.002)
    os._exit(1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
