"""Which marks of an answer are those of the truth: the most alike first, each taken once (greedily, as PASCAL VOC does
with the most confident first)."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from backend.domain.shapes.likeness import ENOUGH, NEAR, distance, likeness, most_likeness
from backend.domain.shapes.marked_box import Boxes, MarkedBox, boxes_of, boxes_or_none
from backend.domain.shapes.outline import bounds

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
    near = _Near(given, ratio)
    table = [
        (-alike, i, j)
        for i, box in enumerate(wanted)
        for j in near.to(box)
        if box.label == (other := given[j]).label
        and most_likeness(box, other, ratio) >= ENOUGH
        and (alike := likeness(box, other, ratio)) >= ENOUGH
    ]
    rows = ((wanted[i], given[j], -alike) for alike, i, j in _greedy(sorted(table)))
    return tuple(Pair(box, other, alike, distance(box, other, ratio)) for box, other, alike in rows)


class _Near:
    """Boxes by their left edges, so that of thousands only those are compared that may be alike."""

    def __init__(self, boxes: Sequence[MarkedBox], ratio: float) -> None:
        self._ratio = ratio
        edges = [self._sides(box) for box in boxes]
        self._order = sorted(range(len(boxes)), key=lambda place: edges[place][0])
        self._lefts = [edges[place][0] for place in self._order]
        self._widest = max((right - left for left, right in edges), default=0.0)

    def to(self, box: MarkedBox) -> Sequence[int]:
        """The places of those that may lie at the same part of the picture's width."""
        left, right = self._sides(box)
        return self._order[bisect_left(self._lefts, left - self._widest) : bisect_right(self._lefts, right)]

    def _sides(self, box: MarkedBox) -> tuple[float, float]:
        """Left and right; around a point as far as another may be the same."""
        left, _, right, _ = bounds(box, self._ratio)
        about = NEAR * max(1.0, self._ratio) if box.shape == "point" else 0.0
        return left - about, right + about


def _greedy(table: Sequence[tuple[float, int, int]]) -> list[tuple[float, int, int]]:
    """The rows whose both numbers no row before has."""
    wanted, given = set[int](), set[int]()
    kept: list[tuple[float, int, int]] = []
    for row in table:
        if row[1] not in wanted and row[2] not in given:
            wanted.add(row[1])
            given.add(row[2])
            kept.append(row)
    return kept


def as_in_truth(answer: V, truth: object) -> V | Boxes:
    """`answer` with each mark that is one of the truth's put as the truth has it, so that equal ones can be counted;
    a value of another kind as it is."""
    if not isinstance(answer, Boxes) or not isinstance(truth, Boxes):
        return answer
    same = {pair.answer: pair.truth for pair in pairs_of(answer, truth)}
    return boxes_or_none((same.get(box, box) for box in answer.boxes), answer.size) or answer


def _ratio(*values: object) -> float:
    """Height / width of the picture; a square where nobody knows."""
    known = (value.ratio for value in values if isinstance(value, Boxes))
    return next((ratio for ratio in known if ratio), 1.0)
