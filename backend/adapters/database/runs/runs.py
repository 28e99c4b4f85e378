"""Runs: the task of each, who works on it, and how it ended. `run_tasks` has the outcomes of its tasks."""

import secrets
from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from backend.adapters.database.authors import author_row
from backend.adapters.database.budgets.budget_ledger import spending_by_run, total
from backend.adapters.database.prompts import Store
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.runs.run_tasks import RunTaskStore
from backend.adapters.database.tables import run_ids, runs
from backend.advice import Advice
from backend.domain.dataset.subset import Subset, read_subset
from backend.domain.optimize.search import SearchOptions
from backend.domain.person import Person
from backend.domain.resolution.pricing import Pricing
from backend.domain.runs.run import ID_BYTES, OPEN, QUEUED, START_S, Run, is_lost
from backend.domain.runs.stop_reason import NEVER_BEGAN, StopKind
from backend.errors import RunError

LOST = "lost"
"""Stands for the status of a run that another process owns by now."""


class NewRun(NamedTuple):
    """The options of a new run; see `domain.runs.run.Run`."""

    tag: str
    project: int
    scope: Subset | SearchOptions
    push: bool = True
    keep: bool = False
    budget: float | None = None
    batch: bool = False
    server: str | None = None
    author: Person | None = None


class RunStore(Repository):
    """See Repository."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.run_tasks = RunTaskStore(store)

    @retried
    def create(self, order: NewRun, check: Callable[[Run], None] = lambda other: None) -> Run:
        """A pending run. Raises what `check` raises for a run of the same version that has not ended.

        Of two runs that are started at the same instant, the second one meets the first.
        """
        run_id = secrets.token_hex(ID_BYTES)
        with self._engine.begin() as connection:
            _lock(connection, order.tag)
            moment = connection.execute(sa.select(self._now())).scalar_one()
            connection.execute(runs.insert().values(id=run_id, **_row(order), **_new(moment)))
            connection.execute(run_ids.insert().values(run_id=run_id, **author_row(order.author)))
            self._check_others(connection, run_id, order.tag, check)
            return _run(connection.execute(self._query().where(runs.c.id == run_id)).one())

    def _check_others(self, connection: sa.Connection, run_id: str, tag: str, check: Callable[[Run], None]) -> None:
        for other in connection.execute(
            self._query().where(runs.c.tag == tag, runs.c.status.in_(OPEN), runs.c.id != run_id)
        ):
            check(_run(other))

    @retried
    def limit(self, run_id: str, budget: float | None) -> None:
        """Sets the most USD that a run may spend; None for no limit."""
        with self._engine.begin() as connection:
            connection.execute(runs.update().where(runs.c.id == run_id).values(budget=budget))

    @retried
    def claim(self, run_id: str, worker: str, is_running: Callable[[str], bool | None] = lambda _: None) -> bool:
        """Gives a pending run to `worker`, or a run that its process lost (see `domain.runs.run.is_lost`).

        True if it is ours now.
        """
        silent_s = (self._now() - runs.c.seen).label("silent_s")
        values = {"status": "in_progress", "reason": "", "worker": worker, "seen": self._now()}
        with self._engine.begin() as connection:
            row = connection.execute(sa.select(runs, silent_s).where(runs.c.id == run_id)).first()
            if row is None or row.status not in OPEN or row.worker == QUEUED:
                return False
            if row.status == "in_progress" and not is_lost(is_running(row.worker), row.silent_s):
                return False
            same = (runs.c[name] == getattr(row, name) for name in ("id", "status", "worker", "seen"))
            return connection.execute(runs.update().where(*same).values(**values)).rowcount == 1

    @retried
    def beat(self, run_id: str, seconds: float, waits_for: str = "", worker: str | None = None) -> str:
        """A heartbeat, `seconds` after the last one; returns the run's status, so that a cancel is noticed, or LOST.

        waits_for: the run's reason until the next heartbeat, if it goes on
        worker: whose heartbeat it is, see `_of`
        """
        condition = _of(run_id, worker)
        values = {"seen": self._now(), "seconds": runs.c.seconds + seconds, "reason": reason_now(waits_for)}
        with self._engine.begin() as connection:
            connection.execute(runs.update().where(condition).values(**values))
            return str(connection.execute(sa.select(runs.c.status).where(condition)).scalar() or LOST)

    @retried
    def size(self, run_id: str, tasks: int) -> None:
        """Stores the size of the task selection."""
        with self._engine.begin() as connection:
            connection.execute(runs.update().where(runs.c.id == run_id).values(tasks=tasks))

    @retried
    def complete(self, run_id: str, worker: str | None = None) -> bool:
        """Completes a run, unless it was canceled meanwhile, or `worker` lost it (then False)."""
        live = sa.and_(_of(run_id, worker), runs.c.status == "in_progress")
        with self._engine.begin() as connection:
            return connection.execute(runs.update().where(live).values(status="completed", reason="")).rowcount == 1

    @retried
    def finish(
        self, run_id: str, status: str, reason: str = "", stop: StopKind = StopKind.OTHER, worker: str | None = None
    ) -> None:
        """Ends a run, unless it has ended already: of several who work on it, the first one says why.

        reason, stop: see StopReason
        worker: who ends it, see `_of`
        """
        condition = sa.and_(_of(run_id, worker), runs.c.status.in_(OPEN))
        with self._engine.begin() as connection:
            connection.execute(runs.update().where(condition).values(status=status, reason=reason, stop=stop.value))

    @retried
    def end_unbegun(self, tag: str) -> frozenset[str]:
        """Ends the runs of a version that never began (see `Run.never_began`) as failed, so that others may start; not
        one that a process begins just now. Returns the ids of those that it ended."""
        silent = self._now() - runs.c.seen >= START_S
        unbegun = (runs.c.tag == tag, runs.c.status == "pending", runs.c.worker != QUEUED, silent)
        reason, stop = NEVER_BEGAN
        values = {"status": "failed", "reason": reason, "stop": stop.value}
        with self._engine.begin() as connection:
            ended = connection.execute(runs.update().where(*unbegun).values(**values).returning(runs.c.id))
            return frozenset(ended.scalars())

    @retried
    def reopen(self, run_id: str, check: Callable[[Run], None] = lambda other: None) -> None:
        """Makes it a pending run again that nobody owns. Raises what `check` raises for another run of the same version
        that has not ended, see `create`."""
        values = {"status": "pending", "reason": "", "stop": "", "worker": "", "seen": self._now()}
        update = runs.update().where(runs.c.id == run_id).values(**values).returning(runs.c.tag)
        with self._engine.begin() as connection:
            tag = connection.execute(update).scalar()
            if tag is not None:
                _lock(connection, tag)
                self._check_others(connection, run_id, tag, check)

    @retried
    def cancel(self, run_id: str) -> bool:
        """Asks a run to stop; its process notices at its next heartbeat. False if it had ended already."""
        open_still = runs.c.status.in_(OPEN)
        values = {"status": "canceled", "reason": "It was canceled."}
        with self._engine.begin() as connection:
            changed = connection.execute(runs.update().where(runs.c.id == run_id, open_still).values(**values))
        return changed.rowcount == 1

    @retried
    def run(self, run_id: str) -> Run:
        """Raises RunError if there is none."""
        with self._engine.connect() as connection:
            row = connection.execute(self._query().where(runs.c.id == run_id)).first()
        if row is None:
            raise RunError(f"There is no run '{run_id[:20]}'.", Advice.LIST_RUNS)
        return _run(row)

    @retried
    def servers(self, tag: str) -> tuple[str, ...]:
        """The model's servers with which runs of a version were started, in alphabetical order."""
        query = sa.select(runs.c.server).where(runs.c.tag == tag, runs.c.server.is_not(None)).distinct()
        with self._engine.connect() as connection:
            return tuple(sorted(connection.execute(query).scalars()))

    @retried
    def runs(self, tag: str | None = None) -> list[Run]:
        """Newest first."""
        query = self._query().order_by(runs.c.created.desc(), runs.c.id)
        if tag is not None:
            query = query.where(runs.c.tag == tag)
        with self._engine.connect() as connection:
            return [_run(row) for row in connection.execute(query)]

    @retried
    def spent(self, tags: Collection[str], pricing: Pricing) -> dict[str, float | None]:
        """USD that each run of these versions paid, by its id, in one look: as `TaskCounts.spent_usd`. Runs that paid
        nothing are left out."""
        of_versions = sa.select(runs.c.id).where(runs.c.tag.in_(tags))
        with self._engine.connect() as connection:
            amounts = spending_by_run(connection, of_versions, pricing)
        return {run_id: total(usd) for run_id, usd in amounts.items()}

    def _query(self) -> Any:
        """All columns that `_run` needs."""
        silent_s = (self._now() - runs.c.seen).label("silent_s")
        return sa.select(*(silent_s if column is runs.c.seen else column for column in runs.c))


