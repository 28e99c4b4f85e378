"""The tasks of each run: the digest of the request, and what became of the task.

Counts are not stored: they are derived from stored completions, so a crash cannot make them wrong.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import sqlalchemy as sa

from backend.adapters.database.budgets.budget_ledger import PAID, costs, spending, total
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import asks, completions, payers, prompts, runs, samples, versions
from backend.domain.chat.request import ChatRequest, PlannedRequests
from backend.domain.outcome import Failure, Outcome, Rejection
from backend.domain.prompts.confidence_option import LOGPROBS, samples_of
from backend.domain.prompts.version import parse_tag
from backend.domain.resolution.pricing import Pricing
from backend.domain.runs.run import Run, TaskCounts

PAGE = 1000
"""Tasks whose answers are in memory at once; four times as many take no less time."""
FIRST, SECOND = 1, 2
"""Steps of a cascade."""


@dataclass(frozen=True, slots=True)
class RunTask:
    """One task of a run.

    digest: of its request; None if it could not be asked about
    sent: requests that were sent for it
    reason, failure: of its Rejection or Failure, if any
    then_digest: of the request to the second model of a cascade
    step: which model of a cascade made the outcome, 1 or 2; None while there is none
    first_failure: kind of the Failure of the first one, if that led on
    """

    task_id: int
    digest: str | None
    failure: Failure | None = None
    rejection: str | None = None
    sent: int = 0
    then_digest: str | None = None
    step: int | None = None
    first_failure: str | None = None

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        verdict, first = outcome.verdict, outcome.first
        failure = verdict if isinstance(verdict, Failure) else None
        rejection = verdict.reason if isinstance(verdict, Rejection) else None
        if first is None:
            return cls(outcome.task_id, outcome.digest, failure, rejection, outcome.sent, step=FIRST)
        led_on = first.verdict.kind if isinstance(first.verdict, Failure) else None
        steps = (outcome.digest, SECOND, led_on)
        return cls(outcome.task_id, first.digest, failure, rejection, outcome.sent, *steps)


class RunTaskStore(Repository):
    """See Repository."""

    @retried
    def note(self, run_id: str, tasks: Collection[RunTask]) -> None:
        """Writes what became of tasks of a run."""
        with self._engine.begin() as connection:
            self._note(connection, run_id, tasks)

    @retried
    def plan(self, run_id: str, planned: PlannedRequests) -> None:
        """Writes which tasks of a run will be asked about, with the digests of their requests."""
        requests = [(task_id, ask) for task_id, ask in planned if isinstance(ask, ChatRequest)]
        steps = [step for _, ask in requests for step in (ask, ask.then) if step is not None]
        repeated = [_sample(step, sample) for step in steps for sample in step.samples[1:]]
        with self._engine.begin() as connection:
            self._note(connection, run_id, (_planned(task_id, ask) for task_id, ask in requests))
            if repeated:
                connection.execute(self._insert(samples).on_conflict_do_nothing(), repeated)

    def _note(self, connection: sa.Connection, run_id: str, tasks: Iterable[RunTask]) -> None:
        rows = [_row(run_id, task) for task in tasks]
        if not rows:
            return
        insert = self._insert(asks)
        replaced = ("digest", "rejection", "failure", "detail", "step", "first_failure")
        update = {name: insert.excluded[name] for name in replaced}
        update["sent"] = asks.c.sent + insert.excluded.sent
        update["then_digest"] = sa.func.coalesce(insert.excluded.then_digest, asks.c.then_digest)
        connection.execute(insert.on_conflict_do_update(index_elements=["run_id", "task_id"], set_=update), rows)

    @retried
    def quarantine(self, run_id: str, tasks: Sequence[int], failure: Failure) -> None:
        """Notes a Failure for tasks of a run; a stored answer still counts."""
        rows = [_row(run_id, RunTask(task, None, failure)) for task in tasks]
        insert = self._insert(asks)
        update = {name: insert.excluded[name] for name in ("failure", "detail")}
        with self._engine.begin() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["run_id", "task_id"], set_=update), rows)

    @retried
    def count(self, run_id: str) -> int:
        """Tasks of a run that are noted."""
        query = sa.select(sa.func.count()).where(asks.c.run_id == run_id)
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def of_version(self, tag: str, size: int = PAGE, only: Collection[int] | None = None) -> Iterator[list[RunTask]]:
        """The newest entry about each task, or the few in `only`, over all runs of a version, by task id, in pages."""
        which = asks.c.run_id.in_(sa.select(runs.c.id).where(runs.c.tag == tag))
        return self._pages(which if only is None else which & asks.c.task_id.in_(only), size)

    def of_run(self, run_id: str, size: int = PAGE) -> Iterator[list[RunTask]]:
        """The entries of one run, by task id, in pages."""
        return self._pages(asks.c.run_id == run_id, size)

    @retried
    def stamp(self, tag: str) -> tuple[int, ...]:
        """Numbers that change when what is stored about a version's tasks has changed."""
        of_version = sa.select(asks.c.digest).join_from(asks, runs).where(runs.c.tag == tag)
        noted = (
            sa.func.count(),
            sa.func.sum(asks.c.sent),
            sa.func.count(asks.c.failure),
            sa.func.count(asks.c.rejection),
        )
        first = sa.select(*noted).join_from(asks, runs).where(runs.c.tag == tag)
        answers = sa.select(sa.func.count()).select_from(completions).where(completions.c.digest.in_(of_version))
        with self._engine.connect() as connection:
            row = connection.execute(first).one()
            return (*(number or 0 for number in row), connection.execute(answers).scalar_one())

    @retried
    def some(self, tag: str, most: int) -> list[tuple[int, str]]:
        """Some of the tasks that a version was asked about, with the digests of their requests."""
        of_version = sa.select(asks.c.task_id, asks.c.digest).join_from(asks, runs)
        query = of_version.where(runs.c.tag == tag, asks.c.digest.is_not(None)).limit(most)
        with self._engine.connect() as connection:
            return [(row.task_id, row.digest) for row in connection.execute(query)]

    @retried
    def counts(self, run: Run, pricing: Pricing) -> TaskCounts:
        """The progress of a run. Answers of later runs change nothing: this run had no answer."""
        of_run = asks.c.run_id == run.id
        repeats = self._repeats(run.tag)
        answered: Any = sa.exists().where(completions.c.digest == asks.c.digest)
        if repeats:
            answered = sa.and_(answered, _answered_repeats(repeats) == repeats)
        by_run = sa.func.coalesce(payers.c.run_id, "") == run.id  # SQLite then looks digests up, not runs
        own = sa.exists().select_from(PAID).where(completions.c.digest == asks.c.digest, by_run)
        plain = sa.and_(answered, sa.or_(asks.c.failure.is_(None), own))
        settled = sa.and_(asks.c.step.is_not(None), asks.c.failure.is_(None))
        stored = sa.case((asks.c.then_digest.is_not(None), settled), else_=plain)
        counted = {
            "planned": sa.func.count(),
            "done": _count(stored),
            "failed": _count(sa.and_(asks.c.failure.is_not(None), sa.not_(stored))),
            "rejected": _count(sa.and_(asks.c.rejection.is_not(None), stored)),
            "requests": sa.func.coalesce(sa.func.sum(asks.c.sent), 0),
            "reused": _count(sa.and_(stored, asks.c.sent == 0)),
        }
        query = sa.select(*(value.label(name) for name, value in counted.items())).select_from(asks).where(of_run)
        with self._engine.connect() as connection:
            row = connection.execute(query).one()
            behind = completions.c.digest.in_(sa.union_all(*_behind(of_run, repeats)))
            cost, saved = (
                total(costs(connection, condition, pricing)) for condition in (behind, sa.and_(behind, sa.not_(by_run)))
            )
            spent = total(spending(connection, run.id, pricing))
        tasks = max(run.tasks or 0, row.planned)
        return TaskCounts(tasks, row.done, row.failed, row.rejected, row.requests, row.reused, cost, saved, spent)

    def _pages(self, which: Any, size: int) -> Iterator[list[RunTask]]:
        last = -1
        while page := self._asks_after(which, last, size):
            yield page
            last = page[-1].task_id

    @retried
    def _asks_after(self, which: Any, last: int, size: int) -> list[RunTask]:
        condition = sa.and_(which, asks.c.task_id > last)
        ids = sa.select(asks.c.task_id).where(condition).distinct().order_by(asks.c.task_id).limit(size).subquery()
        highest = sa.select(sa.func.max(ids.c.task_id)).scalar_subquery()
        page = sa.select(asks).join_from(asks, runs).where(condition, asks.c.task_id <= highest)
        return self._newest(page.order_by(runs.c.created, runs.c.id))

    def _repeats(self, tag: str) -> int:
        """How often a version's requests are repeated."""
        name, number = parse_tag(tag)
        condition = sa.and_(prompts.c.name == name, versions.c.number == number)
        query = sa.select(versions.c.confidence).join_from(versions, prompts).where(condition)
        with self._engine.connect() as connection:
            return samples_of(connection.execute(query).scalar() or LOGPROBS) - 1

    def _newest(self, query: Any) -> list[RunTask]:
        with self._engine.connect() as connection:
            newest = {row.task_id: run_task(row) for row in connection.execute(query)}
        return [newest[task_id] for task_id in sorted(newest)]


