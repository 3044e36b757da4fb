"""Places of a notebook at which answers are observed, after the last cell has run.

What observes is hidden. If it came into the process while there are cells to run, a later cell could
show it: it might lie in a file, in memory that is shared, or in the process itself. So at its place an
observation is only marked, by a fork that keeps the names as they are; it waits there for what observes.
"""

from __future__ import annotations

import math
import os
import pickle
import resource
import select
import signal
import socket
import time
import warnings
from contextlib import suppress
from types import CodeType

from autograder.inside import plain
from autograder.inside.forks import fork
from autograder.inside.fresh import renew
from autograder.inside.messages import receive, send

PATIENCE = 3  # limits are of processor time; on the wall clock this many times as long may pass
_NO_MEMORY = 3  # exit status


class Marks:
    """The marks of one session, by the numbers that the trusted side gives them.

    modules: the code of those that observe (`fresh.code_of`). channel: what the session listens to.
    """

    def __init__(self, modules: dict[str, CodeType], channel: socket.socket | None = None):
        self._modules, self._channel = modules, channel
        self._waiting: dict[int, tuple[int, socket.socket]] = {}  # process, and how to reach it
        os.register_at_fork(after_in_child=self._let_go)

    def _let_go(self) -> None:
        """In a fork, so that the end of this process is noticed."""
        for channel in (self._channel, *(channel for _, channel in self._waiting.values())):
            if channel:
                channel.close()

    def add(self, number: int, namespace: dict) -> None:
        """Keep the names as they are now."""
        ours, theirs = socket.socketpair()
        try:
            child = fork()
        except BlockingIOError:  # its own processes are too many
            ours.close()
        else:
            if child == 0:
                self._let_go()
                ours.close()
                _wait_and_observe(theirs, namespace, self._modules)
            self._waiting[number] = child, ours
        finally:
            theirs.close()

    def observe(self, request: dict) -> dict:
        """The reply to a request for an observation at a mark."""
        if request["mark"] not in self._waiting:
            return {"failed": "crash"}
        child, channel = self._waiting.pop(request["mark"])
        seconds = request["seconds"] * PATIENCE
        try:
            channel.settimeout(seconds)
            send(channel, request)
            data = _read_until(channel.fileno(), time.monotonic() + seconds)
        except OSError:  # it is gone
            data = b""
        finally:
            channel.close()
            for kill in (os.killpg, os.kill):
                with suppress(OSError):
                    kill(child, signal.SIGKILL)
        code = _exit_code(child)
        if data is None or code == -signal.SIGXCPU:
            return {"failed": "timeout"}
        if not data:
            return {"failed": "memory" if code == _NO_MEMORY else "crash"}
        return {"observation": plain.decode(data)}


def _exit_code(child: int) -> int | None:
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except ChildProcessError:  # a cell has waited for all processes
        return None


def _wait_and_observe(channel: socket.socket, namespace: dict, modules: dict) -> None:
    """What the fork does."""
    code = 1
    try:
        os.setpgid(0, 0)
        if (request := receive(channel)) is not None:
            allowed = math.ceil(request["seconds"])
            resource.setrlimit(resource.RLIMIT_CPU, (allowed, allowed + 1))
            channel.sendall(_observe(request, namespace, modules))
            code = 0
    except MemoryError:
        code = _NO_MEMORY
    finally:
        os._exit(code)


def _observe(request: dict, namespace: dict, modules: dict) -> bytes:
    """The encoded observation, made by modules that no cell has seen."""
    from autograder.inside.shell import silence

    silence()
    warnings.simplefilter("ignore")  # a cell may have made them exceptions
    renew(modules)
    from autograder.inside import plain
    from autograder.inside.answer import observe_answer, raised

    try:
        observe = pickle.loads(request["observe"])
        if request["without"]:
            from autograder.inside.absent import take_away

            take_away(request["without"])
        seen = observe_answer(observe, namespace, request["seed"], request["part"])
    except MemoryError:
        raise
    except BaseException as problem:
        seen = {"entries": [], "error": raised(problem)}
    return plain.encode(seen)


def _read_until(reader: int, deadline: float) -> bytes | None:
    """All bytes that come; None when the deadline passes first."""
    chunks, size = [], 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([reader], [], [], left)[0]:
            return None
        chunk = os.read(reader, 1 << 20)
        if not chunk:
            return b"".join(chunks)
        size += len(chunk)
        if size > plain.MAX_BYTES:
            return b""
        chunks.append(chunk)