def _lock(connection: sa.Connection, tag: str) -> None:
    """Until the transaction ends, nobody else starts a run of this version or takes one up again. SQLite is locked by
    the first change."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(tag))))


def _of(run_id: str, worker: str | None) -> sa.ColumnElement[bool]:
    """The condition for a run that `worker` owns: QUEUED for one that any number of workers share, None for anybody."""
    return runs.c.id == run_id if worker is None else (runs.c.id == run_id) & (runs.c.worker == worker)


def reason_now(waits_for: str) -> Any:
    """The reason after a heartbeat: what a run in progress waits for; the reason of one that has ended stays."""
    return sa.case((runs.c.status == "in_progress", waits_for), else_=runs.c.reason)


def _new(moment: float) -> dict[str, Any]:
    """The columns of a pending run without an owner, made at `moment` (seconds since 1970)."""
    created = datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds")
    return {"status": "pending", "reason": "", "created": created, "worker": "", "seen": moment, "seconds": 0.0}


def _row(order: NewRun) -> dict[str, Any]:
    row = order._asdict()
    del row["author"]
    scope = row.pop("scope")
    if isinstance(scope, Subset):
        return row | {"subset": str(scope), "search": None}
    return row | {"subset": None, "search": asdict(scope)}


def _run(row: Any) -> Run:
    values = dict(row._mapping)
    subset, search = values.pop("subset"), values.pop("search")
    values["stop"] = StopKind(values["stop"] or "")
    return Run(scope=read_subset(subset) if search is None else SearchOptions(**search), **values)
