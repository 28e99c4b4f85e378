"""Stored completions: written once, under the digest of their request."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from backend.adapters.database import completion_sources as sources
from backend.adapters.database.engine import CHUNK
from backend.adapters.database.payers import Payer, Payers
from backend.adapters.database.retry import RetryPolicy, retried
from backend.adapters.database.tables import completions, payers
from backend.domain.chat.packed import PackedBranches, PackedPieces
from backend.domain.chat.request import Completion
from backend.domain.connection import RESERVED


def this_month() -> str:
    """YYYY-MM in UTC, because servers in several places share a month."""
    return f"{datetime.now(UTC):%Y-%m}"


_LOGPROBS, _BRANCHES = map(Completion.__slots__.index, ("logprobs", "branches"))
_PAID = completions.c.payer == payers.c.id
_OF_PAYER = ("model", "connection")
_OWN = [name for name in Completion.__slots__ if name not in _OF_PAYER]
_COLUMNS: list[Any] = [
    sa.func.coalesce(payers.c[name], "").label(name) if name in _OF_PAYER else completions.c[name]
    for name in Completion.__slots__
]
"""An answer whose payer is missing stays readable: it was paid for."""


class CompletionStore:
    """A part of Store."""

    engine: sa.Engine
    insert: Any
    payers: Payers
    retry: RetryPolicy

    @retried
    def add_completions(
        self, answers: Collection[Completion], run_id: str | None = None, project: int | None = None
    ) -> None:
        """Stores completions; existing ones stay as they are.

        run_id: the run that asked for them
        project: the project whose tasks they are about, if no run says so
        """
        rows = self.rows(answers, run_id, this_month())
        if not rows:
            return
        with self.engine.begin() as connection:
            connection.execute(self.insert(completions).on_conflict_do_nothing(), rows)
            if project is not None:
                sources.note(connection, self.insert, project, (row["digest"] for row in rows))

    def rows(
        self, answers: Collection[Completion], run_id: str | None, month: str | None = None
    ) -> list[dict[str, Any]]:
        """What is stored of completions. Notes their payers, so not to be called inside of a transaction.

        month: of those that came through a stored connection
        """
        # The same order everywhere: PostgreSQL ends writers that wait for each other's rows.
        ordered = sorted(answers, key=lambda completion: (completion.digest, completion.attempt))
        return [
            {name: getattr(answer, name) for name in _OWN} | {"payer": self._payer(answer, run_id, month)}
            for answer in ordered
        ]

    def _payer(self, answer: Completion, run_id: str | None, month: str | None) -> int:
        of_month = None if answer.connection in RESERVED else month
        return self.payers.number(Payer(run_id, answer.model, answer.connection, of_month))

    @retried
    def completions(self, digests: Sequence[str]) -> dict[str, list[Completion]]:
        """Stored attempts by digest, in order of attempt; digests without any are absent."""
        by_digest: dict[str, list[Completion]] = {}
        stored = sa.select(*_COLUMNS).join_from(completions, payers, _PAID, isouter=True)
        query = stored.order_by(completions.c.digest, completions.c.attempt)
        with self.engine.connect() as connection:
            for start in range(0, len(digests), CHUNK):
                chunk = digests[start : start + CHUNK]
                for row in connection.execute(query.where(completions.c.digest.in_(chunk))):
                    by_digest.setdefault(row.digest, []).append(_completion(row))
        return by_digest


def _completion(row: Any) -> Completion:
    """Read a hundred thousand times: `dataclasses.replace` would cost more than all the rest."""
    values: list[Any] = list(row)
    if row.logprobs is not None:
        values[_LOGPROBS] = PackedPieces(row.logprobs)
    if row.branches is not None:
        values[_BRANCHES] = PackedBranches(row.branches)
    return Completion(*values)
