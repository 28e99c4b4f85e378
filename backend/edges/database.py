"""Opens the database: engine settings and migrations. SQLite in WAL mode, or PostgreSQL."""

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from backend.core.addresses import shown
from backend.errors import StoreError

HEAD = "0014"
"""The newest migration; a test compares it with the files."""


def open_database(url: str) -> sa.Engine:
    """An engine whose tables are up to date. Raises StoreError with what to check."""
    parsed = _parse(url)
    try:
        if parsed.get_backend_name() == "sqlite":
            Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True)
            engine = sa.create_engine(parsed, connect_args={"timeout": 30, "check_same_thread": False})
            sa.event.listen(engine, "connect", _prepare_sqlite)
        else:
            engine = sa.create_engine(parsed, pool_pre_ping=True, connect_args={"connect_timeout": 5})
        _migrate(engine)
    except (SQLAlchemyError, OSError, ImportError) as error:
        raise StoreError(
            f"The record {shown(url)} can't be opened ({cause(error)}): check DATA_DIR or DATABASE_URL."
        ) from None
    return engine


def _parse(url: str) -> sa.URL:
    """The cause is left out: it may show a piece of the password."""
    try:
        return sa.make_url(url)
    except (SQLAlchemyError, ValueError):
        raise StoreError(
            "DATABASE_URL is no address of a database: write one like postgresql://user:password@host/name."
        ) from None


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _migrate(engine: sa.Engine) -> None:
    """Alembic costs 0.2 s to import, so it is only asked when the tables are not the newest."""
    with engine.connect() as connection:
        if sa.inspect(connection).has_table("alembic_version"):
            found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
            if found == HEAD:
                return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        with engine.begin() as connection:
            _lock(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError:
        raise StoreError("The record was made by a newer version of Open Prompts: update this one.") from None


def _lock(connection: sa.Connection) -> None:
    """Two processes that start at once migrate one after the other."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7263541)"))


def cause(error: Exception) -> str:
    """The database's own first line, without statements or parameters."""
    origin = getattr(error, "orig", None) or error
    return (str(origin).strip().splitlines() or [type(error).__name__])[0][:200]


def is_away(error: SQLAlchemyError) -> bool:
    """Whether there is no connection, which may pass; a full disk or a locked file is something else."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", "")
    gone = isinstance(error, OperationalError) and (state is None or state.startswith(_AWAY))
    return error.connection_invalidated or gone


_AWAY = ("08", "57P")
"""PostgreSQL's classes of errors for connections, and for a server that shuts down or starts. None: it said nothing."""
