"""Repository of keep-ups: for which projects tasks are predicted as they are imported, and the runs that do it."""

from dataclasses import asdict
from hashlib import sha256
from hmac import compare_digest
from typing import Any

import sqlalchemy as sa

from backend.adapters.database.budgets.budget_ledger import spending_by_run, total
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import asks, keep_up_runs, keep_ups, runs
from backend.domain.keep_up import KeepUp
from backend.domain.resolution.pricing import Pricing
from backend.domain.runs.stop_reason import StopKind

_SAME = keep_up_runs.c.run_id == runs.c.id
LATE_S = 1200.0
"""Seconds for which an import into Label Studio may take; its tasks may have lower ids than others that are there."""
_COLUMNS = [column for column in keep_ups.c if column.name != "secret"]


class KeepUpStore(Repository):
    """See Repository."""

    @retried
    def all(self) -> list[KeepUp]:
        """By project, those that were turned off too."""
        with self._engine.connect() as connection:
            return [KeepUp(**row._mapping) for row in connection.execute(sa.select(*_COLUMNS).order_by("project"))]

    @retried
    def of(self, project: int) -> KeepUp | None:
        """None for a project where it was never turned on."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(*_COLUMNS).where(keep_ups.c.project == project)).first()
        return None if row is None else KeepUp(**row._mapping)

    @retried
    def save(self, keep_up: KeepUp, secret: str) -> None:
        """Replaces that of the project. `secret`: what its webhook will send."""
        values = asdict(keep_up) | {"secret": _hashed(secret)}
        row = self._insert(keep_ups).values(values)
        with self._engine.begin() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=["project"], set_=values))

    @retried
    def note(self, project: int, **values: Any) -> None:
        """Changes columns of that of a project."""
        with self._engine.begin() as connection:
            connection.execute(keep_ups.update().where(keep_ups.c.project == project).values(**values))

    @retried
    def is_secret(self, project: int, secret: str) -> bool:
        """Whether a project's webhook sends this."""
        query = sa.select(keep_ups.c.secret).where(keep_ups.c.project == project, keep_ups.c.on)
        with self._engine.connect() as connection:
            stored = connection.execute(query).scalar()
        return stored is not None and compare_digest(str(stored), _hashed(secret))

    @retried
    def add_run(self, project: int, run_id: str, day: str) -> None:
        deleted = (keep_up_runs.c.day < day) & keep_up_runs.c.run_id.not_in(sa.select(runs.c.id))
        with self._engine.begin() as connection:
            connection.execute(keep_up_runs.delete().where(keep_up_runs.c.project == project, deleted))
            connection.execute(keep_up_runs.insert().values(run_id=run_id, project=project, day=day))

    @retried
    def runs(self, project: int, day: str, stop: StopKind | None = None) -> list[str]:
        """Ids of the runs of a project on that day, oldest first. `stop`: those alone that ended so."""
        query = sa.select(runs.c.id).join_from(runs, keep_up_runs, _SAME)
        condition = sa.and_(keep_up_runs.c.project == project, keep_up_runs.c.day == day)
        if stop is not None:
            condition &= runs.c.stop == stop.value
        with self._engine.connect() as connection:
            return list(connection.execute(query.where(condition).order_by(runs.c.created)).scalars())

    @retried
    def spent(self, project: int, day: str, pricing: Pricing) -> float | None:
        """USD that the runs of that day cost, also those that are deleted; None if a price is unknown."""
        ids = sa.select(keep_up_runs.c.run_id).where(keep_up_runs.c.project == project, keep_up_runs.c.day == day)
        with self._engine.connect() as connection:
            by_run = spending_by_run(connection, ids, pricing)
        return total(usd for amounts in by_run.values() for usd in amounts)

    @retried
    def newest(self, project: int) -> str | None:
        """Id of the newest run of a project, on whatever day."""
        query = sa.select(runs.c.id).join_from(runs, keep_up_runs, _SAME).where(keep_up_runs.c.project == project)
        with self._engine.connect() as connection:
            return connection.execute(query.order_by(runs.c.created.desc()).limit(1)).scalar()

    @retried
    def done(self, project: int, since: int, budget: float) -> set[int]:
        """The tasks after `since` that completed runs had, and those too large for a whole day's `budget` in USD; a
        task that was too large for less waits for a run that has more."""
        query = sa.select(asks.c.task_id).join_from(asks, runs).join(keep_up_runs, _SAME)
        with self._engine.connect() as connection:
            return set(connection.execute(query.where(_over(project, since, budget))).scalars())

    @retried
    def last_for_good(self, project: int, since: int, budget: float) -> int:
        """The last of the tasks of `done` before which no task comes to light any more: Label Studio numbers tasks
        when an import begins, and shows them when it ends. `since` if there is none."""
        query = sa.select(sa.func.max(asks.c.task_id)).join_from(asks, runs).join(keep_up_runs, _SAME)
        old = runs.c.seen < self._now() - LATE_S
        with self._engine.connect() as connection:
            last = connection.execute(query.where(_over(project, since, budget), old)).scalar()
        return since if last is None else int(last)


def _over(project: int, since: int, budget: float) -> sa.ColumnElement[bool]:
    """The condition for tasks after `since` that are done with."""
    too_large = (sa.func.coalesce(asks.c.failure, "") == "budget") & (asks.c.sent == 0)
    over = sa.case((too_large, runs.c.budget >= budget), else_=runs.c.status == "completed")
    return sa.and_(keep_up_runs.c.project == project, over, asks.c.task_id > since)


def _hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
