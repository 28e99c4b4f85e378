"""Which marks of an answer are those of the truth: the most alike first, each taken once (greedily, as PASCAL VOC does
with the most confident first)."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heapify, heappop, heappush
from typing import TypeVar

from backend.domain.shapes.likeness import ENOUGH, distance, likeness
from backend.domain.shapes.marked_box import Boxes, MarkedBox, boxes_of, boxes_or_none
from backend.domain.shapes.promising_pairs import MOST_COMPARED, IndexPair, promising

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Pair:
    """`likeness`: see there; `apart`: of two points, in percent of the picture's longer side."""

    truth: MarkedBox
    answer: MarkedBox
    likeness: float
    apart: float


def pairs_of(answer: object, truth: object) -> Sequence[Pair]:
    """Of two values of an Answer: marks with the same label that are alike enough."""
    return _pairs(boxes_of(answer), boxes_of(truth), _ratio(truth, answer))


@lru_cache(maxsize=8192)
def _pairs(given: Sequence[MarkedBox], wanted: Sequence[MarkedBox], ratio: float) -> tuple[Pair, ...]:
    """Remembered, because each measure asks for them."""
    rows = sorted((-alike, i, j) for alike, i, j in _matched(wanted, given, ratio))
    boxes = ((wanted[i], given[j], -alike) for alike, i, j in rows)
    return tuple(Pair(box, other, alike, distance(box, other, ratio)) for box, other, alike in boxes)


def _matched(wanted: Sequence[MarkedBox], given: Sequence[MarkedBox], ratio: float) -> Iterator[tuple[float, int, int]]:
    """(likeness, numbers of both). Where so many lie at the same place that not all were compared, those that are left
    are compared again."""
    rows, columns = list(range(len(wanted))), list(range(len(given)))
    while matches := _round([wanted[i] for i in rows], [given[j] for j in columns], ratio):
        yield from ((alike, rows[i], columns[j]) for alike, i, j in matches)
        if max(len(rows), len(columns)) <= MOST_COMPARED:
            return
        rows, columns = (
            _without(rows, {i for _, i, _ in matches}),
            _without(columns, {j for _, _, j in matches}),
        )


def _without(numbers: Sequence[int], places: Collection[int]) -> list[int]:
    return [number for index, number in enumerate(numbers) if index not in places]


def _round(wanted: Sequence[MarkedBox], given: Sequence[MarkedBox], ratio: float) -> list[tuple[float, int, int]]:
    near = promising(wanted, given, ratio)
    return list(_greedy(near, lambda i, j: likeness(wanted[i], given[j], ratio)))


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
    wanted, given = set[int](), set[int]()
    while waiting:
        bound, share, i, j = heappop(waiting)
        if i in wanted or j in given:
            continue
        if share:
            wanted.add(i)
            given.add(j)
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
