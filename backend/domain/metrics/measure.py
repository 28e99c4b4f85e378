"""Measure: one number that is told of a control by itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from backend.domain.labels.controls.base import Control, Held
from backend.domain.metrics.cases import Case
from backend.domain.statistics.intervals import Interval, ratio
from backend.domain.statistics.task_ratios import share_interval

Grade = Callable[[Control, Held, Held], float]
"""Control, answer and truth -> how good the answer is, 0..1."""


@dataclass(frozen=True, slots=True)
class Measure:
    """`value`: None where it does not exist, `reason` says why. `interval`: 95 %, over tasks."""

    value: float | None
    interval: Interval | None
    reason: str = ""


Measures = Callable[[Sequence[Case], Control], Mapping[str, Measure]]
"""The cases of a version, at least one, and a control -> name -> Measure."""


def graded(grades: Mapping[str, Grade]) -> Measures:
    """The mean of each grade over the outputs; an answer that can't be used has 0."""
    return lambda cases, field: {name: _mean(cases, field, grade) for name, grade in grades.items()}


def _mean(cases: Sequence[Case], field: Control, grade: Grade) -> Measure:
    tasks = [case.tasks for case in cases]
    grades = [_graded(case, field, grade) for case in cases]
    mean = ratio(fsum(n * value for n, value in zip(tasks, grades, strict=True)), sum(tasks))
    return Measure(mean, share_interval([(value, 1.0) for value in grades], tasks))


def _graded(case: Case, field: Control, grade: Grade) -> float:
    if case.answer is None:
        return 0.0
    return grade(field, case.answer.get(field.name), case.truth.get(field.name))
