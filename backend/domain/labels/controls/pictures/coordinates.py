"""Coordinates: what a model says of the marks in a picture, as JSON and in the words that ask for it.

Models for pictures answer in thousandths of the width and the height, from the top left corner, whatever the size.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backend.domain.characters import quoted
from backend.domain.labels.choice_names import LONGEST
from backend.domain.labels.controls.values.numeric import number_in
from backend.domain.labels.controls.wording import excerpt
from backend.domain.outcome import Rejection
from backend.domain.shapes.marked_box import MarkedBox, Shape, percent
from backend.domain.shapes.outline import bounds

MOST = 1000
"""Marks of one answer."""
SCALE = 1000
_ROUNDING = 1
"""By so much a number may be too small or too large."""
_EDGES = ("x_min", "y_min", "x_max", "y_max")
_KEYS: Mapping[Shape, tuple[str, ...]] = {"rectangle": _EDGES, "ellipse": _EDGES, "point": ("x", "y")}
_BOX = '"x_min", "y_min", "x_max", "y_max": the left, top, right and bottom edge of the box around it'
_PLACES: Mapping[Shape, str] = {"rectangle": _BOX, "ellipse": _BOX, "point": '"x", "y": where it is'}


def described(shape: Shape, source: str) -> str:
    """What a model is asked for. `source`: the `value` of the tag that shows the picture."""
    return (
        f"a list of all that there is in {quoted(source.removeprefix('$'), LONGEST)} of the kinds below, [] if there "
        f"is nothing. Each is an object: {_PLACES[shape]}, numbers from 0 to {SCALE} in thousandths of the picture's "
        'width (x) and height (y), from its top left corner; "label": exactly one of'
    )


def box_schema(shape: Shape, labels: Sequence[str]) -> dict[str, Any]:
    """Strict JSON Schema of one mark."""
    places = {name: {"type": "number"} for name in _KEYS[shape]}
    return {
        "type": "object",
        "properties": {"label": {"type": "string", "enum": list(labels)}, **places},
        "required": ["label", *_KEYS[shape]],
        "additionalProperties": False,
    }


def read_box(item: Any, shape: Shape, control: str, stored: Callable[[str], str | None]) -> MarkedBox | Rejection:
    """The mark in a model's JSON, or why it can't be used. `stored`: the label that a name means, None for no one."""
    if not isinstance(item, dict):
        detail = f"{excerpt(item)} is not an object with a label and numbers, as '{control}' takes."
        return Rejection("wrong_type", detail)
    lacking = next((name for name in ("label", *_KEYS[shape]) if item.get(name) is None), None)
    if lacking is not None:
        return Rejection("missing_field", f"A mark of '{control}' has no '{lacking}'.")
    label = stored(item["label"]) if isinstance(item["label"], str) else None
    if label is None:
        return Rejection("unknown_choice", f"{excerpt(item['label'])} is not a label of '{control}'.")
    numbers: list[float] = []
    for name in _KEYS[shape]:
        number = _number(item[name], control)
        if isinstance(number, Rejection):
            return number
        numbers.append(number)
    return _box(label, shape, numbers, control)


def _number(value: Any, control: str) -> float | Rejection:
    number = number_in(value)
    if number is None:
        return Rejection("wrong_type", f"{excerpt(value)} is not a number, which a mark of '{control}' takes.")
    if not -_ROUNDING <= number <= SCALE + _ROUNDING:
        return Rejection("out_of_range", f"{excerpt(value)} of '{control}' is not within 0 and {SCALE}.")
    return percent(min(max(number, 0), SCALE) * 100 / SCALE)


def _box(label: str, shape: Shape, numbers: Sequence[float], control: str) -> MarkedBox | Rejection:
    left, top, *ends = numbers
    if not ends:
        return MarkedBox(label, shape, left, top)
    width, height = percent(ends[0] - left), percent(ends[1] - top)
    if width <= 0 or height <= 0:
        return Rejection("out_of_range", f"A mark of '{control}' ends before it begins, or where it begins.")
    return MarkedBox(label, shape, left, top, width, height)


def box_json(box: MarkedBox, label: str, ratio: float) -> dict[str, Any]:
    """The inverse: what a model says, of a turned mark the box around it, as far as it lies within the picture.

    label: as the model knows it
    ratio: height / width of the picture
    """
    within = (min(max(bound, 0), 100) for bound in bounds(box, ratio))
    thousandths = [percent(bound * SCALE / 100) for bound in within]
    return {"label": label, **dict(zip(_KEYS[box.shape], thousandths, strict=box.shape != "point"))}
