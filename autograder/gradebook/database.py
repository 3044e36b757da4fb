"""Opens nbgrader's gradebook by its address, in SQLite or PostgreSQL, and never shows a password."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path

import nbgrader.api
import sqlalchemy
from nbgrader.api import Gradebook
from sqlalchemy.engine import URL, Engine, make_url

KNOWN = ("sqlite", "postgresql")
_WRITERS = 0x67726164  # any number: it names PostgreSQL's lock of those who write


class GradebookError(RuntimeError):
    """The gradebook cannot be opened, read or written."""


def open_gradebook(db_url: str, course_id: str) -> Gradebook:
    """nbgrader's gradebook, made when it is not there; or `GradebookError`.

    Without a name the course is nbgrader's "default_course": PostgreSQL wants one that exists.
    """
    address = _read(db_url)
    try:
        if address.get_backend_name() == "sqlite" and address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sqlalchemy.create_engine(address)
        try:
            with _version_without_a_program(), one_writer(engine):
                book = Gradebook(db_url, course_id or "default_course")
        finally:
            engine.dispose()
        book.db().expire_on_commit = False  # what was read of the course stays as it is
        return book
    except ImportError as missing:
        raise GradebookError(
            f"The gradebook {public_address(address)} needs the Python package "
            f"{missing.name or address.get_driver_name()}, which is not installed: run "
            "python -m pip install 'psycopg[binary]', and begin the address with "
            "postgresql+psycopg://."
        ) from missing
    except Exception as problem:
        raise GradebookError(
            f"The gradebook {public_address(address)} cannot be opened: {reason(problem, address)}."
        ) from problem


def _read(db_url: str) -> URL:
    try:
        address = make_url(db_url)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        address = None
    if address is None or "@" in (address.host or ""):
        raise GradebookError(
            "The gradebook's address cannot be read. It should look like "
            "postgresql+psycopg://user:password@host/database or sqlite:////folder/gradebook.db; in "
            "a password, write @ as %40, : as %3A, / as %2F and % as %25."
        )
    if address.get_backend_name() not in KNOWN:
        raise GradebookError(
            f"The gradebook {public_address(address)} cannot be opened: its address should begin with "
            "postgresql+psycopg:// or sqlite:///."
        )
    return address


def public_address(address: str | URL) -> str:
    """A gradebook's address without user, password and options; "" for "" (the usual one)."""
    try:
        address = make_url(address) if address else None
    except (sqlalchemy.exc.ArgumentError, ValueError):
        return "…"
    if address is None or "@" in (address.host or ""):
        return "…" if address else ""
    who = "…@" if address.username or address.password else ""
    port = f":{address.port}" if address.port else ""
    return f"{address.drivername}://{who}{address.host or ''}{port}/{address.database or ''}"


def reason(problem: Exception, address: URL) -> str:
    """The first line of what the database said, unless it holds the password."""
    if isinstance(problem, OSError) and problem.filename:
        return f"{problem.filename}: {problem.strerror}"
    said = str(getattr(problem, "orig", None) or problem).strip().splitlines()
    first = said[0].rstrip(".:") if said else ""
    secrets = [address.password, *(address.query.get(key) for key in ("password", "sslpassword"))]
    if not first or any(str(secret) in first for secret in secrets if secret):
        return type(problem).__name__
    if first == "database is locked":  # SQLite waits for some seconds before it says so
        return "another program is writing into it (formgrader, another run); try again when it is done"
    return first


@contextlib.contextmanager
def one_writer(engine: Engine) -> Iterator[None]:
    """Hold the writers' lock: nobody else inserts between a look into the database and an insert.

    PostgreSQL frees the lock when a process dies. SQLite locks its file by itself.
    """
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.begin() as connection:
        connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(_WRITERS)))
        yield


@contextlib.contextmanager
def _version_without_a_program() -> Iterator[None]:
    """nbgrader starts the program alembic to learn the version of its tables; the library knows it."""
    before = nbgrader.api.get_alembic_version
    nbgrader.api.get_alembic_version = _version_of_tables
    try:
        yield
    finally:
        nbgrader.api.get_alembic_version = before


@functools.lru_cache
def _version_of_tables() -> str:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(nbgrader.__file__).parent / "alembic"))
    return ScriptDirectory.from_config(config).get_current_head()
