"""A PostgreSQL schema of a test's own, in the server that TEST_DATABASE_URL names."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from backend.settings import Settings
from tests.running import unavailable


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of an empty database."""
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        unavailable("No PostgreSQL to test with: set TEST_DATABASE_URL to a database that may be written to.")
    server = sa.create_engine(Settings(database_url=url).database())
    schema = f"test_{secrets.token_hex(6)}"
    with server.begin() as connection:
        connection.execute(sa.schema.CreateSchema(schema))
    yield server.url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    with server.begin() as connection:
        connection.execute(sa.schema.DropSchema(schema, cascade=True))
    server.dispose()
