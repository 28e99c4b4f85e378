"""Simulated projects: how sure the model is of each task, whether it is right, and which tasks people label."""

from dataclasses import dataclass
from typing import Any

import numpy

TASKS = 5000
DRAWN = 300


@dataclass(frozen=True)
class SimulatedProject:
    """Arrays [task]: the model's confidence, and whether it is right."""

    sure: Any
    right: Any

    def wrong_share(self, threshold: float) -> float:
        """Of all tasks, those answered wrongly from the threshold up."""
        return float((~self.right & (self.sure >= threshold)).mean())

    def accuracy(self, threshold: float) -> float:
        """Of the answers from the threshold up."""
        return float(self.right[self.sure >= threshold].mean())


def simulated(rng: Any, over_confident: float = 1.0) -> SimulatedProject:
    """Right on about 83 %; log-odds of its confidence are those of the truth times `over_confident`."""
    odds = rng.normal(2.5, 1.8, TASKS)
    return SimulatedProject(_logistic(over_confident * odds), rng.random(TASKS) < _logistic(odds))


def drawn(rng: Any, tasks: int = DRAWN) -> Any:
    """Ids of a random sample."""
    return rng.choice(TASKS, tasks, replace=False)


def easy_first(rng: Any, project: SimulatedProject, tasks: int) -> Any:
    """Ids of tasks that people choose: easy ones are likelier."""
    weights = 0.2 + project.sure
    return rng.choice(TASKS, tasks, replace=False, p=weights / weights.sum())


def without_hard(project: SimulatedProject, chosen: Any, share: float) -> tuple[Any, Any]:
    """(labelled, skipped): people skip this share of the chosen tasks, those on which the model is wrong first."""
    order = numpy.lexsort((project.sure[chosen], project.right[chosen]))
    skipped = chosen[order[: round(len(chosen) * share)]]
    return numpy.setdiff1d(chosen, skipped), skipped


def _logistic(odds: Any) -> Any:
    return 1 / (1 + numpy.exp(-odds))
