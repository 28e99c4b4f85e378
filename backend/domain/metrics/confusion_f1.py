"""F1s that are compatible with confusion tables: draws from their posterior, for intervals.

The cells of a control's table are Dirichlet distributed: their counts, and beside these a quarter of a task on the
right cell of each ground truth and a quarter spread over its wrong ones. A bootstrap knows only the errors that it has
seen: with none seen its interval is one point, and a label with two tasks is drawn as if those two were all there could
be. `python -m benchmarks.statistics` measures how often the intervals contain the truth.
"""

from collections.abc import Mapping
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
class Sums:
    """Arrays [draw, label]: shares of the tasks whose answer is the label and right, is the label, should be it."""

    hits: "Floats"
    answered: "Floats"
    expected: "Floats"


def drawn_f1s(tables: Mapping[str, Table], seed: int) -> "Floats":
    """Array [draw, (macro, micro, weighted)]. tables: by control."""
    import numpy

    rng = numpy.random.default_rng(seed)
    parts = [_sums(rng, table) for table in tables.values()]
    hits, answered, expected = (
        numpy.concatenate([getattr(part, name) for part in parts], axis=1) for name in ("hits", "answered", "expected")
    )
    f1 = 2 * hits / (answered + expected)
    micro = 2 * hits.sum(axis=1) / (answered + expected).sum(axis=1)
    weighted = (f1 * expected).sum(axis=1) / expected.sum(axis=1)
    return numpy.stack([f1.mean(axis=1), micro, weighted], axis=1)


def _sums(rng: "Generator", table: Table) -> Sums:
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
    cells = rng.gamma(shapes[rows, columns], size=(TIMES, len(rows)))
    spread = rng.gamma(numpy.maximum(PRIOR * rest / size, 1e-12), size=(TIMES, size)) / numpy.maximum(rest, 1)
    by_row = _summed(cells, rows, size) + spread * rest
    elsewhere = spread.sum(axis=1, keepdims=True) - _summed(spread[:, rows], columns, size)
    by_column = _summed(cells, columns, size) + elsewhere
    hits = cells[:, rows == columns]
    labels = [number for number, name in enumerate(classes) if name != NONE]
    total = by_row.sum(axis=1, keepdims=True)
    return Sums(*(numpy.asarray(sums[:, labels] / total) for sums in (hits, by_column, by_row)))


def _summed(cells: "Floats", places: "NDArray[Any]", size: int) -> "Floats":
    """Array [draw, place]: the cells of each of `size` places, of which each has one."""
    import numpy

    order = numpy.argsort(places, kind="stable")
    starts = numpy.searchsorted(places[order], numpy.arange(size))
    ends = numpy.searchsorted(places[order], size)
    return numpy.asarray(numpy.add.reduceat(cells[:, order[:ends]], starts, axis=1))
