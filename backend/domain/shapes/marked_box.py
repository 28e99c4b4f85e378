"""MarkedBox: a rectangle, an ellipse or a point in a picture, with its label.

All numbers are percent of the picture's width or height, from its top left corner, as Label Studio counts them; the
rotation of the picture on the screen does not change them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Shape = Literal["rectangle", "ellipse", "point"]
Size = tuple[int, int]
"""Width and height of a picture in pixels."""
DIGITS = 4
"""Of a percent: a hundredth of a pixel in a picture of 10,000."""


@dataclass(frozen=True, slots=True)
class MarkedBox:
    """x, y: the top left corner of the shape before it is turned
    width, height: 0 of a point
    rotation: in degrees, clockwise, of a rectangle around its top left corner, of an ellipse around its centre
    item: its number in a model's list, from 0
    score: its own confidence, None if there is none
    """

    label: str
    shape: Shape
    x: float
    y: float
    width: float = 0
    height: float = 0
    rotation: float = 0
    item: int | None = field(default=None, compare=False, repr=False)
    score: float | None = field(default=None, compare=False, repr=False)

    @property
    def geometry(self) -> tuple[float, float, float, float, float]:
        """Boxes are in the order of their places, from top to bottom."""
        return (self.y, self.x, self.height, self.width, self.rotation)


@dataclass(frozen=True, slots=True)
class Boxes:
    """Marks in a picture, each once, in the order of their places; at least one. `size`: the picture's, None where it
    is not known."""

    boxes: tuple[MarkedBox, ...]
    size: Size | None = field(default=None, compare=False)

    @property
    def ratio(self) -> float | None:
        """Height / width of the picture."""
        return self.size[1] / self.size[0] if self.size else None


def boxes_or_none(boxes: Iterable[MarkedBox], size: Size | None = None) -> Boxes | None:
    """Equal boxes once; None for none."""
    distinct = tuple(sorted(dict.fromkeys(boxes), key=lambda box: (box.geometry, box.label)))
    return Boxes(distinct, size) if distinct else None


def boxes_of(value: object) -> tuple[MarkedBox, ...]:
    """The boxes in a value of an Answer; () for one of another kind."""
    return value.boxes if isinstance(value, Boxes) else ()


def size_of(value: object) -> Size | None:
    """The size of the picture that a value of an Answer is about, where it is known."""
    return value.size if isinstance(value, Boxes) else None


def percent(value: float, digits: int = DIGITS) -> float:
    """Rounded; a whole one is an int, as a browser writes it."""
    rounded = round(value, digits)
    return int(rounded) if rounded == int(rounded) else rounded


def box_json(box: MarkedBox) -> dict[str, Any]:
    """For people's programs: without what a point does not have."""
    values = {"label": box.label, "shape": box.shape, "x": box.x, "y": box.y}
    if box.shape == "point":
        return values
    return {**values, "width": box.width, "height": box.height, "rotation": box.rotation}
