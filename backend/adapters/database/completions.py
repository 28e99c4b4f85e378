"""Stored completions: written once, under the digest of their request."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from backend.adapters.database import completion_sources as sources
from backend.adapters.database.engine import CHUNK
from backend.adapters.database.retry import RetryPolicy, retried
from backend.adapters.database.tables import completions
from backend.domain.chat.packed import PackedBranches, PackedPieces
from backend.domain.chat.request import Completion
from backend.domain.connection import RESERVED


def this_month() -> str:
    """YYYY-MM in UTC, because servers in several places share a month."""
    return f"{datetime.now(UTC):%Y-%m}"


_LOGPROBS, _BRANCHES = map(Completion.__slots__.index, ("logprobs", "branches"))
_COLUMNS = [completions.c[name] for name in Completion.__slots__]


class CompletionStore:
    """A part of Store."""

    engine: sa.Engine
    insert: Any
    retry: RetryPolicy

    @retried
    def add_completions(
        self, answers: Collection[Completion], run_id: str | None = None, project: int | None = None
    ) -> None:
        """Stores completions; existing ones stay as they are.

        run_id: the run that asked for them
        project: the project whose tasks they are about, if no run says so
        """
        # The same order everywhere: PostgreSQL ends writers that wait for each other's rows.
        ordered = sorted(answers, key=lambda completion: (completion.digest, completion.attempt))
        month = this_month()
        rows = [
            {name: getattr(completion, name) for name in Completion.__slots__}
            | {"run_id": run_id, "month": None if completion.connection in RESERVED else month}
            for completion in ordered
        ]
        if not rows:
            return
        with self.engine.begin() as connection:
            connection.execute(self.insert(completions).on_conflict_do_nothing(), rows)
            if project is not None:
                sources.note(connection, self.insert, project, (row["digest"] for row in rows))

    @retried
    def completions(self, digests: Sequence[str]) -> dict[str, list[Completion]]:
        """Stored attempts by digest, in order of attempt; digests without any are absent."""
        by_digest: dict[str, list[Completion]] = {}
        query = sa.select(*_COLUMNS).order_by(completions.c.digest, completions.c.attempt)
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
