"""The trusted side's handle on a worker and on its sessions."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass

import psutil

from autograder.inside import plain
from autograder.inside.serve import FRAME, PATIENCE, START
from autograder.isolation import watch
from autograder.isolation.sandbox import Tier, worker_command

GRACE_SECONDS = 3.0
START_SECONDS = 180.0
END_SECONDS = 20.0
KERNEL_SECONDS = 60.0
WATCH_SECONDS = 0.5
FAILURES = ("timeout", "crash", "memory")


class SessionLost(RuntimeError):
    """The student's process ended, hung, took too much, or sent something that is not plain data.

    The text holds "timeout" or "memory" where that is the reason.
    """


class WorkerFailed(RuntimeError):
    """The worker itself does not start or has died: our fault, never the student's."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use (bytes, counts; seconds of processor time per cell).

    The kernel sees to `memory` of one process, `file_size` of one file, and `processes`;
    we look after `total_memory` of all processes together, and `disk`, all files together.
    """

    memory: int = 2 * 2**30
    file_size: int = 64 * 2**20
    processes: int = 256
    cell_seconds: float = 20.0
    total_memory: int = 3 * 2**30
    disk: int = 256 * 2**20


class Worker:
    """A warm sandboxed process; opens one session at a time. Use as a context manager."""

    def __init__(self, tier: Tier):
        self.tier = tier
        self._stopped = False
        self._start()

    def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        self._errors = tempfile.TemporaryFile()
        command, environment = worker_command(self.tier, theirs.fileno())
        self._scratch = os.path.dirname(environment["HOME"]) if environment else ""
        try:
            self._process = subprocess.Popen(
                command,
                # never ours: bubblewrap clears its environment, and still shows it in /proc/1
                env=environment or {"PATH": os.environ.get("PATH", os.defpath)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        finally:
            theirs.close()
        self._expect(b"+", START_SECONDS)

    def _expect(self, sign: bytes, seconds: float) -> None:
        self._control.settimeout(seconds)
        try:
            answer = self._control.recv(1)
        except OSError:
            answer = b""
        if answer != sign:
            self._errors.seek(0)
            tail = self._errors.read()[-2000:].decode(errors="replace").strip()
            self.close()
            raise WorkerFailed(f"The worker stopped unexpectedly. {tail}".strip())

    def open(self, limits: Limits = Limits(), real_kernel: bool = False) -> Session:
        """A fresh session: a fork of the worker with a scratch folder of its own.

        With `real_kernel` its cells run in a Jupyter kernel, which takes seconds to start.
        """
        if self._stopped:
            raise WorkerFailed("Grading was stopped.")
        if self._process.poll() is None:
            try:
                return self._open(limits, real_kernel)
            except OSError:
                self.close()  # it died since the last session
        self._start()
        return self._open(limits, real_kernel)

    def _open(self, limits: Limits, real_kernel: bool) -> Session:
        ours, theirs = socket.socketpair()
        try:
            socket.send_fds(
                self._control,
                [START.pack(limits.memory, limits.file_size, limits.processes, real_kernel)],
                [theirs.fileno()],
            )
        finally:
            theirs.close()
        return Session(self, ours, limits, KERNEL_SECONDS if real_kernel else 0.0)

    def look_after(self, limits: Limits) -> None:
        """`SessionLost` when the processes of the session together use more than they may."""
        processes = watch.descendants(self._process.pid)
        if watch.memory(processes, limits.total_memory) > limits.total_memory:
            raise SessionLost("memory: its processes together took more than they may")
        if self._scratch and watch.disk(self._scratch, processes, limits.disk) > limits.disk:
            raise SessionLost("disk: it wrote more than it may")

    def _end_session(self) -> None:
        try:
            self._control.sendall(b"e")
            self._expect(b".", END_SECONDS)
        except (OSError, WorkerFailed):
            self.close()  # a session that took its worker along; the next one starts a new worker

    def stop(self) -> None:
        """End the worker at once, from another thread: whoever waits for it gets `SessionLost`."""
        self._stopped = True
        self._kill()

    def _kill(self) -> None:
        processes = watch.descendants(self._process.pid)
        self._process.kill()
        for process in processes:  # outside a process namespace they would stay
            with suppress(psutil.Error):
                process.kill()

    def close(self) -> None:
        """End the worker and everything in it."""
        self._control.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._kill()
            self._process.wait()
        if self._scratch:
            subprocess.run(["rm", "-rf", "--", self._scratch], stderr=subprocess.DEVNULL)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exception) -> None:
        self.close()


class Session:
    """One submission's process. Every method raises `SessionLost` when that process is gone."""

    def __init__(
        self, worker: Worker, channel: socket.socket, limits: Limits, start_seconds: float = 0.0
    ):
        self._worker, self._channel, self.limits = worker, channel, limits
        self._start_seconds = start_seconds  # may pass before the first answer
        self._count, self._look_again = 0, time.monotonic() + WATCH_SECONDS

    def run(self, source: str, seconds: float | None = None) -> dict:
        """Execute a cell: {"outputs": [...], "error": None or name of the exception}."""
        seconds = seconds or self.limits.cell_seconds
        reply = self._ask({"do": "run", "source": source, "seconds": seconds}, seconds)
        if not isinstance(reply.get("outputs"), list):
            raise SessionLost("The notebook's process sent no outputs.")
        return {"outputs": reply["outputs"], "error": reply.get("error")}

    def observe(self, observe: bytes, part: str, seed: int, seconds: float) -> dict:
        """Run a pickled observation on the namespace, in a fork of the session.

        Returns {"entries": ..., "error": ...}, or {"failed": "timeout" | "crash" | "memory"}.
        """
        request = {"do": "observe", "observe": observe, "part": part, "seed": seed}
        reply = self._ask({**request, "seconds": seconds}, seconds)
        if "failed" in reply:
            if reply["failed"] not in FAILURES:
                raise SessionLost("The notebook's process reported an unknown failure.")
            return {"failed": reply["failed"]}
        return well_formed(reply.get("observation"))

    def _ask(self, request: dict, seconds: float) -> dict:
        self._count += 1
        data = plain.encode({"id": self._count, **request})
        patience = seconds * PATIENCE + GRACE_SECONDS + self._start_seconds
        self._start_seconds = 0.0
        deadline = time.monotonic() + patience
        try:
            self._channel.settimeout(patience)
            self._channel.sendall(FRAME.pack(len(data)) + data)
            size = FRAME.unpack(self._read(FRAME.size, deadline))[0]
            if size > plain.MAX_BYTES:
                raise SessionLost("The notebook's process sent more than it may.")
            reply = plain.decode(self._read(size, deadline))
        except (OSError, plain.NotPlain) as problem:
            raise SessionLost(f"The notebook's process is gone ({problem}).") from None
        if not isinstance(reply, dict) or reply.get("id") != self._count:
            raise SessionLost("The notebook's process broke the protocol.")
        return reply

    def _read(self, count: int, deadline: float) -> bytes:
        chunks = []
        while count:
            self._wait(deadline)
            chunk = self._channel.recv(min(count, 1 << 20))
            if not chunk:
                raise SessionLost("The notebook's process ended.")
            chunks.append(chunk)
            count -= len(chunk)
        return b"".join(chunks)

    def _wait(self, deadline: float) -> None:
        """Until there is something to read; looks meanwhile at what the session uses."""
        while (now := time.monotonic()) < deadline:
            if now >= self._look_again:
                self._worker.look_after(self.limits)
                self._look_again = time.monotonic() + WATCH_SECONDS
            patience = min(deadline, self._look_again) - now
            if select.select([self._channel], [], [], max(0, patience))[0]:
                return
        raise SessionLost("timeout")

    def close(self) -> None:
        """End the process and everything that it left behind."""
        self._channel.close()
        self._worker._end_session()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exception) -> None:
        self.close()


def well_formed(observation) -> dict:
    """`observation` if it has the form that `observe_answer` gives it; else `SessionLost`."""
    entries = observation.get("entries") if isinstance(observation, dict) else None
    fits = isinstance(entries, list) and all(
        isinstance(entry, list)
        and len(entry) == 3
        and isinstance(entry[0], str)
        and isinstance(entry[2], str)
        for entry in entries
    )
    if not fits or not isinstance(observation.get("error"), (plain.Raised, type(None))):
        raise SessionLost("The notebook's process sent no observation.")
    return observation


def cpu_count() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
