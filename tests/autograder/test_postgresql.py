"""A gradebook on a PostgreSQL server. (What it holds is tested with SQLite's in test_gradebook.py.)"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy
from classroom import (
    CHAPTER,
    COURSE,
    NAME,
    STEM,
    copy_of_the_course,
    graded,
    hand_in,
    no_demonstrations,
    solved,
)  # fmt: skip
from classroom import givens as the_givens
from nbgrader.api import Gradebook
from typer.testing import CliRunner
from writer import NOTEBOOKS, record

from autograder.authoring.build import write_sources
from autograder.check import all_checks
from autograder.commands.cli import app
from autograder.course.cell_ids import grade_id
from autograder.gradebook.book import Book, GradebookError

pytestmark = pytest.mark.postgresql

CELL = CHAPTER, STEM, grade_id("test", "2.5")


def entries(server):
    with Book(server.url) as book:
        return book.entries()


def rows(server, statement):
    engine = sqlalchemy.create_engine(server.address, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        return connection.execute(sqlalchemy.text(statement)).all()


# the commands -------------------------------------------------------------------------------------


@pytest.mark.sandbox
def test_grade_report_and_export_by_address(server, tmp_path):
    """Given as an option or by COURSE_DB; a person's points count; nothing shows the password."""
    hand_in(tmp_path / "submitted", "anna", solved())
    into = ["--into", str(tmp_path / "grading")]

    def run(*arguments, **settings):
        done = CliRunner().invoke(app, [*arguments, *into], env=settings)
        assert done.exit_code == 0, done.output
        assert server.address.password not in done.output
        return done.output

    with no_demonstrations():
        run("grade", str(tmp_path / "submitted"), "--seed", "1", "--course-db", server.url)
    with Gradebook(server.url) as book:
        grade = book.find_grade(CELL[2], STEM, CHAPTER, "anna")
        assert grade.auto_score == 4
        grade.manual_score = 1.25
        book.db.commit()
    run("report", COURSE_DB=server.url)
    run("export", "--to", "csv", "--output", str(tmp_path), COURSE_DB=server.url)
    assert ",1.25," in (tmp_path / "grades.csv").read_text(encoding="utf-8")
    assert ",1.25," in (tmp_path / "grading" / "grades.csv").read_text(encoding="utf-8")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files and not list(tmp_path.rglob("gradebook.db"))
    for path in files:
        assert server.address.password.encode() not in path.read_bytes(), path
    server.stop()  # that nothing is to be done is known when the gradebook is there
    done = CliRunner().invoke(
        app, ["grade", str(tmp_path / "submitted"), *into], env={"COURSE_DB": server.url}
    )
    assert done.exit_code == 2 and "cannot be opened: connection failed" in done.output
    assert server.address.password not in done.output


@pytest.mark.sandbox
def test_nbgraders_command_line_takes_the_same_setting(server, monkeypatch):
    root = copy_of_the_course("postgresql", demonstrations=False)
    hand_in(root / "grading" / "submitted", "Anna Groß", solved())
    monkeypatch.setenv("COURSE_DB", server.url)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", CHAPTER, "--student", "Anna Groß"],
        cwd=root, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert entries(server)["Anna Groß", *CELL].auto == 4
    assert not (root / "grading" / "gradebook.db").exists()
    assert server.address.password not in done.stdout + done.stderr


def test_formgraders_tables(server, tmp_path):
    """What formgrader asks of the gradebook for its pages."""
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    with Book(server.url) as book:
        book.register(the_givens().values())
        book.enter_record(record("anna", NAME, 0.5), None)
    half = sum(part["earned"] for part in record("anna", NAME, 0.5)["parts"])
    write_sources(COURSE, tmp_path / "source")
    hand_in(tmp_path / "autograded", "anna", solved())
    api = NbGraderAPI(coursedir=CourseDirectory(root=str(tmp_path), db_url=server.url))
    assert api.get_assignment(CHAPTER)["average_score"] == half
    assert api.get_student("anna")["score"] == half
    assert [one["score"] for one in api.get_submissions(CHAPTER)] == [half]
    (mine,) = api.get_notebook_submissions(CHAPTER, STEM)
    assert (mine["student"], mine["score"], mine["needs_manual_grade"]) == ("anna", half, False)


# the password -------------------------------------------------------------------------------------


def without_password(server):
    return server.address._replace(password=None).render_as_string()


