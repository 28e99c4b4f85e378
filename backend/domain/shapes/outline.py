"""The outline of a mark in a picture, as a convex polygon.

Points are (x, y) in percent of the picture's width, both of them, so that angles and areas are those of the screen.
"""

from collections.abc import Sequence
from math import cos, pi, radians, sin

from backend.domain.shapes.marked_box import MarkedBox

Point = tuple[float, float]
CORNERS = 48
"""Of the polygon that stands for an ellipse: 0.3 % less area, on both sides of a comparison."""


def outline(box: MarkedBox, ratio: float) -> list[Point]:
    """Clockwise. `ratio`: height / width of the picture."""
    left, top, width, height = box.x, box.y * ratio, box.width, box.height * ratio
    if box.shape == "ellipse":
        centre = (left + width / 2, top + height / 2)
        angles = (2 * pi * step / CORNERS for step in range(CORNERS))
        points = [(centre[0] + width / 2 * cos(angle), centre[1] + height / 2 * sin(angle)) for angle in angles]
    else:
        centre = (left, top)
        points = [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    return _turned(points, centre, box.rotation) if box.rotation else points


def _turned(points: Sequence[Point], centre: Point, degrees: float) -> list[Point]:
    """Clockwise, as y grows downwards."""
    across, along = cos(radians(degrees)), sin(radians(degrees))
    moved = ((x - centre[0], y - centre[1]) for x, y in points)
    return [(centre[0] + x * across - y * along, centre[1] + x * along + y * across) for x, y in moved]


def bounds(box: MarkedBox, ratio: float) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the upright box around it, in percent of the width and of the height."""
    if not box.rotation:
        return box.x, box.y, box.x + box.width, box.y + box.height
    xs, ys = zip(*outline(box, ratio), strict=True)
    return min(xs), min(ys) / ratio, max(xs), max(ys) / ratio
