"""`forks.fork`: what a session forks from; and `report.beside`, which forks this process."""

import errno
import os
import threading

import pytest

from autograder.inside import forks
from autograder.report.beside import beside


def in_fork(work) -> bytes:
    """What `work`, in a fork, gives."""
    reader, writer = os.pipe()
    if (child := forks.fork()) == 0:
        try:
            os.write(writer, work())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        said = file.read()
    os.waitpid(child, 0)
    return said


CALLED = []
os.register_at_fork(after_in_child=lambda: CALLED.append(1))


def called() -> bytes:
    return b"called" if CALLED else b"not called"


def test_alone_it_calls_nothing_that_is_registered_for_forks(monkeypatch):
    monkeypatch.setattr(
        forks, "_is_alone", lambda: True
    )  # (pytest's own threads do not matter here)
    assert in_fork(called) == b"not called"


def test_with_other_threads_it_is_pythons_own():
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert not forks._is_alone() and in_fork(called) == b"called"
    finally:
        stop.set()
        thread.join()


def test_a_fork_computes_like_any_process(monkeypatch):
    monkeypatch.setattr(forks, "_is_alone", lambda: True)

    def work():
        import numpy as np

        thread = threading.Thread(target=CALLED.append, args=(2,))
        thread.start()
        thread.join()
        return str((np.ones((3, 3)) @ np.ones(3)).sum() + len(CALLED)).encode()

    assert in_fork(work) == b"10.0"


def test_what_the_kernel_refuses_is_an_oserror(monkeypatch):
    def refuse():
        forks.ctypes.set_errno(errno.EAGAIN)
        return -1

    monkeypatch.setattr(forks._libc, "fork", refuse)
    monkeypatch.setattr(forks, "_is_alone", lambda: True)
    monkeypatch.setattr(forks, "OWNS_PROCESSES", True)
    with pytest.raises(BlockingIOError):
        forks.fork()


# Beside this process --------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 2])
def test_what_is_done_beside_is_done_when_the_block_ends(threads, tmp_path, monkeypatch):
    monkeypatch.setattr(threading, "active_count", lambda: threads)
    with beside(lambda: (tmp_path / "by").write_text(str(os.getpid()))):
        pass
    assert (int((tmp_path / "by").read_text()) == os.getpid()) == (threads == 2)


@pytest.mark.parametrize("threads", [1, 2])
def test_what_it_raises_is_raised_here(threads, monkeypatch, capfd):
    monkeypatch.setattr(threading, "active_count", lambda: threads)
    with pytest.raises(OSError, match="disk"), beside(lambda: os.strerror(0) and no_space()):
        pass
    assert capfd.readouterr() == ("", "")


def no_space():
    raise OSError("the disk is full")


def test_what_the_block_raises_ends_both(monkeypatch, tmp_path):
    monkeypatch.setattr(threading, "active_count", lambda: 1)

    def work():
        threading.Event().wait(60)

    with pytest.raises(KeyError), beside(work):
        raise KeyError


def test_where_nothing_can_be_forked_it_is_done_all_the_same(monkeypatch):
    def refuse():
        raise BlockingIOError(errno.EAGAIN, "too many processes")

    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr(os, "fork", refuse)
    done = []
    with beside(lambda: done.append(1)):
        pass
    assert done == [1]
