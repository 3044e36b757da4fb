"""What stands in a command's way is said in one sentence, not in a traceback."""

import errno
import os
import sqlite3
import subprocess
import sys

import pytest
from classroom import COURSE
from fabricated import HAND, record, write
from typer.testing import CliRunner

from autograder.commands import refusals
from autograder.commands.cli import app
from autograder.gradebook.folder import GradingFolder


def run(*arguments):
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    assert done.exit_code == 2, (done.output, done.exception)
    said = " ".join(done.output.split())
    assert "Traceback" not in said and "Errno" not in said
    return said


@pytest.fixture
def graded(tmp_path):
    return write(GradingFolder(tmp_path / "grading"), [record("anna", HAND)]).root


def test_into_a_file(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("mine")
    notebook = COURSE.chapters / f"{HAND}.ipynb"
    for into in (file, file / "below"):
        said = run("grade", notebook, "--into", into, "--trust-submissions")
        assert said == f"{file} is a file, where a folder is needed; name another folder."
    assert str(file) in run("report", "--into", file)
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    "number, said",
    [
        (errno.ENOSPC, "The disk is full. Make room"),
        (errno.EDQUOT, "The disk is full. Make room"),
        (errno.EROFS, "No permission to write"),
        (errno.EACCES, "name another folder"),
    ],
)
def test_a_disk_that_refuses(graded, monkeypatch, number, said):
    def fails(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("autograder.report.write.write_grades", fails)
    assert said in run("report", "--into", graded)


def test_other_errors_keep_their_traceback(graded, monkeypatch):
    def fails(*_):
        raise OSError(errno.EINVAL, "a mistake of ours")

    monkeypatch.setattr("autograder.report.write.write_grades", fails)
    done = CliRunner().invoke(app, ["report", "--into", str(graded)])
    assert isinstance(done.exception, OSError)


def test_a_gradebook_that_another_program_writes_into(graded, monkeypatch):
    connect = sqlite3.connect

    def at_once(*arguments, **options):
        return connect(*arguments, **{**options, "timeout": 0.1})

    CliRunner().invoke(app, ["report", "--into", str(graded)])
    holder = connect(graded / "gradebook.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(sqlite3.dbapi2, "connect", at_once)
    monkeypatch.setattr(sqlite3, "connect", at_once)
    said = run("report", "--into", graded)
    holder.close()
    assert "another program is writing into it (formgrader, another run)" in said


def test_a_python_without_the_course_says_what_to_do(graded, monkeypatch):
    code = (
        "import sys, runpy; sys.modules['typer'] = None; sys.argv = ['autograder', 'report']; "
        "runpy.run_module('autograder', run_name='__main__', alter_sys=True)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=COURSE.root, capture_output=True, text=True)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "has no typer" in done.stderr and "make set-up" in done.stderr

    def fails(*_):
        raise ModuleNotFoundError("No module named 'nbclient'", name="nbclient")

    monkeypatch.setattr("autograder.report.write.write_grades", fails)
    assert "has no nbclient" in run("report", "--into", graded)


def test_what_to_do_about_a_missing_package(tmp_path, monkeypatch):
    missing = ModuleNotFoundError("No module named 'rich.console'", name="rich.console")
    monkeypatch.setattr(refusals, "ROOT", tmp_path)
    assert refusals.by_this_python(missing).endswith(
        "type: make set-up && source .venv/bin/activate"
    )
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/activate").touch()
    assert refusals.by_this_python(missing).endswith("type: source .venv/bin/activate")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert refusals.by_this_python(missing).endswith("rm -f .venv/.installed && make set-up")
    ours = ModuleNotFoundError("No module named 'autograder.nothing'", name="autograder.nothing")
    assert refusals.by_this_python(ours) == ""
