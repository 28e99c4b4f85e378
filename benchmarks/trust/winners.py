"""How far figures of a version that a search saved are from the truth, on ground truths that chose it and on others.

A search learns from 100 of them and judges the best of eight rewrites on 100 others, at the level of a first look.
"""

from collections.abc import Iterator
from typing import Any

import numpy

from backend.domain.dataset.draw import TruthBasis
from backend.domain.optimize.looks import CountedLook
from backend.domain.statistics.intervals import wilson
from backend.domain.statistics.paired_tests import mcnemar
from benchmarks.trust.label_confidence import Row

SEARCHES = 60_000
REWRITES, HALF = 8, 100
ACCURACY, APART = 0.8, 0.15
"""Of the prompt, and the part of the tasks on which a rewrite differs from it."""
BASIS = TruthBasis(tuple(range(3 * HALF)), chosen=tuple(range(2 * HALF)))
"""What figures of a winner rest on: the truths that it learned from, those that judged it, and others."""


def winners(rng: Any) -> Iterator[Row]:
    for gain in (0.0, 0.05):
        found = [one for one in (_winner(rng, gain) for _ in range(SEARCHES)) if one is not None]
        chosen, others, alone = (numpy.mean([one[way] for one in found]) for way in range(3))
        name = f"a winner {gain:.0%} better" if gain else "a winner no better"
        yield f"{name}: accuracy of {ACCURACY + gain:.2f} on the truths that chose it", f"{chosen:.2f}", "told as such"
        yield "  on the others, and how often below the interval there", f"{others:.2f}, {alone:.1%}", "at most 3 %"


def _winner(rng: Any, gain: float) -> tuple[float, float, bool] | None:
    """Accuracy on the truths that chose it and on those that did not, and whether the interval of these is above the
    true accuracy; None if nothing was saved."""
    base = rng.random(3 * HALF) < ACCURACY
    broken = (base & (rng.random((REWRITES, 3 * HALF)) < (APART - gain) / 2 / ACCURACY)).astype(bool)
    fixed = ~base & (rng.random((REWRITES, 3 * HALF)) < (APART + gain) / 2 / (1 - ACCURACY))
    rights = (base & ~broken) | fixed
    best = int(rights[:, :HALF].sum(axis=1).argmax())
    judging = slice(HALF, 2 * HALF)
    won, lost = int(fixed[best, judging].sum()), int(broken[best, judging].sum())
    if won <= lost or mcnemar(won, lost) / 2 >= CountedLook(1, frozenset()).level:
        return None
    left = list(BASIS.without_chosen().truths)
    right = int(rights[best, left].sum())
    low, _ = wilson(right, len(left)) or (0.0, 1.0)
    return float(rights[best, list(BASIS.chosen)].mean()), right / len(left), low > ACCURACY + gain
