"""The outline of a mark in a picture, as a convex polygon.

Points are (x, y) in percent of the picture's width, both of them, so that angles and areas are those of the screen.
"""

from collections.abc import Sequence
from math import cos, hypot, pi, radians, sin, sqrt

from backend.domain.shapes.marked_box import MarkedBox

Point = tuple[float, float]
CORNERS = 24
"""Of the polygon that stands for an ellipse."""
_ANGLES = [2 * pi * step / CORNERS for step in range(CORNERS)]
_LARGER = sqrt(2 * pi / CORNERS / sin(2 * pi / CORNERS))
"""By so much it is larger than the inscribed one, so that its area is the ellipse's."""
_UNIT = [(_LARGER * cos(angle), _LARGER * sin(angle)) for angle in _ANGLES]


def outline(box: MarkedBox, ratio: float) -> list[Point]:
    """Clockwise. `ratio`: height / width of the picture."""
    left, top, width, height = box.x, box.y * ratio, box.width, box.height * ratio
    if box.shape == "ellipse":
        centre = (left + width / 2, top + height / 2)
        points = [(centre[0] + width / 2 * x, centre[1] + height / 2 * y) for x, y in _UNIT]
    else:
        centre = (left, top)
        points = [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    return _turned(points, centre, box.rotation) if box.rotation else points


def _turned(points: Sequence[Point], centre: Point, degrees: float) -> list[Point]:
    """Clockwise, as y grows downwards."""
    across, along = cos(radians(degrees)), sin(radians(degrees))
    moved = ((x - centre[0], y - centre[1]) for x, y in points)
    return [(centre[0] + x * across - y * along, centre[1] + x * along + y * across) for x, y in moved]


def area(box: MarkedBox) -> float:
    """In percent of the width times percent of the height."""
    return box.width * box.height * (pi / 4 if box.shape == "ellipse" else 1)


def bounds(box: MarkedBox, ratio: float) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the upright box around it, in percent of the width and of the height."""
    if not box.rotation:
        return box.x, box.y, box.x + box.width, box.y + box.height
    if box.shape == "ellipse":
        return _around_ellipse(box, ratio)
    xs, ys = zip(*outline(box, ratio), strict=True)
    return min(xs), min(ys) / ratio, max(xs), max(ys) / ratio


def _around_ellipse(box: MarkedBox, ratio: float) -> tuple[float, float, float, float]:
    across, along = cos(radians(box.rotation)), sin(radians(box.rotation))
    a, b = box.width / 2, box.height / 2 * ratio
    x, y = box.x + box.width / 2, box.y + box.height / 2
    width, height = hypot(a * across, b * along), hypot(a * along, b * across) / ratio
    return x - width, y - height, x + width, y + height
