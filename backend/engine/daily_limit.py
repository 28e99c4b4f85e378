"""Daily limit: the most USD per day that the server may spend, over all its processes.

It covers live predictions, interactive prompts, and the overflow runs that the server starts.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.adapters.database.daily_ledger import DayLedger
from backend.adapters.database.prompts import Store
from backend.domain.connection import DEFAULT
from backend.domain.prompts.version import PromptVersion
from backend.domain.resolution.resolve import Pricing
from backend.domain.runs.run import Run
from backend.engine.budget_rules import known_price
from backend.errors import SettingsError

SHARE = 0.5
"""Of what is left, for a run: the other half is for those who label meanwhile."""


def today() -> str:
    """In UTC, because servers in several places share a day."""
    return datetime.now(UTC).date().isoformat()


@dataclass(frozen=True, slots=True)
class Daily:
    """`limit`: USD a day."""

    store: Store
    limit: float
    pricing: Pricing
    today: Callable[[], str] = today

    def budget_ledger(self) -> DayLedger:
        """Today's ledger."""
        return DayLedger(self.store, self.today(), self.limit, self.pricing)

    def lend(self, start: Callable[[float], Run]) -> Run:
        """Starts a run with a share of what is left as its budget. Raises SettingsError if nothing is left."""
        budget_ledger, holder = self.budget_ledger(), secrets.token_hex(8)
        share = SHARE * budget_ledger.left()
        if share <= 0 or budget_ledger.hold(holder, share, share) is None:
            raise used_up(self.limit)
        try:
            run = start(share)
        except BaseException:
            budget_ledger.keep(holder, 0.0)
            raise
        budget_ledger.hand_over(holder, run.id)
        return run

    def check(self, version: PromptVersion) -> None:
        """Raises SettingsError for a version with costs that nobody counts."""
        if version.examples is not None and version.examples.embed is not None:
            raise SettingsError(
                f"The embeddings that {version.tag} asks for do not count towards the limit: unset MAX_USD_PER_DAY, or "
                "use a version without --embed."
            )

    def describe(self, model: str) -> str:
        """For people. Raises SettingsError if the price of `model` is unknown."""
        known_price(self.pricing, model, DEFAULT, 1, 1)
        return f"{self.limit:g} USD a day, of which {max(0.0, self.budget_ledger().left()):.4f} are left today (UTC)"


def used_up(limit: float) -> SettingsError:
    return SettingsError(
        f"The {limit:g} USD that the server may spend a day (MAX_USD_PER_DAY) are used up, or too little is left for "
        "the next request: it asks again after midnight UTC, or with a higher limit."
    )
