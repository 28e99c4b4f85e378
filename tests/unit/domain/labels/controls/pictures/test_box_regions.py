"""Regions of marks in a picture, as Label Studio stores and shows them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.labels.controls.pictures.box_regions import box_in, place_value, size_in, size_value
from backend.domain.shapes.marked_box import MarkedBox, Shape, percent

RECTANGLE = {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0}
ELLIPSE = {"x": 25, "y": 40, "radiusX": 15, "radiusY": 20, "rotation": 0}


@pytest.mark.parametrize(
    ("box", "value"),
    [
        (MarkedBox("a", "rectangle", 10, 20, 30, 40), RECTANGLE),
        (MarkedBox("a", "ellipse", 10, 20, 30, 40), ELLIPSE),
        (MarkedBox("a", "point", 10, 20), {"x": 10, "y": 20, "width": 0.5}),
    ],
)
def test_each_shape_is_stored_by_its_own_numbers(box: MarkedBox, value: dict[str, Any]) -> None:
    assert place_value(box) == value
    assert box_in(value, box.shape, "a") == box


places = st.floats(-20, 120, allow_nan=False)
lengths = st.floats(0.001, 100)


@given(st.sampled_from(["rectangle", "ellipse"]), places, places, lengths, lengths, st.floats(-400, 400))
def test_what_was_read_is_written_and_read_again(
    shape: Shape, x: float, y: float, width: float, height: float, turned: float
) -> None:
    sides = {"width": width, "height": height, "radiusX": width, "radiusY": height}
    box = box_in({"x": x, "y": y, **sides, "rotation": turned}, shape, "a")
    assert box is not None
    assert 0 <= box.rotation < 360
    assert box_in(place_value(box), shape, "a") == box


@pytest.mark.parametrize(
    "change",
    [{"x": "10"}, {"y": None}, {"width": 0}, {"width": -5}, {"height": 0.00001}, {"height": True}, {"width": "30"}],
)
def test_what_the_screen_does_not_show_as_a_box_is_none(change: dict[str, Any]) -> None:
    assert box_in({**RECTANGLE, **change}, "rectangle", "a") is None


def test_without_a_rotation_it_is_upright() -> None:
    upright = {name: number for name, number in RECTANGLE.items() if name != "rotation"}
    assert box_in(upright, "rectangle", "a") == MarkedBox("a", "rectangle", 10, 20, 30, 40)
    assert box_in({**RECTANGLE, "rotation": 370}, "rectangle", "a") == MarkedBox("a", "rectangle", 10, 20, 30, 40, 10)
    assert box_in({"x": 1.00004, "y": 2}, "point", "a") == MarkedBox("a", "point", percent(1), 2)


def test_a_region_names_the_size_of_its_picture_where_it_is_known() -> None:
    assert size_value((200, 100)) == {"original_width": 200, "original_height": 100, "image_rotation": 0}
    assert size_value(None) == {"image_rotation": 0}
    assert size_in({"original_width": 200, "original_height": 100.0, "image_rotation": 90}) == (200, 100)


@pytest.mark.parametrize("width", [None, 0, -3, "200", 0.5, True])
def test_a_size_that_is_none_is_not_known(width: Any) -> None:
    assert size_in({"original_width": width, "original_height": 100}) is None
