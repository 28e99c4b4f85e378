"""AUROC: how often a right answer is more confident than a wrong one; 0.5 where the confidence says nothing.

The interval is Newcombe's method 5 (2006, Statistics in Medicine 25:559). Like Wilson's interval of a share, it takes
the standard error (Hanley and McNeil 1982, Radiology 143:29) at its ends, and not at the value. So the interval has a
width even if all wrong answers are less confident than all right ones. At 0.5, this standard error is the one of the
Mann-Whitney test.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from backend.domain.calibration.scored_answers import ScoredAnswer, confident
from backend.domain.statistics.intervals import Interval, Z

_STEPS = 50
"""Bisections: the end is exact to the last digits."""


@dataclass(frozen=True, slots=True)
class Auroc:
    """`value` with its 95 % interval, of `right` and `wrong` answers."""

    value: float
    interval: Interval
    right: int
    wrong: int

    @property
    def decided(self) -> bool:
        """Whether the confidence separates right from wrong answers: the interval is above 0.5, which is a one-sided
        test at the level of 2.5 %. Two answers are never enough."""
        return self.interval[0] > 0.5


def auroc(scored: Sequence[ScoredAnswer]) -> Auroc | None:
    """The AUROC of the answers with a confidence; None if these are all right or all wrong."""
    pairs = confident(scored)
    wrong = [confidence for confidence, correct in pairs if not correct]
    right = [confidence for confidence, correct in pairs if correct]
    if not right or not wrong:
        return None
    above = fsum((bisect_left(wrong, confidence) + bisect_right(wrong, confidence)) / 2 for confidence in right)
    value = above / (len(right) * len(wrong))
    low, high = _low_end(value, len(right), len(wrong)), 1 - _low_end(1 - value, len(right), len(wrong))
    return Auroc(value, (low, high), len(right), len(wrong))


def _low_end(value: float, right: int, wrong: int) -> float:
    """The lowest AUROC whose distance to `value` is at most Z of its standard errors; found by bisection."""
    low, high = 0.0, value
    for _ in range(_STEPS):
        middle = (low + high) / 2
        too_low = value - middle > Z * _deviation(middle, right, wrong)
        low, high = (middle, high) if too_low else (low, middle)
    return low


def _deviation(value: float, right: int, wrong: int) -> float:
    """The standard error of an AUROC of `value`, if the log-odds of right and of wrong answers are exponentially
    distributed."""
    others = (right + wrong) / 2 - 1
    spread = value * (1 - value) * (1 + others * ((1 - value) / (2 - value) + value / (1 + value)))
    return sqrt(spread / (right * wrong))
