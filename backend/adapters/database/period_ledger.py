"""The ledger of a period (UTC): what the server may spend in a day, MAX_USD_PER_DAY, or a person in a month,
MONTHLY_BUDGET.

The cost of live requests is derived, as for a run: their completions name the day as their payer. A run has a share
reserved, which counts in full until the run has ended, and then as what it cost.
"""

import sqlalchemy as sa

from backend.adapters.database.asked_models import priced_as_asked
from backend.adapters.database.budget_ledger import BudgetLedger
from backend.adapters.database.prompts import Store
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import day_holds, runs
from backend.domain.resolution.resolve import Pricing
from backend.domain.runs.run import FINAL, is_run_id


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

    @retried
    def left(self) -> float:
        """USD that are neither spent nor reserved."""
        with self._engine.connect() as connection:
            return self._limit - self._spent(connection) - self._held(connection)

    @retried
    def transfer(self, holder: str, run_id: str) -> None:
        """The reservation of `holder` belongs to that run from now on, beside what it has paid already."""
        with self._engine.begin() as connection:
            self._locked(connection)
            before = self._release(connection, run_id)
            paid = min(before, self._taken(connection, run_id, self._prices(connection))) if before else 0.0
            self._write(connection, run_id, self._release(connection, holder) + paid)

    def _prices(self, connection: sa.Connection) -> Pricing:
        return priced_as_asked(connection, self._pricing)

    def _locked(self, connection: sa.Connection) -> float:
        """Writes to a row without a holder, which keeps all others out until the transaction ends."""
        self._write(connection, "", 0.0)
        return self._limit

    def _release(self, connection: sa.Connection, holder: str) -> float:
        """What was reserved, in USD."""
        condition = (day_holds.c.day == self._period) & (day_holds.c.holder == holder)
        return float(connection.execute(day_holds.delete().where(condition).returning(day_holds.c.usd)).scalar() or 0)

    def _held(self, connection: sa.Connection, besides: str = "") -> float:
        condition = (day_holds.c.day == self._period) & (day_holds.c.holder != besides)
        columns = (day_holds.c.holder, day_holds.c.usd, runs.c.status)
        rows = sa.select(*columns).outerjoin(runs, runs.c.id == day_holds.c.holder).where(condition)
        held, prices = 0.0, self._prices(connection)
        for holder, usd, status in connection.execute(rows).all():
            over = status in FINAL or (status is None and is_run_id(holder))  # deleted, or of a process
            held += min(usd, self._taken(connection, holder, prices)) if over else usd
        return held

    def _taken(self, connection: sa.Connection, run_id: str, prices: Pricing) -> float:
        """What an ended run paid, and what it may have paid."""
        run = BudgetLedger(self._store, run_id, prices)
        return run._spent(connection) + run._held(connection)

    def _write(self, connection: sa.Connection, holder: str, usd: float) -> None:
        row = self._insert(day_holds).values(day=self._period, holder=holder, usd=usd)
        statement = row.on_conflict_do_update(index_elements=["day", "holder"], set_={"usd": usd})
        connection.execute(statement)
