"""The 95 % intervals of a Score: Wilson's for the accuracy, and for micro F1 that of a share over tasks. For the other
F1s draws: of the confusion tables of controls that take one label (`domain.metrics.confusion_f1`), of the tasks for the
rest (`domain.metrics.label_f1`).

With few tasks, labels that have not occurred yet make them too narrow. `few` says where the intervals of F1 may be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.cases import Case
from backend.domain.metrics.classification import confusion_tables
from backend.domain.metrics.confusion_f1 import drawn_f1s, f1s_of
from backend.domain.metrics.label_f1 import drawn_label_sums, label_counts, label_sums
from backend.domain.statistics.bootstrap import SEED, percentile_interval
from backend.domain.statistics.intervals import Interval, wilson
from backend.domain.statistics.task_ratios import share_interval

if TYPE_CHECKING:
    from backend.domain.statistics.bootstrap import Floats

FEW = 100
"""With fewer tasks the intervals of F1s may hold less often than they say."""


@dataclass(frozen=True, slots=True)
class ScoreIntervals:
    """None if the number itself is None. `few`: whether the intervals of F1 are too narrow to be taken literally."""

    accuracy: Interval | None
    f1_macro: Interval | None
    f1_micro: Interval | None
    f1_weighted: Interval | None
    few: bool


def score_intervals(cases: Sequence[Case], schema: LabelSchema, seed: int = SEED) -> ScoreIntervals:
    """The intervals of the Score that `score_of` computes from the same cases."""
    outputs = sum(case.tasks for case in cases)
    accuracy = wilson(sum(case.tasks for case in cases if case.correct), outputs)
    counts, few = label_counts(cases, schema), outputs < FEW
    if counts is None:
        return ScoreIntervals(accuracy, None, None, None, few)
    import numpy

    tasks = numpy.array([case.tasks for case in cases], dtype=float)
    measured = label_sums(tasks[None], counts)
    (macro, weighted), drawn = f1s_of([measured])[0].tolist(), _drawn(cases, schema, tasks, seed)
    of_macro, of_weighted = (_percentiles(*(f1s[:, column] for f1s in drawn)) for column in (0, 1))
    return ScoreIntervals(accuracy, _with(of_macro, macro), _micro(tasks, counts), _with(of_weighted, weighted), few)


def _drawn(cases: Sequence[Case], schema: LabelSchema, tasks: "Floats", seed: int) -> tuple["Floats", "Floats"]:
    """Draws for the low and for the high ends."""
    tables, several = confusion_tables(cases, schema), [field for field in schema.fields if not field.exclusive]
    others = label_counts(cases, schema, several)
    if others is None:
        return (f1s := drawn_f1s(tables, seed)), f1s
    low, high = drawn_label_sums(tasks, others, seed)
    return drawn_f1s(tables, seed, low), drawn_f1s(tables, seed, high)


def _micro(tasks: "Floats", counts: "Floats") -> Interval | None:
    """Of the share of labels in ground truths and answers that are in both; of one label in each task it is the
    accuracy's."""
    import numpy

    hits, answered, expected = (part.sum(axis=1) for part in numpy.split(counts, 3, axis=1))
    return share_interval(list(zip((2 * hits).tolist(), (answered + expected).tolist(), strict=True)), tasks.tolist())


def _percentiles(low: "Floats", high: "Floats") -> Interval | None:
    below, above = percentile_interval(low), percentile_interval(high)
    return below and above and (min(below[0], above[0]), above[1])


def _with(interval: Interval | None, measured: float) -> Interval | None:
    """Widened to contain what was measured; None where nothing was."""
    return interval and (None if isnan(measured) else (min(interval[0], measured), max(interval[1], measured)))
