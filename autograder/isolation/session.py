"""The trusted side's handle on one submission's process."""

from __future__ import annotations

import os
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from autograder.inside import plain
from autograder.inside.marks import PATIENCE
from autograder.inside.messages import FRAME
from autograder.inside.observation import Observation, Ran
from autograder.isolation import watch

if TYPE_CHECKING:
    from autograder.isolation.worker import WarmProcess

GRACE_SECONDS = 3.0
WATCH_SECONDS = 0.5
TOGETHER = 3
BUSY = 0.2  # of the processors' time that is free at most where somebody has to wait for them
IN_FLIGHT = 3  # requests at a time
IN_FLIGHT_BYTES = 32_000  # so much lies in a socket, whether or not it is read
FAILURES = ("timeout", "crash", "memory")


class SessionLost(RuntimeError):
    """The student's process ended, hung, took too much, or sent something that is not plain data.

    The text holds "timeout" or "memory" where that is the reason.
    """


@dataclass(frozen=True)
class Limits:
    """What one submission may use (bytes, counts; seconds of processor time per cell).

    The kernel sees to `memory` of one process, `file_size` of one file, and `processes`;
    `WarmProcess.enforce` sees to `total_memory` of all processes together, `disk`, all files together,
    and `channels`, their sockets and pipes. All processes together may use `TOGETHER` times the seconds.
    """

    memory: int = 2 * 2**30
    file_size: int = 64 * 2**20
    processes: int = 128
    channels: int = 1000
    cell_seconds: float = 20.0
    total_memory: int = 3 * 2**30
    disk: int = 256 * 2**20


class _Clock:
    """Processor time of a request, by all processes of its session, and that of the machine."""

    def __init__(self, process: WarmProcess, seconds: float):
        self._process, self._seconds, self._begin = process, seconds, time.monotonic()
        self._first: tuple[float, float, float] | None = None  # time, used, idle
        self.starved = False

    def look(self) -> None:
        """`SessionLost` when all processes together used far more than one of them may."""
        now = time.monotonic(), self._process.processor_seconds(), watch.idle_seconds()
        self._first = self._first or now
        passed, used, idle = (new - old for new, old in zip(now, self._first))
        if used > TOGETHER * self._seconds + GRACE_SECONDS:
            raise SessionLost("timeout: its processes together used more than it may")
        is_busy = idle < BUSY * passed * (os.cpu_count() or 1)
        is_late = now[0] - self._begin > 0.8 * self._seconds * PATIENCE
        self.starved = is_late and is_busy and used < 0.7 * self._seconds


Answer = TypeVar("Answer")


class Pending(Generic[Answer]):
    """A request that was sent. Results are taken in the order in which requests were sent."""

    def __init__(
        self, session: Session, number: int, seconds: float, answer_of: Callable[[dict], Answer]
    ):
        self._session, self._about, self._answer_of = session, (number, seconds), answer_of

    def result(self) -> Answer:
        """What came back, when it comes."""
        return self._answer_of(self._session.reply(*self._about))


class Ready(Pending[Answer]):
    """What needs no request."""

    def __init__(self, answer: Answer):
        self._answer = answer

    def result(self) -> Answer:
        return self._answer


