"""AUROC: how often a right answer is more confident than a wrong one; 0.5 where the confidence says nothing.

The interval is that of Hanley and McNeil (1982, Radiology 143:29).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from backend.domain.calibration.scored_answers import ScoredAnswer, confident
from backend.domain.statistics.intervals import Interval, Z


@dataclass(frozen=True, slots=True)
class Auroc:
    """`value` with its 95 % interval, of `right` and `wrong` answers."""

    value: float
    interval: Interval
    right: int
    wrong: int

    @property
    def decided(self) -> bool:
        """Whether the confidence surely says something."""
        return self.interval[0] > 0.5


def auroc(scored: Sequence[ScoredAnswer]) -> Auroc | None:
    """Of those with a confidence; None without right and wrong ones among them."""
    pairs = confident(scored)
    wrong = [confidence for confidence, correct in pairs if not correct]
    right = [confidence for confidence, correct in pairs if correct]
    if not right or not wrong:
        return None
    above = fsum((bisect_left(wrong, confidence) + bisect_right(wrong, confidence)) / 2 for confidence in right)
    value = above / (len(right) * len(wrong))
    reach = Z * _deviation(value, len(right), len(wrong))
    return Auroc(value, (max(0.0, value - reach), min(1.0, value + reach)), len(right), len(wrong))


def _deviation(value: float, right: int, wrong: int) -> float:
    """Of answers whose log-odds are exponentially distributed."""
    two_right, two_wrong = value / (2 - value), 2 * value**2 / (1 + value)
    spread = (right - 1) * (two_right - value**2) + (wrong - 1) * (two_wrong - value**2)
    return sqrt((value * (1 - value) + spread) / (right * wrong))
