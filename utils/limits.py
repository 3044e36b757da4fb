"""A limit on the time that a call may take in a notebook."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import threading

PATIENCE = 3  # a limit is of processor time; on the wall clock this many times as long may pass
AGAIN = 0.5  # seconds until code that caught the exception gets it again


class Stopped(BaseException):
    """The time is over, or somebody interrupted. Not an `Exception`: answers should not swallow it."""

    def __init__(self, interrupted: bool = False):
        super().__init__("interrupted" if interrupted else "it ran longer than it may")
        self.interrupted = interrupted


@contextlib.contextmanager
def time_limit(seconds: float):
    """Raise `Stopped` in what runs inside after `seconds` of processor time, or at an interrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield
    elif hasattr(signal, "setitimer"):
        with _signals(seconds):
            yield
    else:
        with _timer(seconds * PATIENCE):
            yield


@contextlib.contextmanager
def _signals(seconds: float):
    def stop(number, frame):
        raise Stopped(interrupted=number == signal.SIGINT)

    watched = signal.SIGVTALRM, signal.SIGALRM, signal.SIGINT
    before = [signal.signal(number, stop) for number in watched]
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, AGAIN)
    signal.setitimer(signal.ITIMER_REAL, seconds * PATIENCE, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in zip(watched, before):
            signal.signal(number, handler)


@contextlib.contextmanager
def _timer(seconds: float):
    """Where there are no such signals (Windows): another thread raises the exception here."""
    here = ctypes.c_ulong(threading.get_ident())
    raise_here = ctypes.pythonapi.PyThreadState_SetAsyncExc
    timer = threading.Timer(seconds, lambda: raise_here(here, ctypes.py_object(Stopped)))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
