"""A PostgreSQL schema of a test's own, in the server that TEST_DATABASE_URL names, or in one of this process."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest
import sqlalchemy as sa

from backend.settings import Settings
from tests.servers import PostgresServer

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]
"""Parameters of fixtures. The server's own work doubles the time of a test, so `make check` asks SQLite alone."""


@cache
def own_server() -> PostgresServer:
    """Started when a test first asks for it."""
    return PostgresServer.started()


def stop_own_server() -> None:
    if own_server.cache_info().currsize:
        own_server().stop()


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of an empty database."""
    url = os.environ.get("TEST_DATABASE_URL") or own_server().url
    server = sa.create_engine(Settings(database_url=url).database())
    schema = f"test_{secrets.token_hex(6)}"
    with server.begin() as connection:
        connection.execute(sa.schema.CreateSchema(schema))
    yield server.url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    with server.begin() as connection:
        connection.execute(sa.schema.DropSchema(schema, cascade=True))
    server.dispose()
