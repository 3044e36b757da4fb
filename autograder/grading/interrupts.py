"""Ctrl-C that is not lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def kept_interrupts() -> Iterator[Callable[[], None]]:
    """Gives a function that raises `KeyboardInterrupt` once Ctrl-C was pressed.

    Python raises it at once, as always. But where that happens in a callback of the collector or in the
    end of an object, Python drops what is raised there: so call the function between two pieces of work.
    """
    pressed = []

    def note(number, frame):
        pressed.append(number)
        signal.default_int_handler(number, frame)

    def look() -> None:
        if pressed:
            raise KeyboardInterrupt

    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    ours = usual and threading.current_thread() is threading.main_thread()
    if ours:
        signal.signal(signal.SIGINT, note)
    try:
        yield look
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
