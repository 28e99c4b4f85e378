"""The stored data about a project's tasks: its amount, and its deletion."""

from typing import Any

import sqlalchemy as sa

from backend.adapters.database import completion_sources as owners
from backend.adapters.database.budgets import kept_costs
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import (
    asks,
    batches,
    calibrations,
    completions,
    embeddings,
    payments,
    prompts,
    runs,
    samples,
    sources,
    versions,
)
from backend.domain.held import Held


class ForgetStore(Repository):
    """See Repository."""

    @retried
    def held(self, project: int) -> Held:
        with self._engine.connect() as connection:
            counts = {table.name: _count(connection, table, which) for table, which in _parts(project)}
            conditions = (prompts.c.project == project, versions.c.examples.is_not(None))
            query = sa.select(prompts.c.name).join_from(versions, prompts).where(*conditions).distinct()
            quoting = tuple(connection.execute(query.order_by(prompts.c.name)).scalars())
        answers = counts.pop("completions")
        for table in (sources, samples, payments):
            counts.pop(table.name)
        return Held(answers=answers, quoting=quoting, **counts)

    @retried
    def note(self, project: int, digests: list[str]) -> None:
        """Notes that these requests, which are part of no run, are about a project's tasks."""
        with self._engine.begin() as connection:
            owners.note(connection, self._insert, project, digests)

    @retried
    def forget(self, project: int) -> None:
        """Deletes everything that `held` counts.

        SQLite's file keeps none of it; PostgreSQL overwrites its pages later.
        """
        sqlite = self._engine.dialect.name == "sqlite"
        with self._engine.begin() as connection:
            if sqlite:
                connection.exec_driver_sql("PRAGMA secure_delete = ON")
            kept_costs.keep(connection, owners.answers_of(project))
            for table, which in _parts(project):
                connection.execute(table.delete().where(which))
                if table is completions:  # the rest belongs to another project too, and has no payer any more
                    kept_costs.unname(connection, _runs_of(project))
        if sqlite:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _parts(project: int) -> list[tuple[sa.Table, Any]]:
    """Tables, and which rows of each, in the order in which they can be deleted."""
    prompt_ids = sa.select(prompts.c.id).where(prompts.c.project == project)
    return [
        (completions, owners.answers_of(project)),
        (embeddings, sa.true()),
        (batches, batches.c.project == project),
        (sources, sources.c.project == project),
        (samples, _repeats_of(project)),
        (payments, kept_costs.unneeded(_runs_of(project))),
        (runs, runs.c.project == project),
        (calibrations, calibrations.c.prompt_id.in_(prompt_ids)),
    ]


def _runs_of(project: int) -> Any:
    return sa.select(runs.c.id).where(runs.c.project == project)


def _repeats_of(project: int) -> Any:
    """The condition for samples of this project's requests that no other's runs repeat."""

    def requests_of(which: Any) -> Any:
        return sa.union(*(sa.select(digest).join_from(asks, runs).where(which) for digest in owners.REQUESTED))

    request = samples.c.request
    theirs, others = requests_of(runs.c.project == project), requests_of(runs.c.project != project)
    return sa.and_(request.in_(theirs), owners.not_among(request, others))


def _count(connection: sa.Connection, table: sa.Table, which: Any) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(which)).scalar_one())
