"""Scores of comparisons of two texts: which side is better, and whether the answer depends on the sides.

Models prefer a side whatever stands there (Zheng et al. 2023, "Judging LLM-as-a-Judge"): asked both ways, an answer
that does not turn with the texts is inconsistent and counts as none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.domain.statistics.intervals import Interval, ratio, wilson

LEFT, RIGHT = "left", "right"
_OTHER = {LEFT: RIGHT, RIGHT: LEFT}


@dataclass(frozen=True, slots=True)
class PairwiseAnswer:
    """`truth`; `answer` as asked; `swapped`: with the texts the other way round, in terms of what was shown then. None
    where there is no usable answer, or it was not asked."""

    truth: str
    answer: str | None
    swapped: str | None = None

    @property
    def consistent(self) -> bool | None:
        """None unless it was answered both ways."""
        return None if None in (self.answer, self.swapped) else self.answer == _OTHER.get(self.swapped or "")


@dataclass(frozen=True, slots=True)
class PairwiseScore:
    """`consistency`: share of those answered both ways whose answer turns with the texts; `consistent_accuracy`: of
    those alone; `left_rate`, `left_truths`: how often left is the answer, and the truth."""

    outputs: int
    accuracy: float | None
    accuracy_ci: Interval | None
    consistency: float | None
    consistency_ci: Interval | None
    consistent_accuracy: float | None
    left_rate: float | None
    left_rate_ci: Interval | None
    left_truths: float | None
    left_truths_ci: Interval | None


def pairwise_score(answers: Sequence[PairwiseAnswer]) -> PairwiseScore:
    """Of one control. Each task is one trial, so the intervals are Wilson's."""
    right = sum(one.answer == one.truth for one in answers)
    both = [one for one in answers if one.consistent is not None]
    firm = [one for one in both if one.consistent]
    said = [one.answer for one in answers if one.answer is not None]
    left_truths = sum(one.truth == LEFT for one in answers)
    return PairwiseScore(
        outputs=len(answers),
        accuracy=ratio(right, len(answers)),
        accuracy_ci=wilson(right, len(answers)),
        consistency=ratio(len(firm), len(both)),
        consistency_ci=wilson(len(firm), len(both)),
        consistent_accuracy=ratio(sum(one.answer == one.truth for one in firm), len(firm)),
        left_rate=ratio(said.count(LEFT), len(said)),
        left_rate_ci=wilson(said.count(LEFT), len(said)),
        left_truths=ratio(left_truths, len(answers)),
        left_truths_ci=wilson(left_truths, len(answers)),
    )
