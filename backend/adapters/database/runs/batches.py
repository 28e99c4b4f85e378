"""Batches: the requests in each, its state at the provider, and its answers.

Each step at the provider is stored before it is taken and again when its result is known. So whoever continues after a
crash knows what may have happened, and looks before doing it again.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from backend.adapters.database.completions import this_month
from backend.adapters.database.engine import CHUNK
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import batch_lines, batches, completions, runs
from backend.domain.chat.request import Completion
from backend.domain.outcome import Failure
from backend.domain.urls import public_url

STATES = ("writing", "uploading", "uploaded", "creating", "open", "ended")
UNASKED = STATES[:3]
"""Nothing can be billed yet in these; `uploading` and `creating` mean that it may or may not have happened."""


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A batch and its state.

    run_id: the run that waits for it
    canceled: whether it is to be canceled
    file_id, batch_id: the provider's names for its file and itself; None until they are known
    project: whose tasks it asks about; None for a batch of an early release whose run is deleted
    tidied: whether its files are deleted at the provider
    """

    id: str
    run_id: str
    base_url: str
    model: str
    state: str
    canceled: bool = False
    file_id: str | None = None
    batch_id: str | None = None
    project: int | None = None
    tidied: bool = False

    @property
    def file_name(self) -> str:
        """A name that distinguishes its file from all others at the provider."""
        return f"open-prompts-{self.id}.jsonl"


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A request in a batch: the first task that it is for, and its Failure, if it had one."""

    digest: str
    task_id: int
    failure: Failure | None


class BatchStore(Repository):
    """See Repository."""

    @retried
    def create(self, run_id: str, base_url: str, model: str) -> StoredBatch:
        """A batch without requests, in state `writing`."""
        with self._engine.begin() as connection:
            project = connection.execute(sa.select(runs.c.project).where(runs.c.id == run_id)).scalar()
            batch = StoredBatch(secrets.token_hex(8), run_id, public_url(base_url), model, "writing", project=project)
            connection.execute(batches.insert().values({name: getattr(batch, name) for name in StoredBatch.__slots__}))
        return batch

    @retried
    def add(self, batch: StoredBatch, requests: Mapping[str, int]) -> None:
        """Notes the requests that will be in it: digest -> the first task that it is for."""
        rows = [{"batch": batch.id, "digest": digest, "task_id": task_id} for digest, task_id in requests.items()]
        with self._engine.begin() as connection:
            connection.execute(batch_lines.insert(), rows)

    @retried
    def move(self, batch: StoredBatch, state: str, **names: str) -> StoredBatch | None:
        """The batch in its next state, with the provider's names for it; None if somebody else changed it."""
        as_known = sa.and_(batches.c.id == batch.id, batches.c.state == batch.state)
        with self._engine.begin() as connection:
            moved = connection.execute(batches.update().where(as_known).values(state=state, **names))
            row = connection.execute(sa.select(batches).where(batches.c.id == batch.id)).first()
        return StoredBatch(*row) if moved.rowcount == 1 and row is not None else None

    @retried
    def drop(self, batch: StoredBatch, states: Sequence[str] = UNASKED) -> None:
        """Deletes a batch that the provider does not know, unless its state is none of `states` any more."""
        condition = sa.and_(batches.c.id == batch.id, batches.c.state.in_(states))
        with self._engine.begin() as connection:
            connection.execute(batches.delete().where(condition))

    @retried
    def cancel(self, run_id: str) -> None:
        """Notes that all batches of a run are to be canceled, and deletes those that were not sent yet."""
        condition = sa.and_(batches.c.run_id == run_id, batches.c.state != "ended")
        with self._engine.begin() as connection:
            connection.execute(batches.update().where(condition).values(canceled=True))
            connection.execute(batches.delete().where(condition, batches.c.state.in_(UNASKED)))

    @retried
    def of_run(self, run_id: str) -> list[StoredBatch]:
        """The batches that the run waits for."""
        return self._where(batches.c.run_id == run_id)

    @retried
    def of_version(self, tag: str, base_url: str) -> list[StoredBatch]:
        """The batches that any run of a version waits for, at this provider."""
        run_ids = sa.select(runs.c.id).where(runs.c.tag == tag)
        return self._where(sa.and_(batches.c.run_id.in_(run_ids), batches.c.base_url == public_url(base_url)))

    @retried
    def adopt(self, batch: StoredBatch, run_id: str) -> StoredBatch:
        """From now on this run waits for it."""
        with self._engine.begin() as connection:
            connection.execute(batches.update().where(batches.c.id == batch.id).values(run_id=run_id))
        return replace(batch, run_id=run_id)

    @retried
    def under_way(self, digests: Sequence[str], run_id: str) -> dict[str, StoredBatch]:
        """The batches that hold these requests: batches of the run, and those of other runs that the provider has."""
        at_work = sa.or_(batches.c.run_id == run_id, batches.c.state == "open")
        query = sa.select(batch_lines.c.digest, batches).join_from(batch_lines, batches)
        query = query.where(at_work, batches.c.state != "ended")
        return {row[0]: StoredBatch(*row[1:]) for row in self._by_digest(query, digests)}

    @retried
    def lines(self, digests: Sequence[str], among: Sequence[str]) -> list[BatchLine]:
        """What `among` (ids of batches) contain of these requests."""
        if not among:
            return []
        query = sa.select(batch_lines).where(batch_lines.c.batch.in_(among))
        return [_line(row) for row in self._by_digest(query, digests)]

    @retried
    def keep(self, batch: StoredBatch, replies: Mapping[str, Completion | Failure]) -> None:
        """Stores the answers to requests of a batch, each once however often it is given; others are left out."""
        answers = [reply for reply in replies.values() if isinstance(reply, Completion)]
        rows = self._store.rows(answers, batch.run_id, this_month())
        with self._engine.begin() as connection:
            new = self._first_time(connection, batch, list(replies))
            rows = [row for row in rows if row["digest"] in new]
            attempts = _attempts(connection, [row["digest"] for row in rows])
            if rows:
                numbered = [row | {"attempt": attempts.get(row["digest"], 0)} for row in rows]
                connection.execute(self._insert(completions).on_conflict_do_nothing(), numbered)
            failures = {d: reply for d, reply in replies.items() if d in new and isinstance(reply, Failure)}
            for digest, failure in failures.items():
                condition = sa.and_(batch_lines.c.batch == batch.id, batch_lines.c.digest == digest)
                values = {"failure": failure.kind, "detail": failure.detail}
                connection.execute(batch_lines.update().where(condition).values(**values))

    @retried
    def end(self, batch: StoredBatch, rest: Failure) -> None:
        """All answers have arrived; requests with neither answer nor error get `rest`."""
        left = sa.and_(batch_lines.c.batch == batch.id, sa.not_(batch_lines.c.done))
        values = {"done": True, "failure": rest.kind, "detail": rest.detail}
        with self._engine.begin() as connection:
            connection.execute(batch_lines.update().where(left).values(**values))
            connection.execute(batches.update().where(batches.c.id == batch.id).values(state="ended"))

    @retried
    def untidied(self, project: int | None = None, most: int = 1000) -> list[StoredBatch]:
        """The batches of a project that may have files at the provider; without a project, all ended ones, newest
        first."""
        condition = batches.c.state == "ended" if project is None else batches.c.project == project
        query = sa.select(batches).where(condition, sa.not_(batches.c.tidied), batches.c.state != "writing")
        with self._engine.connect() as connection:
            return [StoredBatch(*row) for row in connection.execute(query.limit(most))]

    @retried
    def tidy(self, batch: StoredBatch) -> None:
        """Notes that the provider has none of its files any more."""
        with self._engine.begin() as connection:
            connection.execute(batches.update().where(batches.c.id == batch.id).values(tidied=True))

    def _where(self, condition: Any) -> list[StoredBatch]:
        query = sa.select(batches).where(condition, batches.c.state != "ended").order_by(batches.c.id)
        with self._engine.connect() as connection:
            return [StoredBatch(*row) for row in connection.execute(query)]

    def _by_digest(self, query: Any, digests: Sequence[str]) -> list[Any]:
        rows: list[Any] = []
        with self._engine.connect() as connection:
            for start in range(0, len(digests), CHUNK):
                chunk = digests[start : start + CHUNK]
                rows += connection.execute(query.where(batch_lines.c.digest.in_(chunk))).all()
        return rows

    def _first_time(self, connection: sa.Connection, batch: StoredBatch, digests: Sequence[str]) -> set[str]:
        """Marks requests as done and returns those that were not. The update locks them against other writers."""
        todo = sa.and_(batch_lines.c.batch == batch.id, batch_lines.c.digest.in_(digests), sa.not_(batch_lines.c.done))
        marked = batch_lines.update().where(todo).values(done=True).returning(batch_lines.c.digest)
        return set(connection.execute(marked).scalars())


def _attempts(connection: sa.Connection, digests: Sequence[str]) -> dict[str, int]:
    """The number of the next attempt of each request that has any."""
    highest = sa.select(completions.c.digest, sa.func.max(completions.c.attempt) + 1)
    grouped = highest.where(completions.c.digest.in_(digests)).group_by(completions.c.digest)
    return {row[0]: row[1] for row in connection.execute(grouped)}


def _line(row: Any) -> BatchLine:
    failure = Failure(row.failure, row.detail or "") if row.failure else None
    return BatchLine(row.digest, row.task_id, failure)
