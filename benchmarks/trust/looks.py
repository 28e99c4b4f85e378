"""How often many looks at equal rewrites call one of them better, counted and not counted."""

from collections.abc import Iterator
from typing import Any

import numpy

from backend.domain.optimize.looks import ALL_LOOKS, CountedLook, Look, counted
from backend.domain.statistics.paired_tests import mcnemar
from benchmarks.trust.label_confidence import Row

PROJECTS = 2000
LOOKS = 50
ACCURACY = 0.8
APART = 0.15
"""The part of the tasks on which two equal prompts differ."""


def looks(rng: Any) -> Iterator[Row]:
    """Of one prompt in each project; each look is at another rewrite that is equally good."""
    for name, sizes in (
        ("the same 200 ground truths", [200] * LOOKS),
        ("50 ground truths, 10 more each time", list(range(50, 50 + 10 * LOOKS, 10))),
    ):
        levels = [_counted(sizes, number) for number in range(LOOKS)]
        found = [_project(rng, sizes, levels) for _ in range(PROJECTS)]
        once, always = (numpy.mean([one[way] for one in found]) for way in (0, 1))
        yield f"50 looks at {name}: called better", f"{always:.1%} (uncounted {once:.1%})", "at most 5 %"
    yield from _power(rng)


def _counted(sizes: list[int], number: int) -> CountedLook:
    past = [Look(str(n), frozenset(range(size))) for n, size in enumerate(sizes[:number])]
    return counted(past, Look(str(number), frozenset(range(sizes[number]))), "base")


def _project(rng: Any, sizes: list[int], levels: list[CountedLook]) -> tuple[bool, bool]:
    """Whether a look calls a rewrite better: without counting, and counted."""
    most, uncounted, better = max(sizes), False, False
    for size, look in zip(sizes, levels, strict=True):
        change = rng.choice([0, 1, -1], size=most, p=[1 - APART, APART / 2, APART / 2])[:size]
        uncounted |= _better(change, 0.025)
        better |= _better(change[min(look.tasks) :], look.level)
    return bool(uncounted), bool(better)


def _better(change: Any, level: float) -> bool:
    fixed, broken = int((change > 0).sum()), int((change < 0).sum())
    return fixed > broken and mcnemar(fixed, broken) / 2 < level


def _power(rng: Any) -> Iterator[Row]:
    """Of the first look at a rewrite that is right on 6 points more, 200 ground truths."""
    changes = rng.choice([0, 1, -1], size=(PROJECTS, 200), p=[1 - APART, APART / 2 + 0.03, APART / 2 - 0.03])
    first = CountedLook(1, frozenset()).level
    found, before = (numpy.mean([_better(change, level) for change in changes]) for level in (first, ALL_LOOKS / 2))
    yield "a rewrite better by 6 points, found at the first look", f"{found:.1%} (uncounted {before:.1%})", "no less"
