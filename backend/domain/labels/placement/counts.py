"""PlacementTally: how many quotes were located, by which tier, and how many were not, by which reason."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backend.domain.labels.placement.location import REASONS, Location, Unlocated
from backend.domain.labels.placement.normal_text import EXACT, TIERS


@dataclass(frozen=True, slots=True)
class PlacementCounts:
    """located: tier -> quotes
    unlocated: reason -> quotes. Only what occurs is in them.
    """

    located: Mapping[str, int]
    unlocated: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.located.values()) + sum(self.unlocated.values())

    @property
    def sentence(self) -> str:
        """Such as `41 located (38 exact, 2 by space, 1 by fold), 2 ambiguous, 1 absent`."""
        tiers = [
            f"{self.located[tier]} {'' if tier == EXACT else 'by '}{tier}" for tier in TIERS if tier in self.located
        ]
        how = f" ({', '.join(tiers)})" if tiers else ""
        rest = [f"{self.unlocated[reason]} {reason}" for reason in REASONS if reason in self.unlocated]
        return ", ".join([f"{sum(self.located.values())} located{how}", *rest])


def placement_counts(quotes: Iterable[Location | Unlocated]) -> PlacementCounts:
    """Of one answer's quotes, or of all answers' in a run."""
    located, unlocated = Counter[str](), Counter[str]()
    for quote in quotes:
        if isinstance(quote, Location):
            located[quote.tier] += 1
        else:
            unlocated[quote.reason] += 1
    return PlacementCounts(dict(located), dict(unlocated))


def counts_or_none(located: Mapping[str, int], unlocated: Mapping[str, int]) -> PlacementCounts | None:
    """From counts by tier and by reason, in alphabetical order; None for no quote."""
    if not located and not unlocated:
        return None
    return PlacementCounts(dict(sorted(located.items())), dict(sorted(unlocated.items())))
