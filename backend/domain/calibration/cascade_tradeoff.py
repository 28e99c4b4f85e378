"""Cost against accuracy of a cascade: a first model answers, a second one is asked where the first is unsure.

Every task that two versions answered is an example of their agreement, without any person. A task whose first answer
is kept and differs from the second's counts like a wrong one; the share of such tasks only falls as the threshold
rises. So the lowest threshold with a guarantee is that of risk-controlling prediction sets (`wrong_share`). The second
model is not a ground truth: what a cascade costs in accuracy is counted apart, on the ground truths.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from backend.domain.calibration.scored_answers import ScoredAnswer
from backend.domain.calibration.threshold import risk_coverage
from backend.domain.calibration.wrong_share import METHOD, WrongShare, tasks_needed, wrong_share
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome, Truth, total_usd
from backend.domain.statistics.intervals import ratio
from backend.domain.statistics.right_answers import RightAnswers

ALL, NOTHING = 0.0, None
"""Thresholds: every usable answer of the first is kept, and none is."""
STEPS = 10


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """What two versions made of one task. The first may have failed; the second answered, usable or not.

    confidence: of the first's usable answer; None if it has none
    same: whether both have the same answer
    costs: USD of the first and of the second; None where a price is unknown
    right: whether the first and the second are right; None without a ground truth
    """

    task_id: int
    confidence: float | None
    same: bool
    costs: tuple[float | None, float | None]
    right: tuple[bool, bool] | None = None

    def keeps(self, below: float | None) -> bool:
        """Whether the first's answer stands. `below`: None if none does."""
        return below is not None and self.confidence is not None and self.confidence >= below


@dataclass(frozen=True, slots=True)
class CascadePoint:
    """A cascade with one threshold, on the tasks that both versions answered.

    below: confidences below it go on to the second; None if only the second is asked
    kept, differs: tasks that the first answers, and those of them on which the second says something else
    usd: of all tasks; None if a price is unknown
    """

    below: float | None
    tasks: int
    kept: int
    differs: int
    usd: float | None
    right: RightAnswers

    @property
    def kept_share(self) -> float | None:
        return ratio(self.kept, self.tasks)

    @property
    def differs_share(self) -> float | None:
        """Of all tasks."""
        return ratio(self.differs, self.tasks)

    @property
    def usd_per_task(self) -> float | None:
        return None if self.usd is None or not self.tasks else self.usd / self.tasks


@dataclass(frozen=True, slots=True)
class CascadeTradeoff:
    """What thresholds cost and how right they are.

    target: the share of tasks that may differ from the second version
    first, second: each version alone
    points: the chosen one and others, from few kept answers to all
    chosen: the lowest threshold that guarantees `target`, None if there is none, with the `reason`
    differs_high: one-sided 95 % upper bound of the share that differs at the chosen one
    """

    target: float
    tasks: int
    first: CascadePoint
    second: CascadePoint
    points: tuple[CascadePoint, ...]
    chosen: CascadePoint | None
    differs_high: float | None = None
    method: str = METHOD
    reason: str | None = None


def answer_pairs(
    first: Sequence[Outcome], second: Sequence[Outcome], truths: Sequence[Truth], schema: LabelSchema
) -> list[AnswerPair]:
    """One for each task that the first was asked about and the second answered."""
    expected = {truth.task_id: truth.answer for truth in truths}
    by_task = {outcome.task_id: outcome for outcome in second if outcome.spoke}
    pairs = []
    for outcome in first:
        other = by_task.get(outcome.task_id)
        if other is None:
            continue
        truth = expected.get(outcome.task_id)
        right = None if truth is None else (schema.equal(outcome.answer, truth), schema.equal(other.answer, truth))
        same = outcome.answer is not None and schema.equal(outcome.answer, other.answer)
        sure = None if outcome.answer is None else outcome.confidence
        costs = (outcome.usage.cost_usd if outcome.spoke else 0.0, other.usage.cost_usd)
        pairs.append(AnswerPair(outcome.task_id, sure, same, costs, right))
    return pairs


def lowest_threshold(pairs: Sequence[AnswerPair], target: float) -> WrongShare:
    """The lowest confidence that guarantees that the first's answers above it differ on at most a share `target` of all
    tasks. pairs: of a random sample of the tasks; target: between 0 and 1, both excluded."""
    return wrong_share(_scored_answers(pairs), target)


def tradeoff(pairs: Sequence[AnswerPair], target: float) -> CascadeTradeoff:
    """The thresholds worth a look, and the lowest one with a guarantee; see `lowest_threshold`."""
    lowest = lowest_threshold(pairs, target)
    chosen = None if lowest.threshold is None else point_at(pairs, lowest.threshold)
    thresholds = {*thresholds_of(pairs), *([] if lowest.threshold is None else [lowest.threshold])}
    return CascadeTradeoff(
        target,
        len(pairs),
        first_alone(pairs),
        point_at(pairs, NOTHING),
        tuple(point_at(pairs, below) for below in sorted(thresholds, reverse=True)),
        chosen,
        lowest.share_high,
        reason=None if chosen else _why_none(pairs, target),
    )


def point_at(pairs: Sequence[AnswerPair], below: float | None) -> CascadePoint:
    """The cascade with this threshold. `below`: None asks only the second."""
    kept = [pair.keeps(below) for pair in pairs]
    differs = sum(stays and not pair.same for pair, stays in zip(pairs, kept, strict=True))
    first_is_asked = below is not None
    costs = [_cost(pair, first_is_asked, not stays) for pair, stays in zip(pairs, kept, strict=True)]
    right = [pair.right[not stays] for pair, stays in zip(pairs, kept, strict=True) if pair.right]
    return CascadePoint(below, len(pairs), sum(kept), differs, total_usd(costs), RightAnswers(sum(right), len(right)))


def _scored_answers(pairs: Sequence[AnswerPair]) -> list[ScoredAnswer]:
    """In which an answer counts as right if it is the second's."""
    return [ScoredAnswer(pair.task_id, pair.confidence, pair.same) for pair in pairs]


def first_alone(pairs: Sequence[AnswerPair]) -> CascadePoint:
    """Every answer of the first, also those that cannot be used."""
    right = [pair.right[0] for pair in pairs if pair.right]
    differs, usd = sum(not pair.same for pair in pairs), total_usd([pair.costs[0] for pair in pairs])
    return CascadePoint(ALL, len(pairs), len(pairs), differs, usd, RightAnswers(sum(right), len(right)))


def _cost(pair: AnswerPair, first: bool, second: bool) -> float | None:
    return total_usd([cost for cost, counts in zip(pair.costs, (first, second), strict=True) if counts])


def thresholds_of(pairs: Sequence[AnswerPair]) -> list[float]:
    """Those that keep a tenth, two tenths, … of the tasks, as far as there are confidences."""
    points, thresholds = risk_coverage(_scored_answers(pairs)), list[float]()
    for tenth in range(1, STEPS + 1):
        enough = (point.confidence for point in points if point.tasks * STEPS >= len(pairs) * tenth)
        thresholds += islice(enough, 1)
    return thresholds + [point.confidence for point in points[-1:]]


def _why_none(pairs: Sequence[AnswerPair], target: float) -> str:
    needed = tasks_needed(target)
    if len(pairs) < needed:
        return f"It takes at least {needed} tasks that both answered to guarantee {target:g}; there are {len(pairs)}."
    if not any(pair.confidence is not None for pair in pairs):
        return "No answer of the first has a confidence."
    return f"Even its most confident answers differ too often to guarantee {target:g}."
