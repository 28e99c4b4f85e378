"""The record of runs: what each is to do, who works on it, and how it ended. `asks` has what its tasks came to."""

import secrets
import time
from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa

from backend.core.runs import ALIVE_S, OPEN, QUEUED, Run
from backend.edges.annex import Annex
from backend.edges.ask_store import AskStore
from backend.edges.store import Store, now, told
from backend.edges.tables import runs
from backend.errors import RunError

PAGE = 4000


class Order(NamedTuple):
    """What a run is to do; see `core.runs.Run`."""

    tag: str
    project: int
    subset: str
    push: bool = True
    keep: bool = False
    budget: float | None = None
    batch: bool = False


class RunStore(Annex):
    """See Annex."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.asks = AskStore(store)

    @told
    def create(self, order: Order, check: Callable[[Run], None] = lambda other: None) -> Run:
        """A pending run, unless `check` raises for one of the same version that has not ended: of two that are started
        at the same instant, the second one meets the first."""
        run = Run(
            id=secrets.token_hex(4),
            **order._asdict(),
            status="pending",
            reason="",
            created=now("microseconds"),
            tasks=None,
            worker="",
            seen=time.time(),
            seconds=0.0,
        )
        row = {name: getattr(run, name) for name in Run.__slots__}
        others = sa.select(runs).where(runs.c.tag == order.tag, runs.c.status.in_(OPEN), runs.c.id != run.id)
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":  # SQLite is locked by the insert
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(order.tag))))
            connection.execute(runs.insert().values(**row))
            for other in connection.execute(others):
                check(Run(*other))
        return run

    @told
    def limit(self, run_id: str, budget: float) -> None:
        """Sets the most USD a run may spend."""
        with self._engine.begin() as connection:
            connection.execute(runs.update().where(runs.c.id == run_id).values(budget=budget))

    @told
    def claim(self, run_id: str, worker: str, gone: str | None = None) -> bool:
        """Takes a pending run in hand for `worker`, or one whose process is silent or is `gone`, which certainly ended.

        True when it is ours now.
        """
        lost = sa.or_(runs.c.seen < time.time() - ALIVE_S, runs.c.worker == gone)
        free = sa.or_(runs.c.status == "pending", sa.and_(runs.c.status == "in_progress", lost))
        free = sa.and_(free, runs.c.worker != QUEUED)
        values = {"status": "in_progress", "reason": "", "worker": worker, "seen": time.time()}
        with self._engine.begin() as connection:
            taken = connection.execute(runs.update().where(runs.c.id == run_id, free).values(**values))
        return taken.rowcount == 1

    @told
    def beat(self, run_id: str, seconds: float) -> str:
        """A sign of life, `seconds` after the last one; the run's status now, so that a cancel is heard."""
        mine = runs.c.id == run_id
        with self._engine.begin() as connection:
            connection.execute(runs.update().where(mine).values(seen=time.time(), seconds=runs.c.seconds + seconds))
            return str(connection.execute(sa.select(runs.c.status).where(mine)).scalar())

    @told
    def size(self, run_id: str, tasks: int) -> None:
        """Notes how many tasks the baseline has."""
        with self._engine.begin() as connection:
            connection.execute(runs.update().where(runs.c.id == run_id).values(tasks=tasks))

    @told
    def remark(self, run_id: str, sentence: str) -> None:
        """Notes what a run that is worked on waits for, as its reason."""
        mine = sa.and_(runs.c.id == run_id, runs.c.status == "in_progress")
        with self._engine.begin() as connection:
            connection.execute(runs.update().where(mine).values(reason=sentence))

    @told
    def complete(self, run_id: str) -> bool:
        """Ends a run well, unless it was canceled meanwhile, which False says."""
        mine = sa.and_(runs.c.id == run_id, runs.c.status == "in_progress")
        with self._engine.begin() as connection:
            return connection.execute(runs.update().where(mine).values(status="completed", reason="")).rowcount == 1

    @told
    def finish(self, run_id: str, status: str, reason: str = "") -> None:
        """Ends a run, unless it has ended already: of several who work on it, the first one says why."""
        mine = sa.and_(runs.c.id == run_id, runs.c.status.in_(OPEN))
        with self._engine.begin() as connection:
            connection.execute(runs.update().where(mine).values(status=status, reason=reason))

    @told
    def reopen(self, run_id: str) -> None:
        """Makes it a pending run again that nobody has."""
        values = {"status": "pending", "reason": "", "worker": ""}
        with self._engine.begin() as connection:
            connection.execute(runs.update().where(runs.c.id == run_id).values(**values))

    @told
    def cancel(self, run_id: str) -> bool:
        """Asks a run to stop; its process hears of it at its next sign of life. False when it had ended already."""
        open_still = runs.c.status.in_(OPEN)
        values = {"status": "canceled", "reason": "It was canceled."}
        with self._engine.begin() as connection:
            changed = connection.execute(runs.update().where(runs.c.id == run_id, open_still).values(**values))
        return changed.rowcount == 1

    @told
    def run(self, run_id: str) -> Run:
        """Raises RunError when there is none."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(runs).where(runs.c.id == run_id)).first()
        if row is None:
            raise RunError(f"There is no run '{run_id[:20]}': see `ls-prompts runs`.")
        return Run(*row)

    @told
    def runs(self, tag: str | None = None) -> list[Run]:
        """Newest first."""
        query = sa.select(runs).order_by(runs.c.created.desc(), runs.c.id)
        if tag is not None:
            query = query.where(runs.c.tag == tag)
        with self._engine.connect() as connection:
            return [Run(*row) for row in connection.execute(query)]
