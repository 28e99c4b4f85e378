"""The 95 % intervals of a Score: Wilson's for the accuracy, a seeded bootstrap over tasks for the F1s.

Percentile intervals of F1 are too narrow for few tasks (`python -m benchmarks.statistics` measures by how much). Below
FEW tasks, `few` says so.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.cases import Case
from backend.domain.metrics.classification import items_of
from backend.domain.statistics.bootstrap import SEED, percentile_interval, resample
from backend.domain.statistics.intervals import Interval, wilson

if TYPE_CHECKING:
    from backend.domain.statistics.bootstrap import Floats

FEW = 100
"""With fewer tasks the intervals of F1s hold clearly less often than they say."""


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
    if cells is None:
        return ScoreIntervals(accuracy, None, None, None, outputs < FEW)
    import numpy

    tasks = numpy.array([case.tasks for case in cases], dtype=float)
    f1s = resample(tasks, lambda drawn: _f1s(drawn, cells), seed)
    macro, micro, weighted = (percentile_interval(f1s[:, column]) for column in range(3))
    return ScoreIntervals(accuracy, macro, micro, weighted, outputs < FEW)


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
