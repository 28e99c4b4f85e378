"""Which marks of an answer are those of the truth: the most alike first, each taken once (greedily, as PASCAL VOC does
with the most confident first)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from backend.domain.shapes.likeness import ENOUGH, distance, likeness, most_likeness
from backend.domain.shapes.marked_box import Boxes, MarkedBox, boxes_of, boxes_or_none

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


@lru_cache(maxsize=16_384)
def _pairs(given: Sequence[MarkedBox], wanted: Sequence[MarkedBox], ratio: float) -> tuple[Pair, ...]:
    """Remembered, because each measure asks for them."""
    table = [
        (-alike, i, j)
        for i, one in enumerate(wanted)
        for j, other in enumerate(given)
        if one.label == other.label
        and most_likeness(one, other, ratio) >= ENOUGH
        and (alike := likeness(one, other, ratio)) >= ENOUGH
    ]
    rows = ((wanted[i], given[j], -alike) for alike, i, j in _greedy(sorted(table)))
    return tuple(Pair(one, other, alike, distance(one, other, ratio)) for one, other, alike in rows)


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