def test_the_password_may_come_from_a_variable(server, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", server.address.password)
    Book(without_password(server)).__exit__()


def test_the_password_may_come_from_the_file_of_passwords(server, monkeypatch, tmp_path):
    address = server.address
    file = tmp_path / ".pgpass"
    file.write_text(
        f"{address.host}:{address.port}:*:{address.username}:{address.password}\n", encoding="utf-8"
    )
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    Book(without_password(server)).__exit__()


@pytest.mark.parametrize(
    "change, word",
    [
        ({"password": "Wr0ng"}, "password authentication failed"),
        ({"password": None}, "no password supplied"),
        ({"database": "nobody_made_it"}, "does not exist"),
    ],
)
def test_what_the_server_refuses_is_one_sentence(server, change, word, monkeypatch, tmp_path):
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    url = server.address._replace(**change).render_as_string(hide_password=False)
    with pytest.raises(GradebookError) as told:
        Book(url)
    said = str(told.value)
    assert word in said and said.isprintable()
    assert "Wr0ng" not in said and server.address.password not in said


# several writers ----------------------------------------------------------------------------------


def test_several_processes_write_at_once(server):
    """They make the tables, enter the course, and share one student's notebooks; nothing is lost."""
    work = [["anna", "dora:0/3"], ["ben", "dora:1/3"], ["cleo", "dora:2/3"]]
    program = [sys.executable, "-P", str(Path(__file__).with_name("writer.py")), server.url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    pipes["env"] = os.environ | {"PYTHONPATH": str(COURSE.root)}
    writers = [subprocess.Popen([*program, *names], text=True, **pipes) for names in work]
    assert [one.stdout.readline() for one in writers] == ["ready\n"] * len(work)
    for one in writers:
        one.stdin.write("\n")
        one.stdin.flush()
    said = [one.communicate() for one in writers]
    assert [one.returncode for one in writers] == [0] * len(work), said
    assert [errors for _, errors in said] == [""] * len(work)
    found = entries(server)
    for student in ("anna", "ben", "cleo", "dora"):
        for name in NOTEBOOKS:
            for part in COURSE.notebooks[name].parts:
                check = all_checks()[part]
                entry = found[student, *name.split("/"), grade_id("test", part)]
                assert (entry.extra if check.bonus else entry.auto) == check.points
    assert len(rows(server, "SELECT version_num FROM alembic_version")) == 1
    cells = "SELECT count(*) FROM grade GROUP BY notebook_id, cell_id HAVING count(*) > 1"
    assert rows(server, cells) == []


# a server that goes away --------------------------------------------------------------------------


class Cut:
    """Stops the server just before the statement of the given number, counted from now on."""

    def __init__(self, server, number):
        self.server, self.left, self.engine = server, number, None

    def __enter__(self):
        sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", self._count)
        return self

    def __exit__(self, *exception):
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", self._count)
        self.server.start()

    def _count(self, connection, *details):
        if connection.engine.url.database == self.server.address.database:
            self.left -= 1
            if self.left == 0:
                self.server.stop()


def test_a_server_that_goes_away_leaves_nothing_half_written(server):
    whole = record("anna", NAME)
    with Book(server.url) as book:
        book.register(the_givens().values())
        book.enter_record(whole, None)
        before, number, refused = entries(server), 1, 0
        while True:  # the first, the third, the fifth … statement is the last
            with Cut(server, number) as cut:
                try:
                    book.enter_record(record("ben", NAME), whole)
                    if cut.left > 0:
                        break
                except GradebookError as problem:
                    refused += 1
                    said = str(problem)
                    assert said.startswith("The gradebook postgresql+psycopg://…@localhost")
                    assert "What was entered before is kept" in said and said.isprintable()
                    assert server.address.password not in said
            with Book(server.url) as other:  # a new connection, as the next command would make it
                assert other.entries() == before
                assert {one.id for one in other._book.students} == {"anna"}
            number += 2
        assert refused > 5
    assert {key[0] for key in entries(server)} == {"anna", "ben"}


def test_a_server_that_went_away_is_told_when_reading(server):
    with Book(server.url) as book:
        book.register(the_givens().values())
        server.stop()
        with pytest.raises(GradebookError, match="could not be read"):
            book.entries()
        with pytest.raises(GradebookError, match="could not be written"):
            book.register(the_givens().values())
        server.start()
        book.register(the_givens().values())


@pytest.mark.sandbox
def test_grading_goes_on_where_the_server_left_it(server, tmp_path):
    for student in ("anna", "ben"):
        hand_in(tmp_path / "submitted", student, solved())
    grading = tmp_path / "grading"
    with pytest.raises(GradebookError), no_demonstrations():
        graded(
            tmp_path / "submitted", grading, db_url=server.url, done=lambda record: server.stop()
        )
    server.start()
    (kept,) = {key[0] for key in entries(server)}
    (result,) = grading.glob("results/*/*/*.json")
    assert json.loads(result.read_text(encoding="utf-8"))["student"] == kept
    with no_demonstrations():
        records, lines, _ = graded(tmp_path / "submitted", grading, db_url=server.url)
    assert set(records) == {key[0] for key in entries(server)} == {"anna", "ben"} and lines == []
