"""Thresholds with a guarantee for the whole project: at most this share of all its tasks gets a wrong answer from the
confidence up, with 95 % confidence. People label the rest.

The share of tasks that are wrong and at least this confident only falls as the confidence rises. So the lowest
confidence at which it is shown to be small enough needs no correction for the many that were looked at
(risk-controlling prediction sets: Bates, Angelopoulos, Lei, Malik and Jordan 2021, JACM 68:43). The bound is that of
the exact binomial distribution, over all tasks with a ground truth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log

from backend.domain.calibration.scored_answers import ScoredAnswer
from backend.domain.calibration.threshold import ERROR, lower_bound, risk_coverage
from backend.domain.statistics.intervals import ratio

METHOD = "Clopper-Pearson, risk-controlling prediction sets, 95 %"


@dataclass(frozen=True, slots=True)
class WrongShare:
    """The lowest confidence from which at most a share `target` of all tasks is answered wrongly.

    threshold: None if no confidence guarantees it, with the `reason`
    tasks: number of tasks with a ground truth
    covered, wrong: how many of them are answered from the threshold up, and how many of those wrongly
    share_high: one-sided 95 % upper bound of the share, not above `target`
    """

    target: float
    threshold: float | None
    tasks: int
    covered: int = 0
    wrong: int = 0
    share_high: float | None = None
    method: str = METHOD
    reason: str | None = None

    @property
    def coverage(self) -> float | None:
        """The share of the tasks that people need not label."""
        return ratio(self.covered, self.tasks)

    @property
    def accuracy(self) -> float | None:
        """Of what is answered from the threshold up: another number than 1 - `target`."""
        return ratio(self.covered - self.wrong, self.covered)


def tasks_needed(target: float) -> int:
    """Ground truths that it takes at least: the smallest n with (1 - target)^n <= 5 %."""
    return ceil(log(ERROR) / log(1 - target))


def wrong_share(scored: Sequence[ScoredAnswer], target: float) -> WrongShare:
    """The lowest confidence that guarantees it. claims: of a random sample of the tasks, those without a confidence
    too; target: between 0 and 1, both excluded."""
    from scipy.stats import binom

    tasks, points = len(scored), risk_coverage(scored)
    allowed = int(binom.ppf(ERROR, tasks, target)) - 1 if tasks else -1
    lowest = next((point for point in reversed(points) if point.wrong <= allowed), None)
    if lowest is None:
        return WrongShare(target, None, tasks, reason=_why_none(tasks, len(points), target))
    high = 1 - lower_bound(tasks - lowest.wrong, tasks)
    return WrongShare(target, lowest.confidence, tasks, lowest.tasks, lowest.wrong, high)


def _why_none(tasks: int, points: int, target: float) -> str:
    needed = tasks_needed(target)
    if tasks < needed:
        return f"It takes at least {needed} ground truths to guarantee a share of {target:g}; there are {tasks}."
    if not points:
        return "No answer to a task with a ground truth has a confidence."
    return f"Even the most confident answers are wrong too often to guarantee a share of {target:g}."
