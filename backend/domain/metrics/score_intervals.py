"""The 95 % intervals of a Score: Wilson's for the accuracy; for the F1s a posterior of the confusion tables where all
controls take one label (`domain.metrics.confusion_f1`), else a seeded bootstrap over tasks.

Percentile intervals of a bootstrap are too narrow for few tasks. `few` says where the intervals of F1 may be.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.cases import Case
from backend.domain.metrics.classification import NONE, REJECTED, confusion_tables, items_of
from backend.domain.metrics.confusion_f1 import Table, drawn_f1s
from backend.domain.statistics.bootstrap import SEED, percentile_interval, resample
from backend.domain.statistics.intervals import Interval, wilson

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
    cells = _cells(cases, schema)
    exclusive = all(field.exclusive for field in schema.fields)
    few = outputs < FEW
    if cells is None:
        return ScoreIntervals(accuracy, None, None, None, few)
    import numpy

    tasks = numpy.array([case.tasks for case in cases], dtype=float)
    if not exclusive:
        macro, micro, weighted = _percentiles(resample(tasks, lambda drawn: _f1s(drawn, cells), seed))
        return ScoreIntervals(accuracy, macro, micro, weighted, few)
    tables, measured = confusion_tables(cases, schema), _f1s(tasks[None], cells)[0]
    macro, micro, weighted = _percentiles(drawn_f1s(tables, seed), measured)
    return ScoreIntervals(accuracy, macro, accuracy if _is_accuracy(tables) else micro, weighted, few)


def _percentiles(f1s: "Floats", measured: "Floats | None" = None) -> Iterator[Interval | None]:
    """The interval of each column, widened to contain what was `measured`."""
    for column, values in enumerate(f1s.T):
        interval, value = percentile_interval(values), None if measured is None else float(measured[column])
        if interval is None or value is None:
            yield interval
        else:
            yield None if isnan(value) else (min(interval[0], value), max(interval[1], value))


def _is_accuracy(tables: Mapping[str, Table]) -> bool:
    """Whether micro F1 is the accuracy: one label in each ground truth and each answer."""
    names = {name for table in tables.values() for truth, row in table.items() for name in (truth, *row)}
    return len(tables) == 1 and not names & {NONE, REJECTED}


def _cells(cases: Sequence[Case], schema: LabelSchema) -> "Floats | None":
    """Array [case, 3 * label]: how often each label is in both, in the answer, in the ground truth; None without any
    label."""
    counted = []
    for case in cases:
        expected, answered = items_of(case, schema)
        counted.append([Counter(label for label, _ in side) for side in (expected & answered, answered, expected)])
    labels = sorted({label for counts in counted for side in counts for label in side})
    if not labels:
        return None
    import numpy

    return numpy.array([[side[label] for side in counts for label in labels] for counts in counted], float)


def _f1s(drawn: "Floats", cells: "Floats") -> "Floats":
    """Array [resample, (macro, micro, weighted)]; a label counts if it was drawn, as in a Score."""
    import numpy

    hits, answered, expected = numpy.split(drawn @ cells, 3, axis=1)
    with numpy.errstate(invalid="ignore"):
        defined = answered + expected > 0
        f1 = numpy.where(defined, 2 * hits / (answered + expected), 0)
        macro = f1.sum(axis=1) / defined.sum(axis=1)
        micro = 2 * hits.sum(axis=1) / (answered + expected).sum(axis=1)
        weighted = (f1 * expected).sum(axis=1) / expected.sum(axis=1)
    return numpy.stack([macro, micro, weighted], axis=1)
