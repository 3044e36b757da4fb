"""A gradebook's address: what is wrong with it is one sentence, without the password."""

import sys

import pytest

from autograder.gradebook.book import Book, GradebookError
from autograder.gradebook.database import public_address

ADDRESSES = {
    "": "",
    "sqlite:////folder/gradebook.db": "sqlite:////folder/gradebook.db",
    "postgresql+psycopg://host/grades": "postgresql+psycopg://host/grades",
    "postgresql+psycopg://me:Hug0Secret@host:5433/grades?password=Hug0Secret": (
        "postgresql+psycopg://…@host:5433/grades"
    ),
    "postgresql+psycopg://me:Hug0@Secret@host/grades": "…",
    "Hug0Secret": "…",
}
SECRET = "Hug0Secret"


def told(url) -> str:
    with pytest.raises(GradebookError) as caught:
        Book(url)
    said = str(caught.value)
    assert said.isprintable() and said.endswith("."), said
    for piece in ("Hug0", "Secret"):
        assert piece not in said
    return said


@pytest.mark.parametrize("address, shown", ADDRESSES.items())
def test_an_address_is_shown_without_user_and_password(address, shown):
    assert public_address(address) == shown


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "x.db").write_bytes(b"this is no database, and it is longer than a header" * 9)
    assert "cannot be opened: file is not a database" in told(f"sqlite:///{tmp_path / 'x.db'}")


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    assert "cannot be opened" in told(f"sqlite:///{tmp_path / 'file' / 'x.db'}")


def test_a_driver_that_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    said = told(f"postgresql+psycopg://me:{SECRET}@127.0.0.1/grades")
    assert "pip install 'psycopg[binary]'" in said and "…@127.0.0.1/grades" in said


def test_another_driver_that_is_not_installed():
    said = told(f"postgresql+asyncpg://me:{SECRET}@127.0.0.1/grades")
    assert "asyncpg, which is not installed" in said and "postgresql+psycopg://" in said


@pytest.mark.parametrize(
    "options", ["", f"?password={SECRET}", f"?application_name={SECRET}&sslmode=disable"]
)
def test_no_server(options):
    """Nothing listens on port 1."""
    said = told(f"postgresql+psycopg://me:{SECRET}@127.0.0.1:1/grades{options}")
    assert "postgresql+psycopg://…@127.0.0.1:1/grades cannot be opened: connection" in said
    assert "refused" in said


@pytest.mark.parametrize(
    "url",
    [
        "grades.db",
        "",
        "postgresql+psycopg://me:Hug0@Secret@host/grades",
        "postgresql+psycopg://me:Hug0@Secret:x@host/grades",
        "postgresql+psycopg://me@host:Secret/grades",
    ],
)
def test_an_address_that_cannot_be_read_shows_what_it_should_look_like(url):
    assert "postgresql+psycopg://user:password@host/database" in told(url)


def test_a_database_that_the_course_does_not_know():
    said = told(f"mysql://me:{SECRET}@host/grades")
    assert "should begin with postgresql+psycopg:// or sqlite:///" in said
