"""How the tests are shared out over processes: what a file makes once is made once."""

import os

import pytest
from sharing import shared_by


@pytest.mark.parametrize("number", range(30))
def test_a_file_is_run_by_one_process(number, tmp_path_factory):
    """With thirty tests and several processes, this fails if they are handed out one by one."""
    common = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        common = common.parent
    (common / f"sharing-{os.getpid()}").touch()
    assert len(list(common.glob("sharing-*"))) == 1


def test_what_is_shared_by_whom():
    parts = "tests/autograder/test_parts.py::test_the_stub_gets_nothing"
    assert (
        shared_by(f"{parts}[2.12a]") == shared_by(f"{parts}[2.12d]") != shared_by(f"{parts}[2.1a]")
    )
    assert shared_by("tests/browser/test_quiz.py::test_x") == shared_by(
        "tests/browser/test_a.py::b"
    )
    assert shared_by("tests/test_rooms.py::test_x[2.1]") == "tests/test_rooms.py"
