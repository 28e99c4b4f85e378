"""Reads a database without changing it: makes no file, migrates nothing and waits for two seconds at most.

Two commands that must be quick and must not fail use it: completion in the shell, and `ls-prompts --version`.
"""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

CONNECT_S = 2
TAGS = "SELECT name, number FROM prompts JOIN versions ON versions.prompt_id = prompts.id ORDER BY name, number DESC"


def migration(url: str) -> str | None:
    """Number of the newest migration the database at `url` has; None for one that does not exist or can't be read."""
    rows = _read(url, "SELECT version_num FROM alembic_version")
    return str(rows[0][0]) if rows else None


def saved_versions(url: str) -> list[tuple[str, int]]:
    """Name and number of each saved version, by name, newest first; none where the database can't be read."""
    return [(str(name), int(number)) for name, number in _read(url, TAGS)]


def _read(url: str, query: str) -> list[Any]:
    try:
        address = sa.make_url(url)
        if address.get_backend_name() == "sqlite":
            file = quote(str(Path(address.database or "").resolve()))
            engine = sa.create_engine(
                sa.URL.create("sqlite", database=f"file:{file}", query={"mode": "ro", "uri": "true"}),
                poolclass=sa.NullPool,
            )
        else:
            engine = sa.create_engine(address, poolclass=sa.NullPool, connect_args={"connect_timeout": CONNECT_S})
        with engine.connect() as connection:
            return list(connection.execute(sa.text(query)).all())
    except (SQLAlchemyError, OSError, ImportError, ValueError):
        return []
