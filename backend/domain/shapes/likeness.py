"""How alike two marks in a picture are: the overlap of their areas, or how near two points are.

Overlap is intersection over union (Jaccard): 0.5 is the usual least one for the same box (PASCAL VOC, Everingham et
al. 2010). Turned boxes and ellipses are compared as polygons, clipped as by Sutherland and Hodgman (1974). Two points
are the same up to NEAR percent of the picture's longer side: the share of correct keypoints (PCK, Yang and Ramanan
2013) with alpha = 0.05, measured by the picture, because a point has no box of its own.
"""

from itertools import pairwise
from math import hypot

from backend.domain.shapes.marked_box import MarkedBox
from backend.domain.shapes.outline import Point, area, bounds, outline

ENOUGH = 0.5
"""The least likeness of two marks that are the same."""
NEAR = 5.0
"""Percent of the picture's longer side."""


def likeness(box: MarkedBox, other: MarkedBox, ratio: float) -> float:
    """0..1: the overlap of areas; of points 1 at the same place, ENOUGH at a distance of NEAR and 0 at twice that.
    `ratio`: height / width of the picture."""
    most = most_likeness(box, other, ratio)
    upright = box.shape != "ellipse" and not box.rotation and not other.rotation
    return most if upright or box == other or not most else _polygon_overlap(box, other, ratio)


def most_likeness(box: MarkedBox, other: MarkedBox, ratio: float) -> float:
    """What the likeness is at most, found quickly: of ellipses and turned boxes by the upright boxes around them. Of
    points and upright boxes it is the likeness."""
    if box.shape == "point":
        return max(0.0, 1 - (1 - ENOUGH) * distance(box, other, ratio) / NEAR)
    left, top, right, bottom = bounds(box, ratio)
    second_left, second_top, second_right, second_bottom = bounds(other, ratio)
    width, height = min(right, second_right) - max(left, second_left), min(bottom, second_bottom) - max(top, second_top)
    if width <= 0 or height <= 0:
        return 0.0
    first, second = area(box), area(other)
    common = min(width * height, first, second)
    return common / (first + second - common)


def distance(box: MarkedBox, other: MarkedBox, ratio: float) -> float:
    """Between two points, in percent of the picture's longer side."""
    return hypot(box.x - other.x, (box.y - other.y) * ratio) / max(1.0, ratio)


def _polygon_overlap(box: MarkedBox, other: MarkedBox, ratio: float) -> float:
    first, second = outline(box, ratio), outline(other, ratio)
    common = _area(_clipped(first, second))
    return common / (_area(first) + _area(second) - common)


def _clipped(polygon: list[Point], by: list[Point]) -> list[Point]:
    """What of a convex polygon lies within another one, both clockwise."""
    for start, end in pairwise([by[-1], *by]):
        polygon = _right_of(polygon, start, end)
    return polygon


def _right_of(polygon: list[Point], start: Point, end: Point) -> list[Point]:
    """What of a polygon lies on the inner side of an edge."""
    x, y = end[0] - start[0], end[1] - start[1]
    sides = [x * (point[1] - start[1]) - y * (point[0] - start[0]) for point in polygon]
    if not polygon or min(sides) >= 0:
        return polygon
    kept: list[Point] = []
    for index, point in enumerate(polygon):
        if (sides[index - 1] < 0) != (sides[index] < 0):
            kept.append(_between(polygon[index - 1], point, sides[index - 1] / (sides[index - 1] - sides[index])))
        if sides[index] >= 0:
            kept.append(point)
    return kept


def _between(start: Point, end: Point, part: float) -> Point:
    return start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])


def _area(polygon: list[Point]) -> float:
    """By the shoelace formula."""
    edges = pairwise([*polygon[-1:], *polygon])
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in edges) / 2
