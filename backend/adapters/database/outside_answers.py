"""Repository of answers that were given from outside."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from backend.adapters.database.prompts import now
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import outside_answers
from backend.domain.outcome import Failure
from backend.domain.outside_answer import OutsideAnswer
from backend.domain.person import Person

_SENT = ("output", "failure", "detail", "cost_usd", "created", "user_email")


class OutsideAnswerStore(Repository):
    """See Repository."""

    @retried
    def add(self, run_id: str, answers: Sequence[OutsideAnswer], person: Person) -> None:
        """Replaces what the same person sent about the same task of the run."""
        rows = [_row(run_id, answer, person) for answer in answers]
        if not rows:
            return
        insert = self._insert(outside_answers)
        update = {name: insert.excluded[name] for name in _SENT}
        keys = ["run_id", "task_id", "user_id"]
        with self._engine.begin() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=update), rows)

    @retried
    def of(self, run_id: str) -> list[OutsideAnswer]:
        """The newest of each task of a run, by task."""
        query = sa.select(outside_answers).where(outside_answers.c.run_id == run_id).order_by(outside_answers.c.created)
        with self._engine.connect() as connection:
            newest = {row.task_id: _answer(row) for row in connection.execute(query)}
        return [newest[task] for task in sorted(newest)]


def _row(run_id: str, answer: OutsideAnswer, person: Person) -> dict[str, Any]:
    failure = answer.failure
    return {
        "run_id": run_id,
        "task_id": answer.task_id,
        "user_id": person.id,
        "user_email": person.email,
        "output": None if answer.output is None else dict(answer.output),
        "failure": failure.kind if failure else None,
        "detail": failure.detail if failure else None,
        "cost_usd": answer.cost_usd,
        "created": now("microseconds"),
    }


def _answer(row: Any) -> OutsideAnswer:
    failure = None if row.failure is None else Failure(row.failure, row.detail or "")
    return OutsideAnswer(row.task_id, row.output, failure, row.cost_usd, row.created, row.user_id, row.user_email)
