"""The record of runs: which tasks were asked about, under which digest, and what failed.

Counts are not kept: they are derived from the stored completions, so a crash can't leave them wrong.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend.core.outcomes import Failure
from backend.edges.store import Store, now, told
from backend.edges.tables import asks, runs


@dataclass(frozen=True, slots=True)
class Run:
    """A version over a subset of a project's tasks. `status`: pending, in_progress, completed, failed, canceled."""

    id: str
    tag: str
    project: int
    subset: str
    status: str
    reason: str
    created: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One task of a run: the digest of its request (None when it could not be asked about) and its Failure, if any."""

    task_id: int
    digest: str | None
    failure: Failure | None = None


class RunStore:
    """Shares the engine of a Store."""

    def __init__(self, store: Store) -> None:
        self._engine = store.engine
        self._insert = store.insert

    @told
    def start(self, tag: str, project: int, subset: str) -> Run:
        run = Run(secrets.token_hex(4), tag, project, subset, "in_progress", "", now())
        row = {name: getattr(run, name) for name in Run.__slots__}
        with self._engine.begin() as connection:
            connection.execute(runs.insert().values(**row))
        return run

    @told
    def finish(self, run: Run, status: str, reason: str = "") -> None:
        with self._engine.begin() as connection:
            connection.execute(runs.update().where(runs.c.id == run.id).values(status=status, reason=reason))

    @told
    def runs(self, tag: str | None = None) -> list[Run]:
        """Newest first."""
        query = sa.select(runs).order_by(runs.c.created.desc(), runs.c.id)
        if tag is not None:
            query = query.where(runs.c.tag == tag)
        with self._engine.connect() as connection:
            return [Run(*row) for row in connection.execute(query)]

    @told
    def record(self, run: Run, found: Iterable[Ask]) -> None:
        """Writes tasks of a run before they are asked about, and again with their Failure."""
        rows = [_row(run, ask) for ask in found]
        if not rows:
            return
        insert = self._insert(asks)
        update = {name: insert.excluded[name] for name in ("digest", "failure", "detail")}
        statement = insert.on_conflict_do_update(index_elements=["run_id", "task_id"], set_=update)
        with self._engine.begin() as connection:
            connection.execute(statement, rows)

    @told
    def asks(self, tag: str) -> list[Ask]:
        """The newest ask about each task over all runs of a version, by task id."""
        query = (
            sa.select(asks)
            .join_from(asks, runs)
            .where(runs.c.tag == tag)
            .order_by(runs.c.created, runs.c.id, asks.c.task_id)
        )
        with self._engine.connect() as connection:
            newest = {row.task_id: _ask(row) for row in connection.execute(query)}
        return [newest[task_id] for task_id in sorted(newest)]


def _row(run: Run, ask: Ask) -> dict[str, Any]:
    failure = ask.failure
    return {
        "run_id": run.id,
        "task_id": ask.task_id,
        "digest": ask.digest,
        "failure": failure.kind if failure else None,
        "detail": failure.detail if failure else None,
    }


def _ask(row: Any) -> Ask:
    return Ask(row.task_id, row.digest, Failure(row.failure, row.detail or "") if row.failure else None)
