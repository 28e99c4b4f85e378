"""How Label Studio stores marks in a picture: the numbers of a region's `value`, and the picture's size beside it.

The numbers are about the picture as it is stored, even if a person turned it on the screen. `image_rotation` then says
by how much it was turned; it changes no other number (measured with 1.23.2).
"""

from collections.abc import Mapping
from typing import Any

from backend.domain.labels.controls.values.numeric import number_in
from backend.domain.shapes.marked_box import DIGITS, MarkedBox, Shape, Size, percent

_DOT = 0.5
"""Width of a point on the screen, in percent of the picture. Without one it is not shown."""


def place_value(box: MarkedBox) -> dict[str, Any]:
    """The numbers of a region's `value`."""
    if box.shape == "point":
        return {"x": box.x, "y": box.y, "width": _DOT}
    if box.shape == "rectangle":
        return {"x": box.x, "y": box.y, "width": box.width, "height": box.height, "rotation": box.rotation}
    radii = {"radiusX": _half(box.width), "radiusY": _half(box.height)}
    centre = {"x": _half(2 * box.x + box.width), "y": _half(2 * box.y + box.height)}
    return {**centre, **radii, "rotation": box.rotation}


def _half(number: float) -> float:
    """With one digit more, so that the whole can be read from it."""
    return percent(number / 2, DIGITS + 1)


def box_in(value: Mapping[str, Any], shape: Shape, label: str) -> MarkedBox | None:
    """The mark that a region's `value` places; None for one that the screen does not show as such: without a number, or
    without an area."""
    x, y = number_in(value.get("x")), number_in(value.get("y"))
    if x is None or y is None:
        return None
    if shape == "point":
        return MarkedBox(label, shape, percent(x), percent(y))
    names = ("width", "height") if shape == "rectangle" else ("radiusX", "radiusY")
    sides = [number_in(value.get(name)) for name in names]
    if sides[0] is None or sides[1] is None:
        return None
    turned = percent(percent(number_in(value.get("rotation")) or 0) % 360)
    box = _placed(label, shape, (x, y), (sides[0], sides[1]), turned)
    return box if min(box.width, box.height) > 0 else None


def _placed(label: str, shape: Shape, at: tuple[float, float], sides: tuple[float, float], turned: float) -> MarkedBox:
    """`at`: the top left corner of a rectangle, the centre of an ellipse, whose radii the `sides` are."""
    if shape == "rectangle":
        return MarkedBox(label, shape, percent(at[0]), percent(at[1]), percent(sides[0]), percent(sides[1]), turned)
    corner = (percent(at[0] - sides[0]), percent(at[1] - sides[1]))
    return MarkedBox(label, shape, *corner, percent(2 * sides[0]), percent(2 * sides[1]), turned)


def size_value(size: Size | None) -> dict[str, Any]:
    """What a region says of its picture; Label Studio adds it where it is not there."""
    original = {"original_width": size[0], "original_height": size[1]} if size else {}
    return {**original, "image_rotation": 0}


def size_in(region: Mapping[str, Any]) -> Size | None:
    """The picture's size that a region names."""
    width, height = number_in(region.get("original_width")), number_in(region.get("original_height"))
    return (int(width), int(height)) if width and height and min(width, height) >= 1 else None
