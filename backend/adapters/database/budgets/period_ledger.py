"""The ledger of a period (UTC): what the server may spend in a day, MAX_USD_PER_DAY, or a person in a month,
MONTHLY_BUDGET.

The cost of live requests is derived, as for a run: their completions name the day as their payer. A run has a share
reserved, which counts in full until the run has ended, and then as what it cost since.
"""

from collections import defaultdict
from typing import NamedTuple

import sqlalchemy as sa

from backend.adapters.database.asked_models import priced_as_asked
from backend.adapters.database.budgets.budget_ledger import BudgetLedger, spending_by_run
from backend.adapters.database.prompts import Store
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import day_holds, holds, runs
from backend.domain.resolution.pricing import Pricing
from backend.domain.runs.run import FINAL, ID_BYTES, is_run_id

START_S = 60.0
"""Seconds for which money is reserved for a run that is being started."""
ROUNDING = 1e-9
"""USD by which a sum of parts may exceed the whole that was reserved before."""


class PeriodLedger(BudgetLedger):
    """Safe to share between threads, processes and machines.

    period: its name: YYYY-MM-DD for a day of the server, YYMM:PERSON for a month of a person
    limit: USD
    """

    def __init__(self, store: Store, period: str, limit: float, pricing: Pricing) -> None:
        self.payer = f"day:{period}"
        """Whom the completions of live requests in that time name, where others name their run."""
        super().__init__(store, self.payer, pricing)
        self._period = period
        self._limit = limit

    def budget(self) -> float:
        """See BudgetLedger."""
        return self._limit

    @retried
    def left(self) -> float:
        """USD that are neither spent nor reserved."""
        with self._engine.connect() as connection:
            return self._limit - self._spent(connection) - self._held(connection)

    @retried
    def hold_start(self, holder: str, usd: float) -> bool:
        """Reserves `usd` for a run that is being started: for START_S seconds, unless it is renewed or transferred, so
        that a process that is killed meanwhile locks nothing. False, with nothing changed, if there is less."""
        with self._engine.begin() as connection:
            room = self._locked(connection) - self._spent(connection) - self._held(connection)
            if room < usd:
                return False
            self._write(connection, holder, usd)
            self._extend(connection, holder)
        return True

    @retried
    def renew(self, holder: str) -> None:
        """For another START_S seconds."""
        with self._engine.begin() as connection:
            self._extend(connection, holder)

    @retried
    def transfer(self, holder: str, run_id: str, most: float | None = None) -> None:
        """The reservation of `holder` belongs to that run from now on, beside what it took in this period already.

        most: USD that the run may cost in all, of which no more than the rest is reserved; None for no limit
        """
        with self._engine.begin() as connection:
            self._locked(connection)
            usd = self._release(connection, holder)
            self._reserve(connection, run_id, self._share(connection, run_id, most, usd))

    @retried
    def reserve_rest(self, run_id: str, most: float) -> bool:
        """Reserves what a run that goes on may still cost of `most` USD in all, in place of what was reserved for it: a
        run that its process lost counts as in progress. False, with nothing changed, if there is less."""
        with self._engine.begin() as connection:
            limit = self._locked(connection)
            share = self._share(connection, run_id, most, most)
            room = limit - self._spent(connection) - self._held(connection, besides=run_id)
            if room < share.usd - ROUNDING:
                return False
            self._reserve(connection, run_id, share)
        return True

    def _share(self, connection: sa.Connection, run_id: str, most: float | None, more: float) -> "_Share":
        """What a run took in this period already, and at most `more` USD of what is left of its budget `most`."""
        taken = self._taken(connection, run_id, self._prices(connection))
        reserved = sa.select(day_holds.c.usd, day_holds.c.paid).where(self._of(run_id))
        before, paid = connection.execute(reserved).first() or (0.0, taken)
        left = more if most is None else min(more, max(0.0, most - taken))
        return _Share(_part(before, taken, paid) + left, paid)

    def _reserve(self, connection: sa.Connection, run_id: str, share: "_Share") -> None:
        """In place of what was reserved for the run."""
        self._write(connection, run_id, share.usd)
        connection.execute(day_holds.update().where(self._of(run_id)).values(paid=share.paid))

    def _prices(self, connection: sa.Connection) -> Pricing:
        return priced_as_asked(connection, self._pricing)

    def _locked(self, connection: sa.Connection) -> float:
        """Writes to a row without a holder, which keeps all others out until the transaction ends."""
        self._write(connection, "", 0.0)
        return self._limit

    def _extend(self, connection: sa.Connection, holder: str) -> None:
        connection.execute(day_holds.update().where(self._of(holder)).values(until=self._now() + START_S))

    def _of(self, holder: str) -> sa.ColumnElement[bool]:
        return (day_holds.c.day == self._period) & (day_holds.c.holder == holder)

    def _release(self, connection: sa.Connection, holder: str) -> float:
        """The USD that were reserved, 0 where none were."""
        release = day_holds.delete().where(self._of(holder)).returning(day_holds.c.usd)
        return connection.execute(release).scalar() or 0.0

    def _held(self, connection: sa.Connection, besides: str = "") -> float:
        going = sa.func.coalesce(day_holds.c.until, self._now() + 1.0) > self._now()
        condition = (day_holds.c.day == self._period) & (day_holds.c.holder != besides) & going
        columns = (day_holds.c.holder, day_holds.c.usd, day_holds.c.paid, runs.c.status)
        rows = sa.select(*columns).outerjoin(runs, runs.c.id == day_holds.c.holder).where(condition)
        held, taken = 0.0, self._taken_by_ended(connection)
        for holder, usd, paid, status in connection.execute(rows).all():
            over = status in FINAL or (status is None and is_run_id(holder))  # deleted, or of a process
            held += _part(usd, taken.get(holder, 0.0), paid) if over else usd
        return held

    def _taken_by_ended(self, connection: sa.Connection) -> dict[str, float]:
        """As `_taken`, of all runs of this period that have ended."""
        deleted = runs.c.status.is_(None) & (sa.func.length(day_holds.c.holder) == 2 * ID_BYTES)
        ids = sa.select(day_holds.c.holder).outerjoin(runs, runs.c.id == day_holds.c.holder)
        ended = ids.where(day_holds.c.day == self._period, runs.c.status.in_(FINAL) | deleted)
        left = sa.select(holds.c.run_id, sa.func.sum(holds.c.usd)).where(holds.c.run_id.in_(ended))
        taken = defaultdict[str, float](float)
        for run_id, usd in connection.execute(left.group_by(holds.c.run_id)):
            taken[run_id] += usd
        for run_id, amounts in spending_by_run(connection, ended, self._prices(connection)).items():
            taken[run_id] += sum(usd or 0.0 for usd in amounts)
        return taken

    def _taken(self, connection: sa.Connection, run_id: str, prices: Pricing) -> float:
        """What an ended run paid, and what it may have paid."""
        run = BudgetLedger(self._store, run_id, prices)
        return run._spent(connection) + run._held(connection)

    def _write(self, connection: sa.Connection, holder: str, usd: float) -> None:
        row = self._insert(day_holds).values(day=self._period, holder=holder, usd=usd)
        statement = row.on_conflict_do_update(index_elements=["day", "holder"], set_={"usd": usd})
        connection.execute(statement)


class _Share(NamedTuple):
    """Of a period, for a run. `usd`: to be reserved; `paid`: USD that it had paid before the period."""

    usd: float
    paid: float


def _part(reserved: float, taken: float, paid: float) -> float:
    """USD that count in a period of a run that has ended: what it took, without what it had paid before."""
    return min(reserved, max(0.0, taken - paid))