def _behind(of_run: Any, repeats: int) -> Iterator[Any]:
    """The digests of the requests that a run's outcomes are made of, and of the first `repeats` repetitions."""
    second = sa.and_(of_run, asks.c.step == SECOND)
    for digest, which in ((asks.c.digest, of_run), (asks.c.then_digest, second)):
        yield sa.select(digest).where(which, digest.is_not(None))
        if repeats:
            same = sa.and_(samples.c.request == digest, samples.c.number <= repeats)
            yield sa.select(samples.c.digest).join_from(samples, asks, same).where(which)


def _planned(task_id: int, ask: ChatRequest) -> RunTask:
    return RunTask(task_id, ask.digest, then_digest=ask.then.digest if ask.then else None)


def _answered_repeats(most: int) -> Any:
    """How many of the first `most` repetitions of a task's request have an answer."""
    answered = sa.exists().where(completions.c.digest == samples.c.digest)
    count = sa.select(sa.func.count()).select_from(samples)
    return count.where(samples.c.request == asks.c.digest, samples.c.number <= most, answered).scalar_subquery()


def _count(condition: Any) -> Any:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _row(run_id: str, ask: RunTask) -> dict[str, Any]:
    failure = ask.failure
    return {
        "run_id": run_id,
        "task_id": ask.task_id,
        "digest": ask.digest,
        "sent": ask.sent,
        "rejection": ask.rejection,
        "failure": failure.kind if failure else None,
        "detail": failure.detail if failure else None,
        "then_digest": ask.then_digest,
        "step": ask.step,
        "first_failure": ask.first_failure,
    }


def _sample(request: ChatRequest, sample: ChatRequest) -> dict[str, Any]:
    return {"digest": sample.digest, "request": request.digest, "number": sample.sample}


def run_task(row: Any) -> RunTask:
    failure = Failure(row.failure, row.detail or "") if row.failure else None
    rest = (row.then_digest, row.step, row.first_failure)
    return RunTask(row.task_id, row.digest, failure, row.rejection, row.sent, *rest)
