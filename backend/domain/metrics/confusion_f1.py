"""F1s that are compatible with confusion tables: draws from their posterior, for intervals.

The cells of a control's table are Dirichlet distributed: their counts, and beside these a quarter of a task on the
right cell of each ground truth and a quarter spread over its wrong ones. A bootstrap knows only the errors that it has
seen: with none seen its interval is one point, and a label with two tasks is drawn as if those two were all there could
be. `python -m benchmarks.statistics` measures how often the intervals contain the truth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backend.domain.metrics.classification import NONE, REJECTED

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from backend.domain.statistics.bootstrap import Floats

Table = Mapping[str, Mapping[str, int]]
"""Ground truth -> answer -> count."""
TIMES = 2000
PRIOR = 0.25
"""Tasks, on the right answer of each ground truth and on all its wrong ones."""


@dataclass(frozen=True, slots=True)
class LabelSums:
    """Arrays [draw, label], each over the number of tasks: how often the label is in ground truth and answer, in the
    answer, and in the ground truth."""

    hits: "Floats"
    answered: "Floats"
    expected: "Floats"


def drawn_f1s(tables: Mapping[str, Table], seed: int, others: LabelSums | None = None) -> "Floats":
    """Array [draw, (macro, weighted)].

    tables: by control
    others: draws of the labels of controls that have no table; they decide how many draws there are
    """
    import numpy

    rng, times = numpy.random.default_rng(seed), TIMES if others is None else len(others.hits)
    return f1s_of([*(_sums(rng, table, times) for table in tables.values()), *([others] if others else [])])


def f1s_of(parts: Sequence[LabelSums]) -> "Floats":
    """Array [draw, (macro, weighted)] of labels that the parts have; one counts where it occurs, as in a
    Score."""
    import numpy

    hits, answered, expected = (
        numpy.concatenate([getattr(part, name) for part in parts], axis=1) for name in ("hits", "answered", "expected")
    )
    with numpy.errstate(invalid="ignore"):
        defined = answered + expected > 0
        f1 = numpy.where(defined, 2 * hits / (answered + expected), 0)
        macro = f1.sum(axis=1) / defined.sum(axis=1)
        weighted = (f1 * expected).sum(axis=1) / expected.sum(axis=1)
    return numpy.stack([macro, weighted], axis=1)


def _sums(rng: "Generator", table: Table, times: int) -> LabelSums:
    """Cells without a task are drawn together, row by row, and divided equally: there may be a million of them."""
    import numpy

    classes = sorted({*table, *(name for row in table.values() for name in row if name != REJECTED)})
    size, position = len(classes), {name: number for number, name in enumerate(classes)}
    shapes = numpy.zeros((size, size + 1))
    for truth, row in table.items():
        for answer, count in row.items():
            shapes[position[truth], position.get(answer, size)] += count
    unseen = shapes == 0
    numpy.fill_diagonal(unseen, False)
    shapes += numpy.where(unseen, 0, PRIOR / size)
    shapes[numpy.arange(size), numpy.arange(size)] += PRIOR - PRIOR / size
    rest = unseen.sum(axis=1)
    rows, columns = numpy.nonzero(~unseen)
    cells = rng.gamma(shapes[rows, columns], size=(times, len(rows)))
    spread = rng.gamma(numpy.maximum(PRIOR * rest / size, 1e-12), size=(times, size)) / numpy.maximum(rest, 1)
    by_row = _summed(cells, rows, size) + spread * rest
    elsewhere = spread.sum(axis=1, keepdims=True) - _summed(spread[:, rows], columns, size)
    by_column = _summed(cells, columns, size) + elsewhere
    hits = cells[:, rows == columns]
    labels = [number for number, name in enumerate(classes) if name != NONE]
    total = by_row.sum(axis=1, keepdims=True)
    return LabelSums(*(numpy.asarray(sums[:, labels] / total) for sums in (hits, by_column, by_row)))


def _summed(cells: "Floats", places: "NDArray[Any]", size: int) -> "Floats":
    """Array [draw, place]: the cells of each of `size` places, of which each has one."""
    import numpy

    order = numpy.argsort(places, kind="stable")
    starts = numpy.searchsorted(places[order], numpy.arange(size))
    ends = numpy.searchsorted(places[order], size)
    return numpy.asarray(numpy.add.reduceat(cells[:, order[:ends]], starts, axis=1))
