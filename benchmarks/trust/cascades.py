"""How often the difference bound of a cascade is broken, and what the chosen threshold saves of what it could.

Two models of known accuracy: the first is right on about 81 %, the second on about 91 %; how hard a task is for one
says something of the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy

from backend.domain.calibration.cascade_tradeoff import AnswerPair, lowest_threshold
from benchmarks.trust.promises import PROJECTS, Row

TASKS = 20_000
FEW, MANY = 100, 1000
UNKNOWN = (None, None)


@dataclass(frozen=True)
class TwoModels:
    """Arrays [task]: the first model's confidence, and whether the second says the same."""

    sure: Any
    same: Any

    def differs(self, below: float) -> float:
        """The share of all tasks on which the outcome is not the second's."""
        return float((~self.same & (self.sure >= below)).mean())

    def kept(self, below: float | None) -> float:
        """The share of tasks that the first answers: what is saved."""
        return 0.0 if below is None else float((self.sure >= below).mean())

    def oracle(self, target: float) -> float:
        """The most that can be kept with at most `target` different."""
        order = numpy.argsort(-self.sure)
        wrong = numpy.cumsum(~self.same[order]) / len(order)
        return float(numpy.searchsorted(wrong, target, side="right") / len(order))


def two_models(rng: Any, over_confident: float = 1.0) -> TwoModels:
    """Four labels; both are wrong in the same way on half of the tasks that both get wrong."""
    odds = rng.normal(2.2, 1.8, TASKS)
    right = rng.random(TASKS) < _logistic(odds)
    second = rng.random(TASKS) < _logistic(1.7 + 0.8 * odds)
    same = (right & second) | (~right & ~second & (rng.random(TASKS) < 0.5))
    return TwoModels(_logistic(over_confident * odds), same)


def cascades(rng: Any) -> Iterator[Row]:
    for target in (0.03, 0.05):
        for pairs in (FEW, 500, MANY):
            yield _row(rng, target, pairs, 1.0)
        yield _row(rng, target, MANY, 3.0)


def _row(rng: Any, target: float, number: int, over: float) -> Row:
    broken, kept, most = 0, 0.0, 0.0
    for _ in range(PROJECTS):
        models = two_models(rng, over)
        below = _threshold(models, rng.choice(TASKS, number, replace=False), target)
        broken += below is not None and models.differs(below) > target
        kept += models.kept(below) / PROJECTS
        most += models.oracle(target) / PROJECTS
    name = f"cascade --differs {target}, {number} pairs{', over-confident' if over > 1 else ''}"
    wanted = "at most 5 %, at least 80 % of the most" if number == MANY else "at most 5 %"
    return name, f"broken {broken / PROJECTS:.1%}, keeps {kept:.0%} of {most:.0%} ({kept / most:.0%})", wanted


def _threshold(models: TwoModels, chosen: Any, target: float) -> float | None:
    rows = zip(models.sure[chosen].tolist(), models.same[chosen].tolist(), strict=True)
    pairs = [AnswerPair(task, sure, same, UNKNOWN) for task, (sure, same) in enumerate(rows)]
    return lowest_threshold(pairs, target).threshold


def _logistic(odds: Any) -> Any:
    return 1 / (1 + numpy.exp(-odds))
