"""Space that is free inside a file goes back to the disk, unless somebody is in the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from backend.adapters.database.space import free_much_space


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "record.sqlite3"


@pytest.fixture
def engine(file: Path) -> Iterator[sa.Engine]:
    """Of a file of two tables: one of 400 kB, one of 4 kB."""
    opened = sa.create_engine(f"sqlite:///{file}", connect_args={"timeout": 0})
    with opened.begin() as connection:
        for table, rows in (("large", 100), ("small", 1)):
            connection.exec_driver_sql(f"CREATE TABLE {table} (text)")
            for _ in range(rows):
                connection.exec_driver_sql(f"INSERT INTO {table} VALUES ('{'x' * 4000}')")
    yield opened
    opened.dispose()


def _drop(engine: sa.Engine, table: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {table}")


def test_a_file_that_is_mostly_free_becomes_small(engine: sa.Engine, file: Path) -> None:
    _drop(engine, "large")
    free_much_space(engine)
    assert file.stat().st_size < 20_000


def test_a_file_with_little_free_space_stays_as_it_is(engine: sa.Engine, file: Path) -> None:
    _drop(engine, "small")
    before = file.stat().st_size
    free_much_space(engine)
    assert file.stat().st_size == before


def test_a_file_that_others_use_stays_as_it_is(engine: sa.Engine, file: Path) -> None:
    _drop(engine, "large")
    before = file.stat().st_size
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        free_much_space(engine)
    assert file.stat().st_size == before
