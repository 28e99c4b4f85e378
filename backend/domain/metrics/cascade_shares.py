"""Cascade shares: how many tasks each model of a cascade answered, why the second was asked, and what each cost."""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isnan, nan

from backend.domain.cascade import reason_of
from backend.domain.metrics.request_places import RequestPlaces
from backend.domain.outcome import Outcome, total_usd
from backend.domain.statistics.intervals import ratio


@dataclass(frozen=True, slots=True)
class CascadeShares:
    """Of a set of outcomes.

    first, second: how many tasks each model decided
    reasons: reason why the second was asked -> number of tasks, in alphabetical order
    first_usd, second_usd: of the requests to each, each counted once; None if a price is unknown
    """

    first: int
    second: int
    reasons: Mapping[str, int]
    first_usd: float | None
    second_usd: float | None

    @property
    def second_share(self) -> float | None:
        return ratio(self.second, self.first + self.second)


class _Costs:
    """What requests cost, each in some 30 bytes."""

    def __init__(self) -> None:
        self._places = RequestPlaces()
        self._usd = array("d")

    def set(self, digest: str | None, usd: float | None) -> None:
        index = self._places.of(hash(digest))
        if index == len(self._usd):
            self._usd.append(nan)
        self._usd[index] = nan if usd is None else usd

    def all(self) -> Iterator[float | None]:
        return (None if isnan(usd) else usd for usd in self._usd)


class CountingSteps:
    """Counts outcomes as they come; equal requests are paid once."""

    def __init__(self) -> None:
        self._tasks = 0
        self._reasons: Counter[str] = Counter()
        self._costs = (_Costs(), _Costs())

    def add(self, outcome: Outcome) -> None:
        self._tasks += 1
        first, reason = outcome.first or outcome, reason_of(outcome)
        if first.spoke:
            self._costs[0].set(first.digest, first.usage.cost_usd)
        if outcome.first is None or reason is None:
            return
        self._reasons[reason] += 1
        if outcome.spoke:
            self._costs[1].set(outcome.digest, _second_usd(outcome, outcome.first))

    def shares(self) -> CascadeShares | None:
        """None if no task went on."""
        second = self._reasons.total()
        if not second:
            return None
        usd = (total_usd(costs.all()) for costs in self._costs)
        return CascadeShares(self._tasks - second, second, dict(sorted(self._reasons.items())), *usd)


def _second_usd(outcome: Outcome, first: Outcome) -> float | None:
    """What the second request cost, of the cost of both."""
    both, first_usd = outcome.usage.cost_usd, first.usage.cost_usd if first.spoke else 0.0
    return None if both is None or first_usd is None else both - first_usd
