"""The ledger of a day: what the server may spend from one midnight (UTC) to the next, MAX_USD_PER_DAY.

What live requests cost is derived, as for a run: their completions name the day as the one who paid. A run that the
server started has a share of the day set aside, which counts whole until the run has ended, and then as what it took.
"""

import sqlalchemy as sa

from backend.adapters.database.budget_ledger import BudgetLedger
from backend.adapters.database.prompts import Store
from backend.adapters.database.retry import told
from backend.adapters.database.tables import day_holds, runs
from backend.domain.resolution.resolve import Pricing
from backend.domain.runs.run import FINAL


class DayLedger(BudgetLedger):
    """`day`: YYYY-MM-DD; `limit`: USD. Safe to share between threads, processes and machines."""

    def __init__(self, store: Store, day: str, limit: float, pricing: Pricing) -> None:
        self.payer = f"day:{day}"
        """Whom the completions of that day's live requests name, where others name their run."""
        super().__init__(store, self.payer, pricing)
        self._day = day
        self._limit = limit

    @told
    def left(self) -> float:
        """USD that are neither spent nor set aside."""
        with self._engine.connect() as connection:
            return self._limit - self._spent(connection) - self._held(connection)

    @told
    def hand_over(self, holder: str, run_id: str) -> None:
        """What `holder` holds is that run's from now on."""
        mine = (day_holds.c.day == self._day) & (day_holds.c.holder == holder)
        with self._engine.begin() as connection:
            connection.execute(day_holds.update().where(mine).values(holder=run_id))

    def _locked(self, connection: sa.Connection) -> float:
        """A row of no holder, written to, keeps all others out until the transaction ends."""
        self._write(connection, "", 0.0)
        return self._limit

    def _held(self, connection: sa.Connection, besides: str = "") -> float:
        mine = (day_holds.c.day == self._day) & (day_holds.c.holder != besides)
        columns = (day_holds.c.holder, day_holds.c.usd, runs.c.status)
        rows = sa.select(*columns).outerjoin(runs, runs.c.id == day_holds.c.holder).where(mine)
        held = 0.0
        for holder, usd, status in connection.execute(rows).all():
            held += min(usd, self._taken(connection, holder)) if status in FINAL else usd
        return held

    def _taken(self, connection: sa.Connection, run_id: str) -> float:
        """By a run that has ended: what it paid, and what it may have paid."""
        run = BudgetLedger(self._store, run_id, self._pricing)
        return run._spent(connection) + run._held(connection)

    def _write(self, connection: sa.Connection, holder: str, usd: float) -> None:
        row = self._insert(day_holds).values(day=self._day, holder=holder, usd=usd)
        statement = row.on_conflict_do_update(index_elements=["day", "holder"], set_={"usd": usd})
        connection.execute(statement)
