"""The warm processes in which large libraries are loaded: the workers of a pool share them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.isolation.worker import WarmProcess

COMING_SECONDS = 60.0
TAKEN_SECONDS = 1.0  # another one takes longer to start


class Loaded:
    """Few notebooks draw or use PyTorch when they are graded; what they need is started when it is.

    The first process with so many of the LIBRARIES is started when a second session asks for it (at
    once, where others follow), the next one when a session has waited in vain for those that are taken.
    start: makes a process with that many libraries, which calls the function when it is free again.
    """

    def __init__(self, start: Callable[[int, Callable[[WarmProcess], None]], WarmProcess]):
        self._start = start
        self._changed = threading.Condition()
        self._free: list[WarmProcess] = []
        self._taken: list[WarmProcess] = []
        self._coming: Counter[int] = Counter()
        self._asked_in_vain: Counter[int] = Counter()

    @property
    def processes(self) -> list[WarmProcess]:
        """Those that were started."""
        with self._changed:
            return [*self._free, *self._taken]

    def forget(self) -> None:
        """The next session is the first that asks."""
        self._asked_in_vain.clear()

    def take(self, libraries: int, others_follow: bool = False) -> WarmProcess | None:
        """A process with so many libraries. For the first who asks one with fewer, or none."""
        with self._changed:
            self._wait(libraries)
            found = self._with(libraries)
            if found is None:
                self._asked_in_vain[libraries] += 1
                is_first = self._asked_in_vain[libraries] == 1 and not others_follow
                if is_first:
                    found = self._with_fewer(libraries)
                else:
                    self._coming[libraries] += 1
            if found:
                self._free.remove(found)
                self._taken.append(found)
            if found or is_first:
                return found
        return self._started(libraries)

    def _wait(self, libraries: int) -> None:
        """For one that is coming, or a moment for one that is taken."""
        self._changed.wait_for(lambda: not self._coming[libraries], COMING_SECONDS)
        if any(process.libraries == libraries for process in self._taken):
            self._changed.wait_for(lambda: self._with(libraries), TAKEN_SECONDS)

    def _with(self, libraries: int) -> WarmProcess | None:
        return next((one for one in self._free if one.libraries == libraries), None)

    def _with_fewer(self, libraries: int) -> WarmProcess | None:
        fewer = [one for one in self._free if one.libraries < libraries]
        return max(fewer, key=lambda one: one.libraries, default=None)

    def _started(self, libraries: int) -> WarmProcess:
        try:
            process = self._start(libraries, self._give_back)
        except BaseException:
            with self._changed:
                self._coming[libraries] -= 1
                self._changed.notify_all()
            raise
        with self._changed:
            self._coming[libraries] -= 1
            self._taken.append(process)
            self._changed.notify_all()
        return process

    def _give_back(self, process: WarmProcess) -> None:
        with self._changed:
            if process in self._taken:
                self._taken.remove(process)
                self._free.append(process)
                self._changed.notify_all()

    def close(self) -> None:
        """End them all."""
        for process in self.processes:
            process.close()
