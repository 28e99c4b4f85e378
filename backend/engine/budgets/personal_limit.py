"""PersonalLimit: the most USD per calendar month (UTC) that the runs of one person may cost, MONTHLY_BUDGET.

It is kept like a run's budget: what a run may cost counts in full until it has ended, and then what it did cost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.adapters.database.budgets.period_ledger import PeriodLedger
from backend.adapters.database.prompts import Store
from backend.domain.resolution.pricing import Pricing
from backend.domain.runs.run import Run
from backend.engine.budgets.reserved_run import start_reserved
from backend.errors import SettingsError, UsedUpError


def short_month() -> str:
    """YYMM, in UTC: a payer's key has no room for more."""
    return f"{datetime.now(UTC):%y%m}"


@dataclass(frozen=True, slots=True)
class PersonalLimit:
    """limit: USD a month
    person: Label Studio's number of a user
    whose: how a sentence to whoever reads it begins
    """

    store: Store
    limit: float
    pricing: Pricing
    person: int
    month: Callable[[], str] = short_month
    whose: str = "Your"

    def left(self) -> float:
        """USD that the person may still spend this month."""
        return max(0.0, self._ledger().left())

    def start_run(self, asked_usd: float | None, start: Callable[[float], Run]) -> Run:
        """Starts a run with `asked_usd` as its budget, or with what is left where that is less or none was asked for.

        Raises UsedUpError if nothing is left.
        """
        ledger = self._ledger()
        left = ledger.left()
        run = start_reserved(ledger, left if asked_usd is None else min(asked_usd, left), start)
        if run is None:
            raise self._used_up()
        return run

    def renew(self, run_id: str, budget: float | None) -> None:
        """Reserves what a run that goes on has left of a budget of `budget` USD. Raises UsedUpError if the month has
        less, SettingsError without a budget."""
        if budget is None:
            raise SettingsError("A run goes on within MONTHLY_BUDGET only with a budget: give one.")
        if not self._ledger().reserve_rest(run_id, budget):
            raise self._used_up()

    def _ledger(self) -> PeriodLedger:
        """Of the person's month."""
        return PeriodLedger(self.store, f"{self.month()}:{self.person:x}", self.limit, self.pricing)

    def _used_up(self) -> UsedUpError:
        return UsedUpError(
            f"{self.whose} {self.limit:g} USD for this month (MONTHLY_BUDGET) are spent or reserved by runs: wait "
            "until one of them has ended or for next month, or ask for a higher limit."
        )
