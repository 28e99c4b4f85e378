"""The budget ledger of a run: the cost of its stored completions, and the amounts reserved for requests in flight.

The amount spent is not stored: it is derived from the completions that name the run, so a crash cannot make it wrong.
Whoever sends requests first reserves their highest possible cost, in a transaction that locks out all others of the
run.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from math import inf
from typing import Any

import sqlalchemy as sa

from backend.adapters.database.prompts import Store
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import completions, holds, payers, payments, runs
from backend.domain.chat.request import Completion
from backend.domain.resolution.pricing import Pricing, cost_of

_TOKENS = ("prompt_tokens", "cached_tokens", "completion_tokens")
SIZE = ("model", "connection", *_TOKENS)
"""What the price of a completion depends on, beside the endpoint it came by."""
_NO_BATCH = sa.false().label("batch")
"""No payment came by the batch endpoint, which keeps no budget."""
_NUMBER = sa.func.count().label("number")
PAID = completions.join(payers, completions.c.payer == payers.c.id)
"""Completions with their payers."""


class BudgetLedger(Repository):
    """The ledger of one run. Safe to share between threads, processes and machines."""

    def __init__(self, store: Store, run_id: str, pricing: Pricing) -> None:
        super().__init__(store)
        self._run_id = run_id
        self._pricing = pricing

    @retried
    def budget(self) -> float:
        """USD that may be spent in all."""
        with self._engine.connect() as connection:
            return _or_unlimited(connection.execute(sa.select(runs.c.budget).where(runs.c.id == self._run_id)).scalar())

    @retried
    def hold(self, holder: str, least: float, most: float) -> float | None:
        """Reserves up to `most` USD for `holder`, in place of its former reservation.

        Returns the amount, or None, with nothing changed, if there is no room for `least`.
        """
        with self._engine.begin() as connection:
            budget = self._locked(connection)
            room = budget - self._spent(connection) - self._held(connection, besides=holder)
            if room < least:
                return None
            amount = min(most, room)
            self._write(connection, holder, amount)
        return amount

    @retried
    def keep(self, holder: str, usd: float) -> None:
        """Lowers the reservation of `holder` to `usd`: the highest cost of requests with an unknown end."""
        with self._engine.begin() as connection:
            self._locked(connection)
            self._write(connection, holder, usd)

    @retried
    def pay(self, answer: Completion) -> None:
        """Notes an answer that was paid for and is the answer to no request."""
        row = {name: getattr(answer, name) for name in SIZE}
        with self._engine.begin() as connection:
            connection.execute(payments.insert().values(run_id=self._run_id, **row))

    @retried
    def spent(self) -> float:
        """USD that the run's stored completions cost."""
        with self._engine.connect() as connection:
            return self._spent(connection)

    def _locked(self, connection: sa.Connection) -> float:
        """The budget. Until the transaction ends nobody else gets it: the update locks SQLite, or the row."""
        update = runs.update().where(runs.c.id == self._run_id).values(budget=runs.c.budget)
        return _or_unlimited(connection.execute(update.returning(runs.c.budget)).scalar())

    def _spent(self, connection: sa.Connection) -> float:
        """The highest possible cost stays reserved where a completion's own cost is unknown."""
        return sum((usd or 0.0 for usd in spending(connection, self._run_id, self._prices(connection))), 0.0)

    def _prices(self, connection: sa.Connection) -> Pricing:
        """What the answers cost."""
        return self._pricing

    def _held(self, connection: sa.Connection, besides: str = "") -> float:
        others = sa.select(sa.func.sum(holds.c.usd)).where(holds.c.run_id == self._run_id, holds.c.holder != besides)
        return float(connection.execute(others).scalar() or 0)

    def _write(self, connection: sa.Connection, holder: str, usd: float) -> None:
        row = self._insert(holds).values(run_id=self._run_id, holder=holder, usd=usd)
        statement = row.on_conflict_do_update(index_elements=["run_id", "holder"], set_={"usd": usd})
        connection.execute(statement)


def _or_unlimited(budget: float | None) -> float:
    return inf if budget is None else float(budget)


def spending(connection: sa.Connection, run_id: str, pricing: Pricing) -> Iterator[float | None]:
    """USD of all that a run paid for, in a few amounts; None where a price is unknown."""
    yield from costs(connection, payers.c.run_id == run_id, pricing)
    yield from payment_costs(connection, payments.c.run_id == run_id, pricing)


def total(amounts: Iterable[float | None]) -> float | None:
    """Their sum; None when one is unknown."""
    values = list(amounts)
    return None if None in values else sum(amount for amount in values if amount is not None)


def costs(connection: sa.Connection, condition: Any, pricing: Pricing) -> Iterator[float | None]:
    """USD of the completions in `PAID` that meet `condition`: those of one size, which cost the same, in one sum; None
    where the price is unknown."""
    return (_usd(row, pricing) for row in connection.execute(_sizes(condition)))


def payment_costs(connection: sa.Connection, condition: Any, pricing: Pricing) -> Iterator[float | None]:
    """USD of the payments that meet `condition`, as in `costs`."""
    return (_usd(row, pricing) for row in connection.execute(_payment_sizes(condition)))


def spending_by_run(connection: sa.Connection, run_ids: Any, pricing: Pricing) -> dict[str, list[float | None]]:
    """As `spending`, of all runs at once, by their ids; those that paid for nothing are left out.

    run_ids: a query of ids
    """
    amounts = defaultdict[str, list[float | None]](list)
    for query in (_sizes(payers.c.run_id.in_(run_ids)), _payment_sizes(payments.c.run_id.in_(run_ids))):
        for row in connection.execute(query):
            amounts[row.run_id].append(_usd(row, pricing))
    return amounts


def _sizes(condition: Any) -> sa.Select[Any]:
    # By payer and not by what it says: this is the order of the index, and nothing needs to be sorted.
    sizes = [payers.c.id, *(completions.c[name] for name in (*_TOKENS, "batch"))]
    query = sa.select(payers.c.run_id, payers.c.model, payers.c.connection, *sizes, _NUMBER).select_from(PAID)
    return query.where(condition).group_by(*sizes)


def _payment_sizes(condition: Any) -> sa.Select[Any]:
    sizes = [payments.c.run_id, *(payments.c[name] for name in SIZE)]
    return sa.select(*sizes, _NO_BATCH, _NUMBER).where(condition).group_by(*sizes)


def _usd(row: Any, pricing: Pricing) -> float | None:
    cost = cost_of(row, pricing)
    return None if cost is None else cost * row.number
