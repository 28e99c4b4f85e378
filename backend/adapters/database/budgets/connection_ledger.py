"""The ledger of a connection's month (UTC): what all that asks through it may spend, `connect-model --monthly-budget`.

What is spent is derived, as for a run: completions and payments say in which month they came.
"""

from collections.abc import Callable

import sqlalchemy as sa

from backend.adapters.database.asked_models import priced_as_asked
from backend.adapters.database.budgets.budget_ledger import SIZE, BudgetLedger, costs, payment_costs
from backend.adapters.database.completions import this_month
from backend.adapters.database.prompts import Store
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import month_holds, payers, payments
from backend.domain.chat.request import Completion
from backend.domain.resolution.pricing import Pricing


class ConnectionLedger(BudgetLedger):
    """Of the connection `name`. Safe to share between threads, processes and machines. `limit`: USD a month."""

    def __init__(
        self, store: Store, name: str, limit: float, pricing: Pricing, month: Callable[[], str] = this_month
    ) -> None:
        super().__init__(store, "", pricing)
        self._name = name
        self._limit = limit
        self._month = month

    def budget(self) -> float:
        """See BudgetLedger."""
        return self._limit

    @retried
    def pay(self, answer: Completion) -> None:
        """See BudgetLedger. It belongs to no run."""
        month, row = self._month(), {name: getattr(answer, name) for name in SIZE}
        with self._engine.begin() as connection:
            connection.execute(payments.insert().values(run_id=f"month:{month}", month=month, **row))

    def _prices(self, connection: sa.Connection) -> Pricing:
        return priced_as_asked(connection, self._pricing)

    def _locked(self, connection: sa.Connection) -> float:
        """Writes to a row without a holder, which keeps all others out until the transaction ends."""
        self._write(connection, "", 0.0)
        return self._limit

    def _spent(self, connection: sa.Connection) -> float:
        month, total, prices = self._month(), 0.0, self._prices(connection)
        for table, costs_of in ((payers, costs), (payments, payment_costs)):
            condition = (table.c.connection == self._name) & (table.c.month == month)
            total += sum(usd or 0.0 for usd in costs_of(connection, condition, prices))
        return total

    def _held(self, connection: sa.Connection, besides: str = "") -> float:
        theirs = (month_holds.c.connection == self._name) & (month_holds.c.month == self._month())
        query = sa.select(sa.func.sum(month_holds.c.usd)).where(theirs, month_holds.c.holder != besides)
        return float(connection.execute(query).scalar() or 0)

    def _write(self, connection: sa.Connection, holder: str, usd: float) -> None:
        row = self._insert(month_holds).values(connection=self._name, month=self._month(), holder=holder, usd=usd)
        keys = ["connection", "month", "holder"]
        connection.execute(row.on_conflict_do_update(index_elements=keys, set_={"usd": usd}))
