"""How often a canary says of an unchanged model that it has changed, and how often it sees a change."""

from collections.abc import Iterator
from typing import Any

import numpy

from backend.domain.canary import REQUESTS, Reasked, canary_of, needs_second, odd_one_out
from benchmarks.trust.label_confidence import Row

PROJECTS = 2000
OTHERS = 3
"""So many other answers a model gives where it does not give its usual one."""


def canaries(rng: Any) -> Iterator[Row]:
    for astray in (0.02, 0.1, 0.3):
        found, asked = _found(rng, astray, 0.0)
        name = f"canary of an unchanged model, unusual answers to {astray:.0%}"
        yield name, f"alarm {found:.1%}, {asked:.0f} asked", "at most 2 %"
    for changed in (0.1, 0.15, 0.3):
        found, asked = _found(rng, 0.02, changed)
        name = f"canary of a changed model, other answers to {changed:.0%}"
        yield name, f"alarm {found:.0%}, {asked:.0f} asked", "no bound"


def _found(rng: Any, astray: float, changed: float) -> tuple[float, float]:
    """The share of alarms, and how many requests were sent on average."""
    alarms, asked = 0, 0
    for _ in range(PROJECTS):
        usual = numpy.where(rng.random(REQUESTS) < changed, 1, 0)
        stored, first, second = (_said(rng, mode, astray) for mode in (0 * usual, usual, usual))
        once = [Reasked(bool(change)) for change in stored != first]
        twice = needs_second(once)
        alarms += twice and canary_of(_asked_twice(once, stored, first, second)).model_changed
        asked += (1 + twice) * REQUESTS
    return alarms / PROJECTS, asked / PROJECTS


def _said(rng: Any, usual: Any, astray: float) -> Any:
    """A model's answers, as numbers."""
    return numpy.where(rng.random(REQUESTS) < astray, rng.integers(2, 2 + OTHERS, REQUESTS), usual)


def _asked_twice(once: list[Reasked], stored: Any, first: Any, second: Any) -> list[Reasked]:
    rows = zip(stored == first, stored == second, first == second, once, strict=True)
    return [Reasked(one.changed, odd_one_out(bool(a), bool(b), bool(c))) for a, b, c, one in rows]
