"""Stored completions: written once, under the digest of their request."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from backend.adapters.database import completion_sources as sources
from backend.adapters.database.engine import CHUNK
from backend.adapters.database.payers import Payer, Payers
from backend.adapters.database.retry import RetryPolicy, retried
from backend.adapters.database.tables import completions, payers, runs
from backend.domain.chat.compression import compressed, is_pair
from backend.domain.chat.packed import PackedBranches, PackedPieces, packed
from backend.domain.chat.request import Completion
from backend.domain.connections.connection import RESERVED


def this_month() -> str:
    """YYYY-MM in UTC, because servers in several places share a month."""
    return f"{datetime.now(UTC):%Y-%m}"


_PAID = completions.c.payer == payers.c.id
_OF_PAYER = ("model", "connection")
_TOKENS = ("logprobs", "branches")
_OWN = [name for name in Completion.__slots__ if name not in (*_OF_PAYER, *_TOKENS)]
_LOGPROBS, _BRANCHES = map(Completion.__slots__.index, _TOKENS)
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
        self,
        answers: Collection[Completion],
        run_id: str | None = None,
        project: int | None = None,
        run_project: int | None = None,
    ) -> None:
        """Stores completions; existing ones stay as they are.

        run_id: the run that asked for them
        project: the project whose tasks they are about, if no run says so
        run_project: the same of the run, noted if that was deleted meanwhile
        """
        rows = self.rows(answers, run_id, this_month())
        if not rows:
            return
        with self.engine.begin() as connection:
            connection.execute(self.insert(completions).on_conflict_do_nothing(), rows)
            if run_project is not None and connection.execute(_run(run_id)).first() is None:
                project = run_project
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
        return [self._row(packed(answer), run_id, month) for answer in ordered]

    def _row(self, answer: Completion, run_id: str | None, month: str | None) -> dict[str, Any]:
        row: dict[str, Any] = {name: getattr(answer, name) for name in _OWN}
        row["payer"] = self._payer(answer, run_id, month)
        row["logprobs"], row["branches"] = _stored_tokens(answer)
        return row

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


def _run(run_id: str | None) -> Any:
    return sa.select(runs.c.id).where(runs.c.id == run_id)


def _completion(row: Any) -> Completion:
    """Read a hundred thousand times: `dataclasses.replace` would cost more than all the rest."""
    values: list[Any] = list(row)
    values[_LOGPROBS], values[_BRANCHES] = read_tokens(row.logprobs, row.branches)
    return Completion(*values)


def _stored_tokens(completion: Completion) -> tuple[bytes | None, bytes | None]:
    """The tokens of a packed completion as they are stored, in the columns `logprobs` and `branches`.

    Where there are both, they stand together in the first, which takes less time and fewer bytes.
    """
    pieces, branches = completion.logprobs, completion.branches
    if isinstance(pieces, PackedPieces) and isinstance(branches, PackedBranches):
        return compressed(pieces.text, branches.text), None
    return (
        pieces.stored() if isinstance(pieces, PackedPieces) else None,
        branches.stored() if isinstance(branches, PackedBranches) else None,
    )


def read_tokens(
    logprobs: bytes | str | None, branches: bytes | str | None
) -> tuple[PackedPieces | None, PackedBranches | None]:
    """Of what is stored in both columns, by this release or an earlier one."""
    if logprobs is not None and is_pair(logprobs):
        branches = logprobs
    return (
        None if logprobs is None else PackedPieces(logprobs),
        None if branches is None else PackedBranches(branches),
    )
