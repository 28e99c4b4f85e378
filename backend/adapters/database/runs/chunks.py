"""Chunks: the steps of the runs that several workers share, and which worker owns which.

Redis holds only the ids of run and chunk; the work and its owners are stored here.
"""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.runs.runs import LOST, reason_now
from backend.adapters.database.tables import jobs, runs
from backend.domain.dataset.subset import ranges
from backend.domain.runs.chunk import END, NOBODY, PLAN, Chunk, TaskIds
from backend.domain.runs.run import ALIVE_S, OPEN, QUEUED, is_lost
from backend.domain.task import parse_ids

_MINE = (jobs.c.run_id, jobs.c.number)


class ChunkStore(Repository):
    """See Repository."""

    @retried
    def open(self, run_id: str) -> None:
        """Lets workers share a run: its first chunk is to plan it, and earlier plans are deleted."""
        with self._engine.begin() as connection:
            connection.execute(jobs.delete().where(jobs.c.run_id == run_id))
            connection.execute(jobs.insert().values(**_row(run_id, PLAN, "plan")))
            condition = runs.c.id == run_id
            connection.execute(runs.update().where(condition).values(status="pending", reason="", worker=QUEUED))

    @retried
    def close(self, run_id: str) -> None:
        """Deletes the chunks of a run."""
        with self._engine.begin() as connection:
            connection.execute(jobs.delete().where(jobs.c.run_id == run_id))

    @retried
    def planned(self, run_id: str) -> tuple[int, TaskIds]:
        """Number of the last chunk, 0 for none, and the tasks of all chunks."""
        query = sa.select(jobs.c.number, jobs.c.ids).where(jobs.c.run_id == run_id, jobs.c.kind == "ask")
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        tasks = TaskIds(task for row in rows for task in parse_ids(row.ids))
        return max((row.number for row in rows), default=0), tasks

    @retried
    def add(self, run_id: str, number: int, kind: str, ids: Sequence[int] = ()) -> bool:
        """A chunk that waits for a worker; False if it exists already."""
        insert = self._insert(jobs).values(**_row(run_id, number, kind, ids)).on_conflict_do_nothing()
        with self._engine.begin() as connection:
            return connection.execute(insert.returning(jobs.c.number)).first() is not None

    @retried
    def claim(self, run_id: str, number: int, worker: str) -> Chunk | None:
        """Gives a waiting chunk to `worker`; None if it does not exist, is done, or belongs to another worker."""
        with self._engine.begin() as connection:
            if not self._take(connection, run_id, number, worker):
                return None
            condition = sa.and_(runs.c.id == run_id, runs.c.status == "pending")
            connection.execute(runs.update().where(condition).values(status="in_progress"))
            return self._job(connection, run_id, number)

    @retried
    def next_chunk(self, run_id: str, worker: str) -> Chunk | None:
        """Gives the first waiting chunk, but none during which a worker ended before: such a chunk runs alone."""
        free = (jobs.c.run_id == run_id, jobs.c.kind == "ask", jobs.c.status == "pending", jobs.c.deaths == 0)
        query = sa.select(jobs.c.number).where(*free).order_by(jobs.c.number).limit(1)
        while True:
            with self._engine.begin() as connection:
                number = connection.execute(query).scalar()
                if number is None:
                    return None
                if self._take(connection, run_id, number, worker):
                    return self._job(connection, run_id, number)
                if not self._is_open(connection, run_id):
                    return None

    def _take(self, connection: sa.Connection, run_id: str, number: int, worker: str) -> bool:
        open_runs = sa.select(runs.c.id).where(runs.c.status.in_(OPEN))
        free = sa.and_(jobs.c.run_id == run_id, jobs.c.number == number, jobs.c.status == "pending")
        update = jobs.update().where(free, jobs.c.run_id.in_(open_runs))
        values = {"status": "in_progress", "worker": worker, "seen": self._now()}
        return connection.execute(update.values(**values)).rowcount == 1

    def _is_open(self, connection: sa.Connection, run_id: str) -> bool:
        status = connection.execute(sa.select(runs.c.status).where(runs.c.id == run_id)).scalar()
        return status in OPEN

    def _job(self, connection: sa.Connection, run_id: str, number: int) -> Chunk:
        condition = sa.and_(jobs.c.run_id == run_id, jobs.c.number == number)
        return _job(connection.execute(sa.select(jobs).where(condition)).one())

    @retried
    def beat(self, run_id: str, worker: str, waits_for: str = "") -> tuple[str, set[int]]:
        """A heartbeat of `worker`; returns the run's status, which tells it that the run has ended, and the numbers of
        the unfinished chunks that it owns. The status of a deleted run is LOST.

        A run's `seconds` are those in which at least one worker owned one of its chunks.
        waits_for: see `RunStore.beat`
        """
        now = self._now()
        held = sa.and_(jobs.c.run_id == run_id, jobs.c.worker == worker, jobs.c.status == "in_progress")
        passed = sa.case((runs.c.seen > now - ALIVE_S, now - runs.c.seen), else_=0.0)
        values = {"seen": now, "seconds": runs.c.seconds + passed, "reason": reason_now(waits_for)}
        with self._engine.begin() as connection:
            update = jobs.update().where(held).values(seen=now).returning(jobs.c.number)
            owned = set(connection.execute(update).scalars())
            if owned:
                connection.execute(runs.update().where(runs.c.id == run_id, runs.c.seen < now).values(**values))
            status = connection.execute(sa.select(runs.c.status).where(runs.c.id == run_id)).scalar()
            return str(status or LOST), owned

    @retried
    def done(self, run_id: str, numbers: Sequence[int], worker: str) -> None:
        """Those of these chunks that `worker` owns, or NOBODY, are done; the others are their owners'."""
        condition = sa.and_(jobs.c.run_id == run_id, jobs.c.number.in_(numbers), jobs.c.worker == worker)
        with self._engine.begin() as connection:
            connection.execute(jobs.update().where(condition).values(status="done"))

    @retried
    def release(self, run_id: str, worker: str) -> None:
        """Releases the unfinished chunks of `worker`."""
        condition = sa.and_(jobs.c.run_id == run_id, jobs.c.worker == worker, jobs.c.status == "in_progress")
        with self._engine.begin() as connection:
            connection.execute(jobs.update().where(condition).values(status="pending", worker=NOBODY))

    @retried
    def is_shared(self, run_id: str, worker: str) -> bool:
        """Whether another worker than `worker` owns a chunk of the run."""
        others = (jobs.c.run_id == run_id, jobs.c.worker != worker, jobs.c.status == "in_progress")
        with self._engine.connect() as connection:
            return connection.execute(sa.select(jobs.c.number).where(*others).limit(1)).first() is not None

    @retried
    def is_asked(self, run_id: str) -> bool:
        """Whether the run is planned and all its chunks are done."""
        left = sa.select(sa.func.count()).where(jobs.c.run_id == run_id, jobs.c.number != END, jobs.c.status != "done")
        with self._engine.connect() as connection:
            return connection.execute(left).scalar() == 0

    @retried
    def finished_run_ids(self) -> list[str]:
        """The open runs whose chunks are all done, so that only the last step is left."""
        left = sa.func.sum(sa.case((jobs.c.status != "done", 1), else_=0))
        shared = sa.select(jobs.c.run_id).join_from(jobs, runs).where(runs.c.status.in_(OPEN))
        with self._engine.connect() as connection:
            return list(connection.execute(shared.group_by(jobs.c.run_id).having(left == 0)).scalars())

    @retried
    def revive(self, is_running: Callable[[str], bool | None]) -> list[Chunk]:
        """Releases the chunks whose workers are lost (see `domain.runs.run.is_lost`) and returns them."""
        silent_s = (self._now() - jobs.c.seen).label("silent_s")
        held = sa.select(jobs, silent_s).where(jobs.c.status == "in_progress")
        with self._engine.begin() as connection:
            lost = [row for row in connection.execute(held) if is_lost(is_running(row.worker), row.silent_s)]
            return [_job(row, 1) for row in lost if self._lay_down(connection, row)]

    def _lay_down(self, connection: sa.Connection, row: Any) -> bool:
        same = (jobs.c.run_id == row.run_id, jobs.c.number == row.number, jobs.c.worker == row.worker)
        held = jobs.update().where(*same, jobs.c.status == "in_progress", jobs.c.seen == row.seen)
        values = {"status": "pending", "worker": NOBODY, "deaths": row.deaths + 1}
        return connection.execute(held.values(**values)).rowcount == 1

    @retried
    def waiting(self) -> list[tuple[str, int]]:
        """Run and number of each chunk of an open run that nobody owns."""
        query = sa.select(*_MINE).join_from(jobs, runs).where(jobs.c.status == "pending", runs.c.status.in_(OPEN))
        with self._engine.connect() as connection:
            return [(row.run_id, row.number) for row in connection.execute(query.order_by(*_MINE))]


def _row(run_id: str, number: int, kind: str, ids: Sequence[int] = ()) -> dict[str, Any]:
    waiting = {"status": "pending", "worker": NOBODY, "seen": 0.0, "deaths": 0}
    return {"run_id": run_id, "number": number, "kind": kind, "ids": ranges(ids), **waiting}


def _job(row: Any, more_deaths: int = 0) -> Chunk:
    ids = tuple(parse_ids(row.ids)) if row.ids else ()
    return Chunk(row.run_id, row.number, row.kind, ids, row.deaths + more_deaths)
