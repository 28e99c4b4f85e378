"""Opens the database: engine settings and migrations. SQLite in WAL mode, or PostgreSQL."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from backend.adapters.database.space import free_much_space
from backend.adapters.files.private import make_private, private_file, private_folder
from backend.domain.urls import public_url
from backend.errors import StoreError

CHUNK = 500
"""Most values in one query's list."""
SILENT_S = 20
POSTGRESQL_BOUNDS = {
    "connect_timeout": 5,
    "keepalives_idle": SILENT_S // 2,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": SILENT_S * 1000,
}
"""Parameters of a connection to PostgreSQL, unless its address says otherwise: after SILENT_S seconds without a sign of
the server's machine, the connection is broken. Else the kernel waits 15 minutes for a statement that was sent, and 2
hours for an answer. A statement may take as long as it does."""
HEAD = "0046"
"""The newest migration; a test compares it with the files."""
OPTIONS = {"preserve_rowcount": True}
"""Without it, `rowcount` of an INSERT is -1 on PostgreSQL, whether it added a row or not."""


def open_database(url: str) -> sa.Engine:
    """An engine whose tables are up to date. Raises StoreError with what to check."""
    parsed = _parse(url)
    try:
        if parsed.get_backend_name() == "sqlite":
            _close_to_others(Path(parsed.database or ""))
            engine = sa.create_engine(
                parsed, connect_args={"timeout": 30, "check_same_thread": False}, execution_options=OPTIONS
            )
            sa.event.listen(engine, "connect", _prepare_sqlite)
        else:
            bounds = {name: value for name, value in POSTGRESQL_BOUNDS.items() if name not in parsed.query}
            engine = sa.create_engine(parsed, pool_pre_ping=True, connect_args=bounds, execution_options=OPTIONS)
        _migrate_or_close(engine)
    except ModuleNotFoundError as error:
        raise StoreError(_driver_missing(str(error.name))) from None
    except (SQLAlchemyError, OSError, ImportError) as error:
        raise StoreError(
            f"The database {public_url(url)} can't be opened ({cause(error)}): check DATA_DIR or DATABASE_URL."
        ) from None
    return engine


def insert_of(engine: sa.Engine) -> Any:
    """The `insert` of its dialect, which knows `on_conflict_do_nothing`; only this dialect is imported."""
    if engine.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert
    from sqlalchemy.dialects import sqlite

    return sqlite.insert


def clock_of(engine: sa.Engine) -> Callable[[], Any]:
    """Makes SQL for the present time, in seconds since 1970.

    PostgreSQL's own clock is used, because the clocks of machines that share it may differ by minutes. A SQLite file
    belongs to one machine, whose clock is used.
    """
    if engine.dialect.name == "postgresql":
        return lambda: sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Double)
    return lambda: sa.literal(time.time(), sa.Double)


def _parse(url: str) -> sa.URL:
    """The cause is left out, because it may show a part of the password."""
    try:
        return sa.make_url(url)
    except (SQLAlchemyError, ValueError):
        raise StoreError(
            "DATABASE_URL is not a valid address of a database: write one like postgresql://user:password@host/name."
        ) from None


def _driver_missing(library: str) -> str:
    if library == "psycopg":
        return "PostgreSQL (DATABASE_URL) needs psycopg: pip install 'open-prompts[postgresql]'."
    return f"DATABASE_URL needs the Python package {library}, which is not installed: use PostgreSQL or SQLite."


def _close_to_others(file: Path) -> None:
    """The database holds answers and task texts. SQLite gives its other files the permissions of this one."""
    if not file.parent.exists():
        private_folder(file.parent)
    if file.name and not file.is_dir():
        make_private(file)
        for beside in ("-wal", "-shm", "-journal"):
            private_file(file.with_name(file.name + beside))


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _migrate_or_close(engine: sa.Engine) -> None:
    try:
        _migrate(engine)
    except BaseException:
        engine.dispose()
        raise


def _migrate(engine: sa.Engine) -> None:
    """Importing Alembic takes 0.2 s, so it is used only if the tables are not up to date."""
    with engine.connect() as connection:
        if sa.inspect(connection).has_table("alembic_version"):
            revision = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
            if revision == HEAD:
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
        raise StoreError(
            "The database was made by a newer version of Open Prompts: update this installation."
        ) from None
    free_much_space(engine)


def _lock(connection: sa.Connection) -> None:
    """Two processes that start at the same time migrate one after the other."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7263541)"))


def cause(error: Exception) -> str:
    """The first line of the database's own message, without statements or parameters."""
    origin = getattr(error, "orig", None) or error
    return (str(origin).strip().splitlines() or [type(error).__name__])[0][:200]


def may_pass(error: SQLAlchemyError) -> bool:
    """Whether the same may succeed later by itself: the database is away, locked or full."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, PoolTimeoutError)
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _PASSING_CODES
    state = getattr(error.orig, "sqlstate", "")
    silent = state is None and isinstance(error, OperationalError)
    return error.connection_invalidated or silent or bool(state and state.startswith(_PASSING_STATES))


_PASSING_CODES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
_PASSING_STATES = ("08", "57", "53", "40", "55P03", "25006")
"""PostgreSQL's errors: of connections; a server that shuts down, starts or ends a statement; disk, memory or
connections used up; a transaction in the way of another; a lock; a standby that is not yet the primary. None: it said
nothing."""