class Session:
    """One submission's process. Every method raises `SessionLost` when that process is gone.

    The process works through requests one after the other. One can be sent (`begin_...`) while an
    earlier one is worked on, as long as there `is_room`: so it need not wait for this side.
    """

    def __init__(
        self,
        opened_by: WarmProcess,
        channel: socket.socket,
        limits: Limits,
        start_seconds: float = 0.0,
        real_kernel: bool = False,
    ):
        self._opened_by, self._channel, self.limits = opened_by, channel, limits
        self._start_seconds = start_seconds  # may pass before the first answer
        self.can_read = not real_kernel
        self.weight = 0  # of the last reply
        self.starved = False  # did the last request wait for a processor most of the time?
        self._marks = 0
        self._count, self._look_again = 0, time.monotonic() + WATCH_SECONDS
        self._unsent: deque[tuple[bytes, float]] = deque()  # messages, and the seconds of each
        self._sent: deque[int] = deque()  # sizes of those that have no reply yet
        self._gone: tuple[int, OSError] | None = None  # the first request that could not be sent

    @property
    def is_room(self) -> bool:
        """Can another request begin before the results of the earlier ones are taken?"""
        return len(self._sent) + len(self._unsent) < IN_FLIGHT

    def begin_run(self, source: str, seconds: float | None = None) -> Pending[Ran]:
        """Execute a cell."""
        seconds = seconds or self.limits.cell_seconds
        request = {"do": "run", "source": source, "seconds": seconds}
        return self._begin(request, seconds, well_formed_ran)

    def begin_read(
        self, places: Sequence[tuple[str, str, str | None]], seconds: float
    ) -> Pending[Observation]:
        """What was typed: an entry for every place (label, name of the variable, key if it is a dict)."""

        def answer_of(reply: dict) -> Observation:
            seen = _observation_in(reply)
            if "failed" in seen:
                return seen
            if [number for number, _, _ in seen["entries"]] != [str(n) for n in range(len(places))]:
                raise SessionLost("The notebook's process sent what nobody asked for.")
            entries = [[label, *read] for (label, _, _), (_, *read) in zip(places, seen["entries"])]
            return {"entries": entries, "error": seen["error"]}

        wanted = [(name, key) for _, name, key in places]
        request = {"do": "read", "places": wanted, "seconds": seconds}
        return self._begin(request, seconds, answer_of)

    def begin_mark(self) -> Pending[int]:
        """Keep the names as they are now; the number is for `begin_observe`."""
        self._marks += 1
        number, seconds = self._marks, self.limits.cell_seconds
        return self._begin({"do": "mark", "mark": number}, seconds, lambda reply: number)

    def begin_observe(
        self,
        observe: bytes,
        part: str,
        seed: int,
        seconds: float,
        without: tuple[str, ...] = (),
        mark: int | None = None,
    ) -> Pending[Observation]:
        """Run a pickled observation on the names at a mark (once each), or on those of now.

        Observe when the last cell has run: what observes is hidden, and is not any more for a cell
        that runs afterwards. without: modules that are taken away before.
        """
        request = {"do": "observe", "observe": observe, "part": part, "seed": seed}
        request |= {"without": list(without), "mark": self.mark() if mark is None else mark}
        return self._begin({**request, "seconds": seconds}, seconds, _observation_in)

    def run(self, source: str, seconds: float | None = None) -> Ran:
        """`begin_run`, and wait."""
        return self.begin_run(source, seconds).result()

    def mark(self) -> int:
        """`begin_mark`, and wait."""
        return self.begin_mark().result()

    def observe(self, *request, **more) -> Observation:
        """`begin_observe`, and wait."""
        return self.begin_observe(*request, **more).result()

    def _begin(
        self, request: dict, seconds: float, answer_of: Callable[[dict], Answer]
    ) -> Pending[Answer]:
        self._count += 1
        data = plain.encode({"id": self._count, **request})
        self._unsent.append((FRAME.pack(len(data)) + data, seconds))
        self._send()
        return Pending(self, self._count, seconds, answer_of)

    def _send(self) -> None:
        """Send what does not have to wait until the process has read what was sent before."""
        while self._unsent and self._gone is None:
            message, seconds = self._unsent[0]
            if self._sent and sum(self._sent) + len(message) > IN_FLIGHT_BYTES:
                return
            self._unsent.popleft()
            self._sent.append(len(message))
            try:
                self._channel.settimeout(self._patience(seconds))
                self._channel.sendall(message)
            except OSError as problem:  # the replies to earlier requests may have come all the same
                self._gone = self._count - len(self._unsent), problem

    def _patience(self, seconds: float) -> float:
        return seconds * PATIENCE + GRACE_SECONDS + self._start_seconds

    def reply(self, number: int, seconds: float) -> dict:
        """The reply to the request with this number, the next that has none yet."""
        deadline = time.monotonic() + self._patience(seconds)
        self._start_seconds = 0.0
        self._clock, self.starved = _Clock(self._opened_by, seconds), False
        try:
            if self._gone and number >= self._gone[0]:
                raise self._gone[1]
            size = FRAME.unpack(self._read(FRAME.size, deadline))[0]
            if size > plain.MAX_BYTES:
                raise SessionLost("The notebook's process sent more than it may.")
            reply, self.weight = plain.decode_weighed(self._read(size, deadline))
        except (OSError, plain.NotPlain) as problem:
            raise SessionLost(f"The notebook's process is gone ({problem}).") from None
        found = reply.get("id") if isinstance(reply, dict) else None
        if type(found) is not int or found != number:
            raise SessionLost("The notebook's process broke the protocol.")
        self._sent.popleft()
        self._send()
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
        """Until there is something to read; meanwhile the session's limits are enforced."""
        while (now := time.monotonic()) < deadline:
            if now >= self._look_again:
                self._opened_by.enforce(self.limits, self._marks)
                self._clock.look()
                self.starved = self._clock.starved
                self._look_again = time.monotonic() + WATCH_SECONDS
            patience = min(deadline, self._look_again) - now
            if select.select([self._channel], [], [], max(0, patience))[0]:
                return
        raise SessionLost("timeout")

    def close(self) -> None:
        """End the process and everything that it left behind."""
        self._channel.close()
        self._opened_by.end_session()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exception) -> None:
        self.close()


def _observation_in(reply: dict) -> Observation:
    return well_formed(reply if "failed" in reply else reply.get("observation"))


def well_formed(observation) -> Observation:
    """`observation` if it has the form that `observe_answer` gives it; else `SessionLost`."""
    if isinstance(observation, dict) and "failed" in observation:
        if not _is_text(why := observation["failed"]) or why not in FAILURES:
            raise SessionLost("The notebook's process reported an unknown failure.")
        return {"failed": why}
    entries = observation.get("entries") if isinstance(observation, dict) else None
    fits = isinstance(entries, list) and all(
        isinstance(entry, list) and len(entry) == 3 and _is_text(entry[0]) and _is_text(entry[2])
        for entry in entries
    )
    if not fits or not isinstance(observation.get("error"), (plain.Raised, type(None))):
        raise SessionLost("The notebook's process sent no observation.")
    return {"entries": entries, "error": observation["error"]}


def well_formed_ran(ran) -> Ran:
    """`ran` if it has the form of an executed cell's result; else `SessionLost`."""
    outputs = ran.get("outputs") if isinstance(ran, dict) else None
    error = ran.get("error") if isinstance(ran, dict) else None
    fits = isinstance(outputs, list) and all(isinstance(output, dict) for output in outputs)
    if not fits or not (error is None or _is_text(error)):
        raise SessionLost("The notebook's process sent no outputs.")
    return {"outputs": outputs, "error": error}


def _is_text(value) -> bool:
    return isinstance(value, str) and len(value) <= plain.MAX_TEXT
