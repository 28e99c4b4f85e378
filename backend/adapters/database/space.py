"""Space: returns unused space inside the database to the disk."""

from collections.abc import Sequence
from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

MUCH = 0.25
"""Of a file."""


def free_space(engine: sa.Engine, tables: Sequence[sa.Table] = ()) -> None:
    """SQLite copies its whole file for it, PostgreSQL marks what is free in `tables`."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            for table in tables:
                connection.exec_driver_sql(f"VACUUM {table.name}")


def free_much_space(engine: sa.Engine) -> None:
    """Where much of SQLite's file is free. The file stays as large if another process uses it, or the disk is full:
    `ls-prompts prune` gives the space back later."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        free, pages = (connection.exec_driver_sql(f"PRAGMA {n}").scalar_one() for n in ("freelist_count", "page_count"))
    if free > MUCH * pages:
        with suppress(OperationalError):
            free_space(engine)
