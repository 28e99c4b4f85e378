"""Scores of boxes in pictures: a box is right that lies over one of the same label by at least half.

Overlap is intersection over union (Jaccard); boxes are paired greedily, the largest overlap first, as PASCAL VOC does
with the most confident first. Turned boxes are not read: sides are parallel to the picture's.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.domain.metrics.set_match import SetMatch, f1_interval, total
from backend.domain.statistics.intervals import Interval, ratio
from backend.domain.statistics.task_ratios import share_interval

ENOUGH = 0.5
"""Intersection over union from which on two boxes are the same."""


@dataclass(frozen=True, slots=True, order=True)
class LabelledBox:
    """Percent of the picture's width and height, from the top left; `item`: the picture's number, where there are
    several."""

    x: float
    y: float
    width: float
    height: float
    label: str
    item: int = 0


BoxPair = tuple[Collection[LabelledBox], Collection[LabelledBox] | None]
"""What is wanted in a task and what is given; None for an unusable answer."""


@dataclass(frozen=True, slots=True)
class BoxScore:
    """`match`: boxes paired at ENOUGH or above; `mean_iou`: mean overlap of these pairs."""

    tasks: int
    match: SetMatch
    f1_ci: Interval | None
    per_label: Mapping[str, SetMatch]
    mean_iou: float | None
    mean_iou_ci: Interval | None


def box_score(pairs: Sequence[BoxPair], enough: float = ENOUGH) -> BoxScore:
    """Of one control."""
    known = [(list(wanted), list(given or ())) for wanted, given in pairs]
    paired = [pair_boxes(*both, enough) for both in known]
    sizes = ((len(given), len(wanted)) for wanted, given in known)
    matches = [SetMatch(len(found), *both) for found, both in zip(paired, sizes, strict=True)]
    overlaps = [[overlap for _, overlap in found] for found in paired]
    return BoxScore(
        tasks=len(pairs),
        match=total(matches),
        f1_ci=f1_interval(matches),
        per_label=_per_label(known, paired),
        mean_iou=ratio(sum(map(sum, overlaps)), sum(map(len, overlaps))),
        mean_iou_ci=share_interval([(sum(one), len(one)) for one in overlaps]),
    )


def pair_boxes(
    wanted: Sequence[LabelledBox], given: Sequence[LabelledBox], enough: float = ENOUGH
) -> list[tuple[LabelledBox, float]]:
    """The wanted boxes that are found, each with its overlap: greedily, the largest first; equal ones in order."""
    table = [
        (-overlap, i, j)
        for i, one in enumerate(wanted)
        for j, other in enumerate(given)
        if one.label == other.label and one.item == other.item and (overlap := iou(one, other)) >= enough
    ]
    left, right = set[int](), set[int]()
    found = list[tuple[LabelledBox, float]]()
    for overlap, i, j in sorted(table):
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            found.append((wanted[i], -overlap))
    return found


def iou(one: LabelledBox, other: LabelledBox) -> float:
    """Intersection over union, 0..1; 0 for boxes without area."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    common = max(0.0, width) * max(0.0, height)
    return common / (one.width * one.height + other.width * other.height - common) if common else 0.0


def _per_label(
    known: Iterable[tuple[list[LabelledBox], list[LabelledBox]]], paired: Iterable[list[tuple[LabelledBox, float]]]
) -> dict[str, SetMatch]:
    found: dict[str, SetMatch] = defaultdict(SetMatch)
    for (wanted, given), hits in zip(known, paired, strict=True):
        for box in wanted:
            found[box.label] += SetMatch(wanted=1)
        for box in given:
            found[box.label] += SetMatch(given=1)
        for box, _ in hits:
            found[box.label] += SetMatch(hits=1)
    return dict(sorted(found.items()))
