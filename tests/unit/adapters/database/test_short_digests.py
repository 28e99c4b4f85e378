"""A database with digests as text becomes one with digests as bytes: nothing is lost, not even by a crash between."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from backend.adapters.database.budgets.budget_ledger import BudgetLedger
from backend.adapters.database.budgets.connection_ledger import ConnectionLedger
from backend.adapters.database.embeddings import EmbeddingStore
from backend.adapters.database.payers import Payer
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.run_tasks import RunTaskStore
from backend.adapters.database.tables import batch_lines, payers, samples, sources
from backend.domain.hashing import numbered
from tests.earlier_schema import engine_at
from tests.scripted import completion

PLAIN, SECOND, LIVE, ODD = "0f" * 32, "a1" * 32, "e" * 64, "not of sixty-four digits"
SAMPLE = numbered(PLAIN, 12)
RUN, MONTH = "1f3a", "2026-11"
ANSWERS = {
    PLAIN: {"run_id": RUN},
    SAMPLE: {"run_id": RUN, "model": "another"},
    SECOND: {"run_id": RUN, "connection": "eu", "month": MONTH},
    LIVE: {},
    ODD: {"connection": "eu", "month": MONTH},
}
"""What is known of who paid, by digest."""
NOTED = sa.select(payers)
BEFORE, MANY = "0040", 2000


def _rows() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "prompts", {"id": 1, "name": "mood", "project": 7}
    work = {"status": "completed", "reason": "", "worker": "", "seen": 0.0, "seconds": 1.0, "subset": "all"}
    flags = {"push": True, "keep": False, "batch": False}
    yield "runs", {"id": RUN, "tag": "mood@1", "project": 7, "created": "2026", **flags, **work}
    yield "asks", {"run_id": RUN, "task_id": 1, "digest": PLAIN, "sent": 1, "then_digest": SECOND}
    yield "asks", {"run_id": RUN, "task_id": 2, "digest": None, "sent": 0, "then_digest": None}
    for digest, payer in ANSWERS.items():
        yield "completions", _completion(digest) | payer
    yield "sources", {"digest": LIVE, "project": 7}
    yield "samples", {"digest": SAMPLE, "request": PLAIN, "number": 12}
    yield "embeddings", {"digest": SECOND, "vector": b"1234"}
    made = {"base_url": "", "model": "m", "state": "ended", "canceled": False, "tidied": False}
    yield "batches", {"id": "b", "run_id": RUN, **made}
    yield "batch_lines", {"batch": "b", "digest": LIVE, "task_id": 1, "done": True}


def _completion(digest: str) -> dict[str, Any]:
    size = {"prompt_tokens": 10, "completion_tokens": 5, "cached_tokens": 0, "seconds": 0.25}
    kind = {"text": json.dumps("{}"), "finish_reason": "stop", "refused": False, "batch": False}
    return {"digest": digest, "attempt": 0, "model": "some-model", "connection": "default", **size, **kind}


def _write(url: str, rows: Iterator[tuple[str, dict[str, Any]]]) -> None:
    """A database as the release before left it."""
    engine = engine_at(url, BEFORE)
    with engine.begin() as connection:
        for (name, columns), group in groupby(rows, lambda one: (one[0], tuple(one[1]))):
            connection.execute(sa.table(name, *map(sa.column, columns)).insert(), [row for _, row in group])
    engine.dispose()


@pytest.fixture
def upgraded(database_url: str) -> Iterator[Store]:
    _write(database_url, _rows())
    opened = Store(database_url)
    yield opened
    opened.close()


def test_every_answer_is_found_and_says_what_it_said(upgraded: Store) -> None:
    found = upgraded.completions(list(ANSWERS))
    for digest, payer in ANSWERS.items():
        told: dict[str, Any] = {name: payer[name] for name in ("model", "connection") if name in payer}
        assert found[digest] == [completion("{}", digest, **told)]


def test_every_run_and_month_has_paid_what_it_paid(upgraded: Store) -> None:
    def price(*_: object) -> Any:
        return lambda *_: 0.5

    assert BudgetLedger(upgraded, RUN, price).spent() == 1.5
    assert ConnectionLedger(upgraded, "eu", 5.0, price, lambda: MONTH).spent() == 1.0
    assert ConnectionLedger(upgraded, "eu", 5.0, price, lambda: "2026-10").spent() == 0
    with upgraded.engine.connect() as connection:
        known = {row.id: Payer(row.run_id, row.model, row.connection, row.month) for row in connection.execute(NOTED)}
    assert {upgraded.payers.number(payer) for payer in known.values()} == set(known), "who is noted is not noted again"


def test_whatever_else_names_a_digest_names_the_same(upgraded: Store) -> None:
    tasks = [task for page in RunTaskStore(upgraded).of_run(RUN) for task in page]
    assert [(task.digest, task.then_digest) for task in tasks] == [(PLAIN, SECOND), (None, None)]
    assert EmbeddingStore(upgraded).vectors([SECOND]) == {SECOND: b"1234"}
    with upgraded.engine.connect() as connection:
        assert connection.execute(sa.select(samples)).one() == (SAMPLE, PLAIN, 12)
        assert connection.execute(sa.select(sources)).one() == (LIVE, 7)
        assert connection.execute(sa.select(batch_lines.c.digest)).scalars().all() == [LIVE]


class StoppedHalfway(Exception):
    pass


@contextmanager
def _stopped_at(beginning: str) -> Iterator[None]:
    """As a process ends that is killed before this statement: nothing is committed."""

    def stop(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if re.match(beginning, statement.lstrip()):
            raise StoppedHalfway

    sa.event.listen(sa.Engine, "before_cursor_execute", stop)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", stop)


@pytest.mark.parametrize("statement", ["DROP TABLE", "CREATE UNIQUE INDEX", "(UPDATE|ALTER TABLE) samples"])
def test_a_crash_in_between_changes_nothing_and_is_repeated(database_url: str, statement: str) -> None:
    _write(database_url, _rows())
    with _stopped_at(statement), pytest.raises(StoppedHalfway):
        Store(database_url)
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == BEFORE
        stored = connection.exec_driver_sql("SELECT digest FROM completions").scalars().all()
    engine.dispose()
    assert sorted(stored) == sorted(ANSWERS)
    store = Store(database_url)
    assert set(store.completions(list(ANSWERS))) == set(ANSWERS)
    store.close()


def test_the_file_becomes_smaller(tmp_path: Path) -> None:
    file = tmp_path / "record.sqlite3"
    rows = (("completions", _completion(f"{number:064x}") | {"run_id": RUN}) for number in range(MANY))
    _write(f"sqlite:///{file}", rows)
    before = file.stat().st_size
    store = Store(f"sqlite:///{file}")
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA freelist_count").scalar() == 0
    store.close()
    assert file.stat().st_size < 0.8 * before


def test_the_cache_is_as_large_as_before_afterwards(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'new.sqlite3'}")  # which migrates on the connection that it then uses
    with store.engine.connect() as connection, sqlite3.connect(":memory:") as usual:
        size = connection.exec_driver_sql("PRAGMA cache_size").scalar()
        assert size == usual.execute("PRAGMA cache_size").fetchone()[0]
    store.close()
