"""Databases for tests: SQLite always, PostgreSQL where TEST_DATABASE_URL names one."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from backend.edges.store import Store
from backend.settings import Settings


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'record.sqlite3'}"
        return
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        pytest.skip("No PostgreSQL to test with: set TEST_DATABASE_URL to a database that may be written to.")
    server = sa.create_engine(Settings(database_url=url).database())
    schema = f"test_{secrets.token_hex(6)}"
    with server.begin() as connection:
        connection.execute(sa.schema.CreateSchema(schema))
    yield server.url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    with server.begin() as connection:
        connection.execute(sa.schema.DropSchema(schema, cascade=True))
    server.dispose()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()
