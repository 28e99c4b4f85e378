"""Measures: what is told of each control by itself, chosen by the kind of its values.

The F1s of labels go over all controls together and are in `classification`; what this adds matters where a control
holds something else than labels.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from backend.domain.answer import AnswerValue, Labels, Texts
from backend.domain.labels.controls.base import Control, Held
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics import text_match
from backend.domain.metrics.cases import Case
from backend.domain.statistics.bootstrap import SEED, percentile_interval, resample
from backend.domain.statistics.intervals import Interval, ratio

Grade = Callable[[Control, Held, Held], float]
"""Control, answer and truth -> how good the answer is, 0..1."""


@dataclass(frozen=True, slots=True)
class Measure:
    """The mean of a grade over the outputs; an answer that can't be used has 0. `interval`: by bootstrap over tasks."""

    value: float
    interval: Interval | None


GRADES: Mapping[type[AnswerValue], Mapping[str, Grade]] = {
    Labels: {"accuracy": text_match.exact_match},
    Texts: text_match.GRADES,
}
"""Kind of value -> name of each measure -> its grade."""


def measures_of(cases: Sequence[Case], schema: LabelSchema) -> dict[str, dict[str, Measure]]:
    """Control -> name -> Measure; {} where all controls hold labels, whose figures are in a Score."""
    if not cases or all(field.holds is Labels for field in schema.fields):
        return {}
    return {
        field.name: {name: _mean(cases, field, grade) for name, grade in GRADES[field.holds].items()}
        for field in schema.fields
    }


def _mean(cases: Sequence[Case], field: Control, grade: Grade) -> Measure:
    import numpy

    tasks = numpy.array([case.tasks for case in cases], dtype=float)
    grades = numpy.array([_graded(case, field, grade) for case in cases], dtype=float)
    drawn = resample(tasks, lambda counts: (counts @ grades) / counts.sum(axis=1), SEED)
    return Measure(ratio(float(tasks @ grades), float(tasks.sum())) or 0.0, percentile_interval(drawn))


def _graded(case: Case, field: Control, grade: Grade) -> float:
    if case.answer is None:
        return 0.0
    return grade(field, case.answer.get(field.name), case.truth.get(field.name))
