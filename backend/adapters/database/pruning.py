"""Pruning: counts and deletes runs that ended long ago and that no version in use needs.

Runs go as a whole, with their answers; an answer that another run asks for stays. Answers that no run asks for any
more, because their version was deleted, go too. What annotators of a project may get again stays: all that was asked
about a project in which a version is in use, outside of runs. A version that predicts new tasks by itself is in use
too. Runs with answers of other programs stay, because these answers can't be asked for again.
"""

from typing import Any

import sqlalchemy as sa

from backend.adapters.database.budgets import kept_costs
from backend.adapters.database.completion_sources import REQUESTED, not_among, requested
from backend.adapters.database.payers import paid_by, paid_in
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.space import free_space
from backend.adapters.database.tables import (
    asks,
    batches,
    completions,
    connections,
    keep_ups,
    outside_answers,
    payers,
    payments,
    runs,
    samples,
    sources,
)
from backend.domain.runs.pruning import Prunable, PruneChoice
from backend.domain.runs.run import FINAL

OF_A_DAY = "day:%"
"""Who pays for what the server asks under a daily limit, see `period_ledger`: it counts what is there."""


class PruneStore(Repository):
    """See Repository."""

    @retried
    def prunable(self, choice: PruneChoice) -> Prunable:
        optional_sizes = (
            sa.func.coalesce(sa.func.length(column), 0) for column in (completions.c.logprobs, completions.c.branches)
        )
        size = sum(optional_sizes, start=sa.func.length(completions.c.text))
        number, total = sa.func.count(), sa.func.sum(sa.cast(size, sa.BigInteger))
        of_answers = sa.select(number, sa.func.coalesce(total, 0)).select_from(completions)
        with self._engine.connect() as connection:
            count = connection.execute(sa.select(number).select_from(runs).where(_chosen(choice))).scalar_one()
            answers, held = connection.execute(of_answers.where(_unneeded(choice))).one()
        return Prunable(int(count), int(answers), int(held))

    @retried
    def prune(self, choice: PruneChoice) -> None:
        """Deletes everything that `prunable` counts, and gives the space back to the disk."""
        chosen = sa.select(runs.c.id).where(_chosen(choice))
        with self._engine.begin() as connection:
            going = sa.select(completions.c.digest).where(_unneeded(choice))
            connection.execute(sources.delete().where(sources.c.digest.in_(going)))
            kept_costs.keep(connection, _unneeded(choice))
            connection.execute(completions.delete().where(_unneeded(choice)))
            kept_costs.unname(connection, chosen)
            connection.execute(payments.delete().where(kept_costs.unneeded(chosen)))
            connection.execute(batches.delete().where(batches.c.run_id.in_(chosen)))
            connection.execute(runs.delete().where(_chosen(choice)))
            requests = sa.union(*(sa.select(digest).where(digest.is_not(None)) for digest in REQUESTED))
            connection.execute(samples.delete().where(not_among(samples.c.request, requests)))
        free_space(self._engine, (completions, asks, sources, samples))


def _chosen(choice: PruneChoice) -> Any:
    """The condition for runs that go."""
    in_use = sa.select(connections.c.in_use).where(connections.c.in_use.is_not(None))
    conditions: list[Any] = [runs.c.status.in_(FINAL), runs.c.created < choice.before]
    conditions += [runs.c.tag.not_in(in_use), runs.c.tag.not_in(sa.select(keep_ups.c.tag))]
    untidied = sa.select(batches.c.run_id).where(sa.not_(batches.c.tidied))
    conditions += [runs.c.id.not_in(untidied), ~sa.exists().where(outside_answers.c.run_id == runs.c.id)]
    if choice.project is not None:
        conditions.append(runs.c.project == choice.project)
    if choice.tags:
        conditions.append(runs.c.tag.in_(choice.tags))
    return sa.and_(*conditions)


def _unneeded(choice: PruneChoice) -> Any:
    """The condition for completions that go."""
    chosen, digest, payer = _chosen(choice), completions.c.digest, payers.c.run_id
    candidates: list[Any] = [
        paid_in(payer.in_(sa.select(runs.c.id).where(chosen))),
        *requested(chosen),
    ]
    if choice.everything:
        candidates.append(paid_in(sa.or_(payer.is_(None), payer.not_in(sa.select(runs.c.id)))))
    of_stay = sa.select(runs.c.id).where(sa.not_(chosen))
    served = sa.select(connections.c.project).where(connections.c.in_use.is_not(None))
    return sa.and_(
        digest.in_(sa.union(*candidates)),
        paid_by(sa.or_(payer.is_(None), sa.and_(payer.not_in(of_stay), payer.not_like(OF_A_DAY)))),
        not_among(digest, sa.union(*requested(sa.not_(chosen)))),
        not_among(digest, sa.select(sources.c.digest).where(sources.c.project.in_(served))),
    )
