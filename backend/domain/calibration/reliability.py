"""Reliability: how well confidences match the share of right answers.

Bins hold equally many scored answers (Nguyen and O'Connor 2015), and equal confidences stay in one bin: with bins of
equal width most would be nearly empty, because models are rarely unsure. The ECE of a perfect confidence is not 0 but
about 0.03 for a thousand tasks, and more for fewer. A bootstrap knows nothing of that (its interval excludes the true
ECE in half of the cases where the confidence is right), so an ECE has no interval: beside it stands what a perfect
confidence would have by chance on as many tasks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.domain.calibration.scored_answers import ScoredAnswer, confident
from backend.domain.statistics.bootstrap import MANY, SEED, TIMES
from backend.domain.statistics.intervals import Interval, wilson
from backend.domain.statistics.task_ratios import share_interval

if TYPE_CHECKING:
    from backend.domain.statistics.bootstrap import Floats

BINS = 10
LEAST_PER_BIN = 10
EQUAL = 1e-9
"""Confidences that are no further apart are equal."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Scored answers with confidences from `low` to `high`: their mean `confidence` and their `accuracy`."""

    low: float
    high: float
    tasks: int
    confidence: float
    accuracy: float
    accuracy_ci: Interval | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """The reliability of scored answers that have a confidence. Without any, the numbers are None and `reason` says
    why.

    brier: mean squared distance of the confidence from 1 (right) or 0 (wrong)
    ece: mean distance of the bins' confidence and accuracy, weighted by tasks
    ece_by_chance: its mean if every confidence were right; above `ece_chance_high` it would be in 5 % of cases
    """

    tasks: int
    bins: tuple[Bin, ...]
    brier: float | None
    brier_ci: Interval | None
    ece: float | None
    ece_by_chance: float | None
    ece_chance_high: float | None
    reason: str | None


def reliability(scored: Sequence[ScoredAnswer], seed: int = SEED) -> Reliability:
    """The reliability with its bins, the least confident bin first."""
    pairs = confident(scored)
    if not pairs:
        return Reliability(
            0, (), None, None, None, None, None, "No answer to a task with a ground truth has a confidence."
        )
    import numpy

    sure, right = numpy.array(pairs, dtype=float).T
    starts = _starts(sure)
    errors = (sure - right) ** 2
    by_chance = _chance_ece(sure, starts, seed)
    return Reliability(
        tasks=len(pairs),
        bins=tuple(_bin(pairs[first:last]) for first, last in zip(starts, [*starts[1:], len(pairs)], strict=True)),
        brier=float(errors.mean()),
        brier_ci=share_interval([(error, 1.0) for error in errors.tolist()]),
        ece=float(numpy.abs(numpy.add.reduceat(sure - right, starts)).sum() / len(pairs)),
        ece_by_chance=float(by_chance.mean()),
        ece_chance_high=float(numpy.percentile(by_chance, 95)),
        reason=None,
    )


def _starts(sure: "Floats") -> list[int]:
    """The index at which each bin begins in the sorted confidences.

    Those that differ in their last digits alone are equal: which of them is larger depends on the processor.
    """
    import numpy

    bins = max(1, min(BINS, len(sure) // LEAST_PER_BIN))
    starts = [len(sure) * number // bins for number in range(bins)]
    return sorted({int(numpy.searchsorted(sure, sure[index] - EQUAL)) for index in starts})


def _bin(pairs: Sequence[tuple[float, bool]]) -> Bin:
    right = sum(correct for _, correct in pairs)
    sure = [confidence for confidence, _ in pairs]
    return Bin(sure[0], sure[-1], len(pairs), sum(sure) / len(sure), right / len(pairs), wilson(right, len(pairs)))


def _chance_ece(sure: "Floats", starts: list[int], seed: int) -> "Floats":
    """Array [draw]: ECEs of answers that are right exactly as often as they say. Sums of many are drawn as such."""
    import numpy

    rng = numpy.random.default_rng(seed)
    if len(sure) < MANY:
        gaps = numpy.add.reduceat(sure - (rng.random((TIMES, len(sure))) < sure), starts, axis=1)
    else:
        spread = numpy.add.reduceat(sure * (1 - sure), starts) ** 0.5
        gaps = rng.normal(0, spread, (TIMES, len(starts)))
    return numpy.asarray(numpy.abs(gaps).sum(axis=1) / len(sure))
