"""The trusted side's handle on warm processes, in which sessions are opened."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress

import psutil

from autograder.inside.serve import START
from autograder.isolation import watch
from autograder.isolation.loaded import Loaded
from autograder.isolation.sandbox import Tier, worker_command
from autograder.isolation.session import Limits, Session, SessionLost

START_SECONDS = 180.0
END_SECONDS = 20.0
KERNEL_SECONDS = 60.0
IMPORT_SECONDS = 60.0
OUR_PROCESSES = 8  # of a worker and a session, before any code of a student runs
USUAL = Limits()


class WorkerFailed(RuntimeError):
    """The worker itself does not start or has died: our fault, never the student's."""


class Worker:
    """What runs sessions, one at a time. Use as a context manager.

    It has a warm process without `LIBRARIES`: the smaller a process is, the faster it forks. Those with
    some of them it takes from `loaded`, which other workers may share.
    """

    def __init__(self, tier: Tier, loaded: Loaded | None = None):
        self.tier = tier
        self._plain = WarmProcess(tier)
        self._loaded, self._shares = loaded or loaded_in(tier), loaded is not None
        self._stopped = False

    @property
    def processes(self) -> list[WarmProcess]:
        """Those that were started."""
        return [self._plain, *self._loaded.processes]

    def open(
        self,
        limits: Limits = USUAL,
        real_kernel: bool = False,
        libraries: int = 0,
        others_follow: bool = False,
    ) -> Session:
        """A fresh session: a fork of a warm process, with a scratch folder of its own.

        So many of the `LIBRARIES` are imported before its first cell; others_follow: and will be for
        other sessions. With `real_kernel` its cells run in a Jupyter kernel, which takes seconds to
        start and imports for itself.
        """
        libraries = 0 if real_kernel else libraries
        self._refuse_when_stopped()
        process = self._loaded.take(libraries, others_follow) if libraries else None
        self._refuse_when_stopped()
        return (process or self._plain).open(limits, real_kernel, libraries)

    def _refuse_when_stopped(self) -> None:
        if self._stopped:
            self.close()
            raise WorkerFailed("Grading was stopped.")

    def stop(self) -> None:
        """End at once, from another thread; a session that is waited for raises `SessionLost`."""
        self._stopped = True
        for process in self.processes:
            process.kill()

    def close(self) -> None:
        """End everything that is not shared."""
        self._plain.close()
        if not self._shares or self._stopped:
            self._loaded.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exception) -> None:
        self.close()


def loaded_in(tier: Tier) -> Loaded:
    """Warm processes with large libraries, for workers of this tier."""
    return Loaded(lambda libraries, when_free: WarmProcess(tier, libraries, when_free))


class WarmProcess:
    """A sandboxed process that has imported what notebooks use, and forks sessions."""

    def __init__(
        self, tier: Tier, libraries: int = 0, when_free: Callable[[WarmProcess], None] | None = None
    ):
        self.tier, self.libraries = tier, libraries
        self._when_free = when_free or (lambda process: None)
        self._start()

    def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        self._errors = tempfile.TemporaryFile()
        command, environment = worker_command(self.tier, theirs.fileno(), self.libraries)
        self._scratch = os.path.dirname(environment["HOME"]) if environment else ""
        try:
            self._process = _launched(
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

    def open(self, limits: Limits, real_kernel: bool, libraries: int) -> Session:
        """A session, from a new process if this one has died since the last session."""
        try:
            if self._process.poll() is None:
                try:
                    return self._open(limits, real_kernel, libraries)
                except OSError:
                    self.close()
            self._start()
            return self._open(limits, real_kernel, libraries)
        except BaseException:
            self._when_free(self)
            raise

    def _open(self, limits: Limits, real_kernel: bool, libraries: int) -> Session:
        ours, theirs = socket.socketpair()
        numbers = limits.memory, limits.file_size, limits.processes, real_kernel, libraries
        try:
            socket.send_fds(self._control, [START.pack(*numbers)], [theirs.fileno()])
        finally:
            theirs.close()
        start_seconds = KERNEL_SECONDS * real_kernel + IMPORT_SECONDS * libraries
        return Session(self, ours, limits, start_seconds, real_kernel)

    def enforce(self, limits: Limits, marks: int = 0) -> None:
        """`SessionLost` when the processes of the session together use more than they may.

        marks: how many of them are ours, and wait for an observation.
        """
        processes = watch.descendants(self._process.pid)
        if len(processes) > limits.processes + OUR_PROCESSES + marks:
            raise SessionLost("memory: it started more processes than it may")
        if watch.channels(processes, limits.channels) > limits.channels:
            raise SessionLost("memory: it opened more sockets and pipes than it may")
        if watch.memory(processes, limits.total_memory) > limits.total_memory:
            raise SessionLost("memory: its processes together took more than they may")
        if self._scratch and watch.disk(self._scratch, processes, limits.disk) > limits.disk:
            raise SessionLost("disk: it wrote more than it may")

    def processor_seconds(self) -> float:
        """Processor time of all that runs in this process; it never falls while a session runs."""
        return watch.processor_seconds(watch.descendants(self._process.pid))

    def end_session(self) -> None:
        """Called when a session is over: ends all that it left behind."""
        try:
            self._control.sendall(b"e")
            self._expect(b".", END_SECONDS)
        except (OSError, WorkerFailed):
            self.close()  # a session that took this process along; the next one starts a new one
        finally:
            self._when_free(self)

    def kill(self) -> None:
        """End it, and its sessions, at once."""
        processes = watch.descendants(self._process.pid)
        self._process.kill()
        for process in processes:  # outside a process namespace they would stay
            with suppress(psutil.Error):
                process.kill()

    def close(self) -> None:
        """End it and everything in it."""
        self._control.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        if self._scratch:
            subprocess.run(["rm", "-rf", "--", self._scratch], stderr=subprocess.DEVNULL)


def _launched(command: list[str], **options) -> subprocess.Popen:
    """A process, started by a thread that stays: a sandbox ends with the thread that started it."""
    started: Future[subprocess.Popen] = Future()

    def start_and_wait() -> None:
        try:
            process = subprocess.Popen(command, **options)
        except BaseException as problem:
            started.set_exception(problem)
            return
        started.set_result(process)
        process.wait()

    threading.Thread(target=start_and_wait, daemon=True).start()
    return started.result()


def cpu_count() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
