import os
import sys
import uuid
from pathlib import Path

import pytest
import sqlalchemy

sys.path.insert(0, str(Path(__file__).parent))  # for the helper modules beside the tests


class Server:
    """The PostgreSQL server that TEST_POSTGRESQL names, and one new database on it."""

    def __init__(self, address: str):
        self.address = sqlalchemy.make_url(address).set(database=f"test_{uuid.uuid4().hex}")
        self._engine = sqlalchemy.create_engine(
            address, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool
        )

    @property
    def url(self) -> str:
        """The database's address, with the password."""
        return self.address.render_as_string(hide_password=False)

    def do(self, statement: str):
        """A statement on the server, outside of the database."""
        with self._engine.connect() as connection:
            return connection.execute(sqlalchemy.text(statement))

    def stop(self):
        """The database is gone for everybody, in the middle of whatever they do."""
        name = self.address.database
        self.do(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        self.do(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{name}' AND usename = current_user"
        )

    def start(self):
        """The database is there again."""
        self.do(f"ALTER DATABASE {self.address.database} ALLOW_CONNECTIONS true")


@pytest.fixture
def server():
    """A PostgreSQL server with an empty database for one test."""
    address = os.environ.get("TEST_POSTGRESQL")
    if not address:
        pytest.fail(
            "TEST_POSTGRESQL names no server: start the tests with .ci/with_postgresql, or leave "
            "these out (-m 'not postgresql')."
        )
    made = Server(address)
    made.do(f"CREATE DATABASE {made.address.database}")
    yield made
    made.stop()
    made.do(f"DROP DATABASE {made.address.database}")
