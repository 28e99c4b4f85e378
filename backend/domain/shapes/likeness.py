"""How alike two marks in a picture are: the overlap of their areas, or how near two points are.

Overlap is intersection over union (Jaccard): 0.5 is the usual least one for the same box (PASCAL VOC, Everingham et
al. 2010). Turned boxes and ellipses are compared as polygons, clipped as by Sutherland and Hodgman (1974). Two points
are the same up to NEAR percent of the picture's longer side: the share of correct keypoints (PCK, Yang and Ramanan
2013) with alpha = 0.05, measured by the picture, because a point has no box of its own.
"""

from functools import lru_cache
from itertools import pairwise
from math import hypot

from backend.domain.shapes.marked_box import MarkedBox
from backend.domain.shapes.outline import Point, bounds, outline

ENOUGH = 0.5
"""The least likeness of two marks that are the same."""
NEAR = 5.0
"""Percent of the picture's longer side."""


def likeness(one: MarkedBox, other: MarkedBox, ratio: float) -> float:
    """0..1: the overlap of areas; of points 1 at the same place, ENOUGH at a distance of NEAR and 0 at twice that.
    `ratio`: height / width of the picture."""
    if one == other:
        return 1.0
    if one.shape == "point":
        return max(0.0, 1 - (1 - ENOUGH) * distance(one, other, ratio) / NEAR)
    if one.rotation or other.rotation or one.shape == "ellipse":
        return _polygon_overlap(one, other, ratio)
    return _box_overlap(one, other)


def distance(one: MarkedBox, other: MarkedBox, ratio: float) -> float:
    """Between two points, in percent of the picture's longer side."""
    return hypot(one.x - other.x, (one.y - other.y) * ratio) / max(1.0, ratio)


def _box_overlap(one: MarkedBox, other: MarkedBox) -> float:
    """Of upright boxes, which does not depend on the picture's size."""
    common = _common_bounds(one, other, 1.0)
    return common / (one.width * one.height + other.width * other.height - common) if common else 0.0


def _common_bounds(one: MarkedBox, other: MarkedBox, ratio: float) -> float:
    """The area that the upright boxes around both have in common."""
    left, top, right, bottom = bounds(one, ratio)
    second_left, second_top, second_right, second_bottom = bounds(other, ratio)
    width = min(right, second_right) - max(left, second_left)
    return max(0.0, width) * max(0.0, min(bottom, second_bottom) - max(top, second_top))


@lru_cache(maxsize=16_384)
def _polygon_overlap(one: MarkedBox, other: MarkedBox, ratio: float) -> float:
    if not _common_bounds(one, other, ratio):
        return 0.0
    first, second = outline(one, ratio), outline(other, ratio)
    common = _area(_clipped(first, second))
    whole = _area(first) + _area(second) - common
    return min(1.0, common / whole) if whole > 0 else 0.0


def _clipped(polygon: list[Point], by: list[Point]) -> list[Point]:
    """What of a convex polygon lies within another one, both clockwise."""
    for start, end in pairwise([by[-1], *by]):
        polygon = _right_of(polygon, start, end)
    return polygon


def _right_of(polygon: list[Point], start: Point, end: Point) -> list[Point]:
    """What of a polygon lies on the inner side of an edge."""
    kept: list[Point] = []
    for before, point in pairwise([*polygon[-1:], *polygon]):
        first, second = _side(before, start, end), _side(point, start, end)
        if (first < 0) != (second < 0):
            part = first / (first - second)
            kept.append((before[0] + part * (point[0] - before[0]), before[1] + part * (point[1] - before[1])))
        if second >= 0:
            kept.append(point)
    return kept


def _side(point: Point, start: Point, end: Point) -> float:
    """At least 0 on the inner side of an edge of a clockwise polygon."""
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def _area(polygon: list[Point]) -> float:
    """By the shoelace formula."""
    edges = pairwise([*polygon[-1:], *polygon])
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in edges) / 2
