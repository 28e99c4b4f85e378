"""Which marks of two sides may be the same, so that of thousands not all are compared with all.

Each mark is compared with the MOST_COMPARED of the other side, with the same label, whose edges are nearest; where a
label has no more than that, with all. Two that are the same have near edges, so only where more than that lie on top of
each other may other pairs be found than by comparing all.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from backend.domain.shapes.likeness import ENOUGH, most_likeness
from backend.domain.shapes.marked_box import MarkedBox
from backend.domain.shapes.outline import bounds

MOST_COMPARED = 16

IndexPair = tuple[int, int]
"""The numbers of two marks: the one in the first sequence, the one in the second."""


def promising(first: Sequence[MarkedBox], second: Sequence[MarkedBox], ratio: float) -> Mapping[IndexPair, float]:
    """Their numbers -> what their likeness is at most, of those that may be alike enough."""
    places = _by_label(first), _by_label(second)
    return {
        (i, j): most
        for label in places[0].keys() & places[1].keys()
        for i, j in _near(first, second, (places[0][label], places[1][label]), ratio)
        if (most := most_likeness(first[i], second[j], ratio)) >= ENOUGH
    }


def _by_label(boxes: Sequence[MarkedBox]) -> Mapping[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for number, box in enumerate(boxes):
        places[box.label].append(number)
    return places


def _near(
    first: Sequence[MarkedBox], second: Sequence[MarkedBox], numbers: tuple[list[int], list[int]], ratio: float
) -> Iterator[IndexPair]:
    """Of the marks with these numbers: the nearest of each one, from both sides."""
    rows, columns = numbers
    if max(len(rows), len(columns)) <= MOST_COMPARED:
        yield from ((i, j) for i in rows for j in columns)
        return
    edges = [bounds(first[i], ratio) for i in rows], [bounds(second[j], ratio) for j in columns]
    yield from ((rows[i], columns[j]) for i, j in _nearest(*edges))
    yield from ((rows[i], columns[j]) for j, i in _nearest(edges[1], edges[0]))


def _nearest(edges: Sequence[Sequence[float]], others: Sequence[Sequence[float]]) -> Iterator[IndexPair]:
    """The numbers of each of `edges` and of the nearest of `others`."""
    from scipy.spatial import cKDTree

    ranks = list(range(1, min(MOST_COMPARED, len(others)) + 1))
    _, near = cKDTree(others).query(edges, k=ranks, p=1)
    return ((i, j) for i, row in enumerate(near.tolist()) for j in row)
