"""Krippendorff's alpha for categories: agreement among people, corrected for what chance gives.

Krippendorff 2011, "Computing Krippendorff's alpha-reliability": 1 minus the observed disagreement over the one that
would be expected if the same answers were given to any tasks. Tasks may have different people, and different numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from backend.domain.statistics.bootstrap import agreement_interval
from backend.domain.statistics.intervals import Interval

if TYPE_CHECKING:
    from backend.domain.statistics.bootstrap import Floats


@dataclass(frozen=True, slots=True)
class KrippendorffAlpha:
    """alpha: at most 1; None if only one answer was ever given
    interval: 95 %, over tasks, see `agreement_interval`; None if all tasks were given the same answers, which do not
        show how far tasks differ
    """

    alpha: float | None = None
    interval: Interval | None = None


def krippendorff(tasks: Sequence[Sequence[str]]) -> KrippendorffAlpha:
    """`tasks`: of each the answers of its people; those with fewer than two do not count."""
    import numpy

    several = [answers for answers in tasks if len(answers) > 1]
    number = {name: index for index, name in enumerate(dict.fromkeys(name for answers in several for name in answers))}
    if len(number) < 2:
        return KrippendorffAlpha()
    counts = numpy.zeros((len(several), len(number)))
    for row, answers in zip(counts, several, strict=True):
        numpy.add.at(row, [number[name] for name in answers], 1)
    sizes = counts.sum(axis=1)
    apart = (sizes**2 - (counts**2).sum(axis=1)) / (sizes - 1)
    parts = numpy.column_stack([apart, counts])
    sums = parts.sum(axis=0)
    chance = numpy.array([_by_chance(sums), *sums[1:]]) / len(parts)
    alphas = partial(_alphas, total=float(sizes.sum()))
    differ = (counts != counts[0]).any()
    return KrippendorffAlpha(
        float(alphas(sums[None])[0]), agreement_interval(parts, chance, alphas) if differ else None
    )


def _alphas(sums: "Floats", total: float) -> "Floats":
    """Of rows of: the sum of what is apart, and how often each answer was given.

    total: how many answers there are; each row is scaled to it. The weights of a draw have another total, and the
    correction in `_by_chance` needs the number of answers.
    """
    scaled = sums * (total / sums[:, 1:].sum(axis=1, keepdims=True))
    alphas: Floats = 1 - scaled[:, 0] / _by_chance(scaled)
    return alphas


def _by_chance(sums: "Floats") -> "Floats":
    """What would be apart by chance, of each row."""
    total = sums[..., 1:].sum(axis=-1)
    by_chance: Floats = (total**2 - (sums[..., 1:] ** 2).sum(axis=-1)) / (total - 1)
    return by_chance
