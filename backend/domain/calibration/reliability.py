"""Reliability: how well confidences match the share of right answers.

Bins hold equally many scored answers (Nguyen and O'Connor 2015), and equal confidences stay in one bin: with bins of
equal width most would be nearly empty, because models are rarely unsure. The ECE of a perfect confidence is not 0 but
about 0.03 for a thousand tasks, and more for fewer, so read it with its interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.domain.calibration.scored_answers import ScoredAnswer, confident
from backend.domain.statistics.bootstrap import SEED, percentile_interval, resampled_sums
from backend.domain.statistics.intervals import Interval, wilson

if TYPE_CHECKING:
    from backend.domain.statistics.bootstrap import Floats

BINS = 10
LEAST_PER_BIN = 10


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
    """

    tasks: int
    bins: tuple[Bin, ...]
    brier: float | None
    brier_ci: Interval | None
    ece: float | None
    ece_ci: Interval | None
    reason: str | None


def reliability(claims: Sequence[ScoredAnswer], seed: int = SEED) -> Reliability:
    """The reliability with its bins, the least confident bin first."""
    pairs = confident(claims)
    if not pairs:
        return Reliability(0, (), None, None, None, None, "No answer to a task with a ground truth has a confidence.")
    import numpy

    sure, right = numpy.array(pairs, dtype=float).T
    starts = _starts(sure)
    parts = _parts(sure - right, (sure - right) ** 2, starts)
    values = _brier_and_ece(resampled_sums(parts, seed), len(pairs))
    brier, ece = (float(value) for value in _brier_and_ece(parts.sum(axis=0, keepdims=True), len(pairs))[0])
    return Reliability(
        tasks=len(pairs),
        bins=tuple(_bin(pairs[first:last]) for first, last in zip(starts, [*starts[1:], len(pairs)], strict=True)),
        brier=brier,
        brier_ci=percentile_interval(values[:, 0]),
        ece=ece,
        ece_ci=_mirrored(ece, percentile_interval(values[:, 1])),
        reason=None,
    )


def _starts(sure: "Floats") -> list[int]:
    """The index at which each bin begins in the sorted confidences."""
    import numpy

    bins = max(1, min(BINS, len(sure) // LEAST_PER_BIN))
    wanted = [len(sure) * number // bins for number in range(bins)]
    return sorted({int(numpy.searchsorted(sure, sure[place])) for place in wanted})


def _bin(pairs: Sequence[tuple[float, bool]]) -> Bin:
    right = sum(correct for _, correct in pairs)
    sure = [confidence for confidence, _ in pairs]
    return Bin(sure[0], sure[-1], len(pairs), sum(sure) / len(sure), right / len(pairs), wilson(right, len(pairs)))


def _parts(gap: "Floats", error: "Floats", starts: list[int]) -> "Floats":
    """Array [scored answer, (gap in the column of its bin, squared error)], to be summed."""
    import numpy

    bins = numpy.searchsorted(starts, numpy.arange(len(gap)), side="right") - 1
    parts = numpy.zeros((len(gap), len(starts) + 1))
    parts[numpy.arange(len(gap)), bins] = gap
    parts[:, -1] = error
    return parts


def _brier_and_ece(sums: "Floats", claims: int) -> "Floats":
    """Array [resample, (Brier, ECE)] from [resample, (gap of each bin, squared error)]."""
    import numpy

    return numpy.stack([sums[:, -1], numpy.abs(sums[:, :-1]).sum(axis=1)], axis=1) / claims


def _mirrored(value: float, interval: Interval | None) -> Interval | None:
    """The basic bootstrap interval.

    Chance makes an ECE too high, and a resample's ECE even higher. The percentile interval would have both on the same
    side.
    """
    if interval is None:
        return None
    return max(0.0, 2 * value - interval[1]), max(0.0, 2 * value - interval[0])
