"""Which marks of an answer are those of the truth: the most alike first, each taken once (greedily, as PASCAL VOC does
with the most confident first).

Candidates: the pairs of marks of two sides that may be the same, so that not all pairs of thousands of marks are
compared.

Each mark is compared with the MOST_COMPARED of the other side, with the same label, whose edges are nearest; where a
label has no more than that, with all. Two that are the same have near edges, so only where more than that lie on top of
each other may other pairs be found than by comparing all.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heapify, heappop, heappush
from typing import TypeVar

from backend.domain.shapes.likeness import ENOUGH, distance, likeness, most_likeness
from backend.domain.shapes.marked_box import Boxes, MarkedBox, boxes_of, boxes_or_none
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


V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Pair:
    """likeness: see there
    apart: of two points, in percent of the picture's longer side
    """

    truth: MarkedBox
    answer: MarkedBox
    likeness: float
    apart: float


def pairs_of(answer: object, truth: object) -> Sequence[Pair]:
    """Of two values of an Answer: marks with the same label that are alike enough."""
    return _pairs(boxes_of(answer), boxes_of(truth), _ratio(truth, answer))


@lru_cache(maxsize=8192)
def _pairs(answered: Sequence[MarkedBox], expected: Sequence[MarkedBox], ratio: float) -> tuple[Pair, ...]:
    """Remembered, because each measure asks for them."""
    rows = sorted((-alike, i, j) for alike, i, j in _matched(expected, answered, ratio))
    boxes = ((expected[i], answered[j], -alike) for alike, i, j in rows)
    return tuple(Pair(box, other, alike, distance(box, other, ratio)) for box, other, alike in boxes)


def _matched(
    expected: Sequence[MarkedBox], answered: Sequence[MarkedBox], ratio: float
) -> Iterator[tuple[float, int, int]]:
    """(likeness, numbers of both). Where so many lie at the same place that not all were compared, those that are left
    are compared again."""
    rows, columns = list(range(len(expected))), list(range(len(answered)))
    while matches := _round([expected[i] for i in rows], [answered[j] for j in columns], ratio):
        yield from ((alike, rows[i], columns[j]) for alike, i, j in matches)
        if max(len(rows), len(columns)) <= MOST_COMPARED:
            return
        rows, columns = (
            _without(rows, {i for _, i, _ in matches}),
            _without(columns, {j for _, _, j in matches}),
        )


def _without(numbers: Sequence[int], places: Collection[int]) -> list[int]:
    return [number for index, number in enumerate(numbers) if index not in places]


def _round(expected: Sequence[MarkedBox], answered: Sequence[MarkedBox], ratio: float) -> list[tuple[float, int, int]]:
    near = promising(expected, answered, ratio)
    return list(_greedy(near, lambda i, j: likeness(expected[i], answered[j], ratio)))


def _greedy(
    most: Mapping[IndexPair, float], likeness_of: Callable[[int, int], float]
) -> Iterator[tuple[float, int, int]]:
    """(likeness, numbers of both), the most alike first, whose numbers no one before has.

    Clipping polygons takes long. So each is computed only when no other can be more alike, and never for a mark that
    is taken.
    most: numbers -> what their likeness is at most
    """
    waiting = [(-bound, False, i, j) for (i, j), bound in most.items()]
    heapify(waiting)
    used_rows, used_columns = set[int](), set[int]()
    while waiting:
        bound, share, i, j = heappop(waiting)
        if i in used_rows or j in used_columns:
            continue
        if share:
            used_rows.add(i)
            used_columns.add(j)
            yield -bound, i, j
        elif (alike := likeness_of(i, j)) >= ENOUGH:
            heappush(waiting, (-alike, True, i, j))


def as_in_truth(answer: V, truth: object) -> V | Boxes:
    """`answer` with each mark that is one of the truth's put as the truth has it, so that equal ones can be counted;
    a value of another kind as it is."""
    if not isinstance(answer, Boxes) or not isinstance(truth, Boxes):
        return answer
    same = {pair.answer: pair.truth for pair in pairs_of(answer, truth)}
    return boxes_or_none((same.get(box, box) for box in answer.boxes), answer.size) or answer


def _ratio(*values: object) -> float:
    """Height / width of the picture; a square where nobody knows."""
    ratios = (value.ratio for value in values if isinstance(value, Boxes))
    return next((ratio for ratio in ratios if ratio), 1.0)
