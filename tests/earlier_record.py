"""A database that an earlier commit wrote (tests/data/earlier_record/write.py), and what it answered from it then."""

import gzip
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.earlier_schema import engine_at

DATA = Path(__file__).parent / "data" / "earlier_record"
REVISION = "0008"
MODEL_PORT = 18733
MODEL_URL = f"http://127.0.0.1:{MODEL_PORT}/v1"
"""The model's address then, a part of what stored answers are found by."""
PRICES = {"PRICE_IN": "1", "PRICE_OUT": "2"}


def contents() -> list[dict[str, Any]]:
    """Config and tasks with their ground truths of each project in Label Studio, by number from 1."""
    return list(json.loads(unpacked("projects.json.gz")))


def restore(url: str) -> None:
    """Writes its rows into an empty database as the earlier commit left it: its tables, its revision."""
    with _rows() as tables:
        engine = engine_at(url, REVISION)
        with engine.begin() as connection:
            metadata = sa.MetaData()
            metadata.reflect(connection)
            for table in metadata.sorted_tables:
                if table.name != "alembic_version":
                    _fill(connection, table, tables)
        engine.dispose()


@contextmanager
def _rows() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as record:
        record.executescript(unpacked("record.sql.gz"))
        record.row_factory = sqlite3.Row
        yield record


def _fill(connection: sa.Connection, table: sa.Table, record: sqlite3.Connection) -> None:
    """Rows in the types that this database has for them: SQLite keeps a truth value as a number."""
    flags = {column.name for column in table.columns if isinstance(column.type, sa.Boolean)}
    rows = [
        {name: bool(row[name]) if name in flags else row[name] for name in row.keys()}  # noqa: SIM118
        for row in record.execute(f'SELECT * FROM "{table.name}"')
    ]
    if rows:
        connection.execute(table.delete())
        connection.execute(table.insert(), rows)
    if connection.dialect.name == "postgresql" and "id" in table.c and isinstance(table.c.id.type, sa.Integer):
        sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
        highest = f'(SELECT coalesce(max(id), 1) FROM "{table.name}")'
        connection.execute(sa.text(f"SELECT setval({sequence}, {highest})"))


def unpacked(name: str) -> str:
    return gzip.decompress((DATA / name).read_bytes()).decode()


def pack(name: str, value: object) -> None:
    (DATA / name).write_bytes(gzip.compress(json.dumps(value, indent=1).encode(), mtime=0))
