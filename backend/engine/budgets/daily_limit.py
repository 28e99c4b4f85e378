"""DailyLimit: the most USD per day that the server may spend, over all its processes.

It covers live predictions, interactive prompts, and the overflow runs that the server starts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.adapters.database.budgets.period_ledger import PeriodLedger
from backend.adapters.database.prompts import Store
from backend.domain.connections.connection import DEFAULT
from backend.domain.prompts.version import PromptVersion
from backend.domain.resolution.pricing import Pricing
from backend.domain.runs.run import Run
from backend.engine.budgets.budget_rules import asks_embeddings, known_price
from backend.engine.budgets.reserved_run import start_reserved
from backend.errors import SettingsError, UsedUpError

SHARE = 0.5
"""Of what is left, for a run: the other half is for those who label meanwhile."""


def today() -> str:
    """In UTC, because servers in several places share a day."""
    return datetime.now(UTC).date().isoformat()


@dataclass(frozen=True, slots=True)
class DailyLimit:
    """`limit`: USD a day."""

    store: Store
    limit: float
    pricing: Pricing
    today: Callable[[], str] = today

    def budget_ledger(self) -> PeriodLedger:
        """Today's ledger."""
        return PeriodLedger(self.store, self.today(), self.limit, self.pricing)

    def start_run(self, start: Callable[[float], Run]) -> Run:
        """Starts a run with a share of what is left as its budget. Raises UsedUpError if nothing is left."""
        ledger = self.budget_ledger()
        run = start_reserved(ledger, SHARE * ledger.left(), start)
        if run is None:
            raise used_up(self.limit)
        return run

    def renew(self, run_id: str, budget: float | None) -> None:
        """Reserves what a run that goes on has left of a budget of `budget` USD. Raises UsedUpError if the day has
        less, SettingsError without a budget."""
        if budget is None:
            raise SettingsError("A run goes on within MAX_USD_PER_DAY only with a budget: give one.")
        if not self.budget_ledger().reserve_rest(run_id, budget):
            raise used_up(self.limit)

    def check(self, version: PromptVersion) -> None:
        """Raises SettingsError for a version with costs that nobody counts."""
        if asks_embeddings(version):
            raise SettingsError(
                f"The embeddings that {version.tag} asks for do not count towards the limit: unset MAX_USD_PER_DAY, or "
                "use a version without embeddings."
            )

    def describe(self, model: str) -> str:
        """For people. Raises SettingsError if the price of `model` is unknown."""
        known_price(self.pricing, model, DEFAULT, 1, 1)
        return f"{self.limit:g} USD a day, of which {max(0.0, self.budget_ledger().left()):.4f} are left today (UTC)"


def used_up(limit: float) -> UsedUpError:
    return UsedUpError(
        f"The {limit:g} USD that the server may spend a day (MAX_USD_PER_DAY) are used up, or too little is left for "
        "the next request: it asks again after midnight UTC, or with a higher limit."
    )
