"""Ctrl-C stops at once; where Python drops it, it stops a little later."""

import os
import signal
import threading
import weakref

import pytest

from autograder.grading.interrupts import kept_interrupts


def press():
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(1000):  # the handler runs between two steps of Python
        pass


def test_it_is_raised_at_once():
    with pytest.raises(KeyboardInterrupt), kept_interrupts():
        press()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_a_callback_swallows_is_raised_later():
    class Thing:
        pass

    with pytest.raises(KeyboardInterrupt), kept_interrupts() as look:
        look()
        thing = Thing()
        watching = weakref.ref(thing, lambda _: press())
        del thing
        assert watching() is None  # and nothing was raised
        look()


def test_who_handles_it_otherwise_is_left_alone():
    def mine(*_):
        pass

    before = signal.signal(signal.SIGINT, mine)
    try:
        with kept_interrupts() as look:
            assert signal.getsignal(signal.SIGINT) is mine
            look()
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_thread_of_somebody_elses_needs_none():
    seen = []

    def work():
        with kept_interrupts() as look:
            seen.append(look())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [None]
