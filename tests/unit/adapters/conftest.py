"""Databases for tests: SQLite always, PostgreSQL too."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from backend.adapters.database.prompts import Store
from backend.adapters.database.tables import metadata
from backend.settings import Settings
from tests.databases import DATABASES, postgresql

INSTALLATION = "installation"
"""The one table that has a row from the beginning."""


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database. Where a test takes `store`, its tables are there already: to make them takes much
    longer than most tests."""
    migrated = "store" in request.fixturenames
    if request.param == "sqlite":
        file = tmp_path / "record.sqlite3"
        if migrated:
            file.write_bytes(request.getfixturevalue("new_sqlite_file"))
        yield f"sqlite:///{file}"
    elif migrated:
        yield request.getfixturevalue("emptied_postgresql")
    else:
        with postgresql() as url:
            yield url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def new_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database with tables and nothing in them."""
    file = tmp_path_factory.mktemp("new") / "record.sqlite3"
    Store(f"sqlite:///{file}").close()
    return file.read_bytes()


class MigratedSchema:
    """A PostgreSQL schema with tables that tests use one after the other."""

    def __init__(self) -> None:
        self._held = ExitStack()
        self._url: str | None = None

    def url(self) -> str:
        if self._url is None:
            self._url = self._held.enter_context(postgresql())
            Store(self._url).close()
        return self._url

    def empty(self) -> None:
        """What a test broke, as some do on purpose, is made anew for the next."""
        opened = sa.create_engine(Settings(database_url=self.url()).database())
        try:
            with opened.begin() as connection:
                for table in reversed(metadata.sorted_tables):
                    if table.name != INSTALLATION:
                        connection.execute(sa.delete(table))
        except SQLAlchemyError:
            self.drop()
        finally:
            opened.dispose()

    def drop(self) -> None:
        self._held.close()
        self._url = None


@pytest.fixture(scope="session")
def migrated_schema() -> Iterator[MigratedSchema]:
    schema = MigratedSchema()
    yield schema
    schema.drop()


@pytest.fixture
def emptied_postgresql(migrated_schema: MigratedSchema) -> Iterator[str]:
    yield migrated_schema.url()
    migrated_schema.empty()
