"""Processes with large libraries are shared by workers: how many are started, and who gets which."""

import threading
import time
from types import SimpleNamespace

import pytest

from autograder.isolation import loaded as module
from autograder.isolation.loaded import Loaded


@pytest.fixture
def started():
    return []


@pytest.fixture
def loaded(started, monkeypatch):
    monkeypatch.setattr(module, "TAKEN_SECONDS", 0.1)

    def start(libraries, when_free):
        one = SimpleNamespace(libraries=libraries, close=lambda: started.remove(one))
        one.give_back = lambda: when_free(one)
        started.append(one)
        return one

    return Loaded(start)


def test_the_first_who_asks_gets_what_is_there(loaded, started):
    assert loaded.take(3) is None and started == []
    second = loaded.take(3)
    assert second.libraries == 3 and started == [second]
    second.give_back()
    assert loaded.take(4) is second  # with fewer: it imports the rest for itself
    second.give_back()
    assert loaded.take(1) is None  # one with more would do, and fork slower
    assert loaded.take(4).libraries == 4


def test_where_others_follow_the_first_gets_its_own(loaded, started):
    assert loaded.take(3, others_follow=True) is started[0]


def test_a_session_waits_for_one_that_is_taken(loaded, started, monkeypatch):
    monkeypatch.setattr(module, "TAKEN_SECONDS", 30)
    one = loaded.take(3, others_follow=True)
    threading.Timer(0.05, one.give_back).start()
    assert loaded.take(3) is one and started == [one]


def test_who_waits_in_vain_gets_another_one(loaded, started):
    one = loaded.take(3, others_follow=True)
    other = loaded.take(3)
    assert other is not one and started == [one, other]
    assert loaded.processes == [one, other]


def test_nobody_starts_another_one_while_one_is_coming(started):
    slow = threading.Event()

    def start(libraries, when_free):
        started.append(libraries)
        slow.wait(30)
        one = SimpleNamespace(libraries=libraries)
        threading.Timer(0.05, when_free, [one]).start()
        return one

    loaded, found = Loaded(start), []
    asking = [
        threading.Thread(target=lambda: found.append(loaded.take(3, others_follow=True)))
        for _ in range(3)
    ]
    for thread in asking:
        thread.start()
    time.sleep(0.05)
    slow.set()
    asking[0].join(5)
    assert started == [3] and found


def test_one_that_does_not_start_keeps_nobody_waiting(started):
    def start(libraries, when_free):
        raise OSError("no memory")

    loaded = Loaded(start)
    for _ in range(2):
        with pytest.raises(OSError, match="no memory"):
            loaded.take(3, others_follow=True)
    assert loaded.processes == []


def test_close_ends_those_that_are_taken_too(loaded, started):
    loaded.take(3, others_follow=True)
    loaded.take(1, others_follow=True).give_back()
    loaded.close()
    assert started == []
