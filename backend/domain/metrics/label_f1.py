"""Sums that F1s of labels are computed from, where a control takes several: labels, spans, paths, marks in a picture.

Tasks are drawn by the Bayesian bootstrap, because what is found in one task is right or wrong together. A draw knows
only what was seen, so each label has prior tasks beside them, as in `domain.metrics.confusion_f1`. Draws for the low
end of an interval have a quarter of a task that misses the label and a quarter with a false alarm, draws for the high
end a quarter that is right, with as many items of the label as the tasks have that have any.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend.domain.labels.controls.base import Control
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.cases import Case
from backend.domain.metrics.classification import items_of
from backend.domain.metrics.confusion_f1 import PRIOR, LabelSums
from backend.domain.statistics.bootstrap import SEED, resample

if TYPE_CHECKING:
    from backend.domain.statistics.bootstrap import Floats


def label_counts(
    cases: Sequence[Case], schema: LabelSchema, fields: Sequence[Control] | None = None
) -> "Floats | None":
    """Array [case, 3 * label]: how often each label is in both, in the answer, in the ground truth; None without any
    label. fields: the controls that count; by default all."""
    counted = []
    for case in cases:
        expected, answered = items_of(case, schema, fields)
        counted.append([Counter(label for label, _ in side) for side in (expected & answered, answered, expected)])
    labels = sorted({label for counts in counted for side in counts for label in side})
    if not labels:
        return None
    import numpy

    return numpy.array([[side[label] for side in counts for label in labels] for counts in counted], float)


def label_sums(tasks: "Floats", counts: "Floats") -> LabelSums:
    """Without a draw: a row for each row of `tasks`, [row, case]; see `label_counts`."""
    return _split(tasks @ counts / tasks.sum(axis=1, keepdims=True))


def drawn_label_sums(tasks: "Floats", counts: "Floats", seed: int = SEED) -> tuple[LabelSums, LabelSums]:
    """`bootstrap.TIMES` draws for the low, and for the high end of an interval.

    tasks: how many have the counts of each row
    """
    import numpy

    sums = resample(tasks, lambda drawn: drawn @ counts, seed)
    _, answered, expected = numpy.split(counts, 3, axis=1)
    items = numpy.maximum(answered, expected)
    size = tasks @ items / (tasks @ (items > 0))
    rng = numpy.random.default_rng([seed, 1])
    right, missed, wrong = rng.gamma(PRIOR, size=(3, len(sums), len(size))) * size
    low, high = numpy.concatenate([0 * right, wrong, missed], axis=1), numpy.concatenate([right] * 3, axis=1)
    return _split((sums + low) / tasks.sum()), _split((sums + high) / tasks.sum())


def _split(sums: "Floats") -> LabelSums:
    import numpy

    return LabelSums(*numpy.split(sums, 3, axis=1))
