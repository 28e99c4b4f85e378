"""What a model says of the marks in a picture: which numbers are taken, and why others are not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.labels.controls.pictures.coordinates import box_json, box_schema, described, read_box
from backend.domain.outcome import Rejection
from backend.domain.shapes.marked_box import MarkedBox, Shape

EDGES = ("x_min", "y_min", "x_max", "y_max")


def said(*numbers: Any, label: Any = "cat") -> dict[str, Any]:
    return {"label": label, **dict(zip(EDGES if len(numbers) == 4 else ("x", "y"), numbers, strict=True))}


def read(item: Any, shape: Shape = "rectangle") -> MarkedBox | Rejection:
    return read_box(item, shape, "box", {"cat": "CAT"}.get)


def test_thousandths_are_percent() -> None:
    assert read(said(100, 200, 400, 600)) == MarkedBox("CAT", "rectangle", 10, 20, 30, 40)
    assert read(said(333, 0, 334, 1000)) == MarkedBox("CAT", "rectangle", 33.3, 0, 0.1, 100)
    assert read(said(0.5, 0, 1000.0, 12.25), "ellipse") == MarkedBox("CAT", "ellipse", 0.05, 0, 99.95, 1.225)
    assert read(said(1000, 0), "point") == MarkedBox("CAT", "point", 100, 0)


@pytest.mark.parametrize("numbers", [(-1, 0, 500, 1001), (0, 0, 500, 1000)])
def test_what_rounding_puts_outside_is_on_the_edge(numbers: tuple[int, ...]) -> None:
    assert read(said(*numbers)) == MarkedBox("CAT", "rectangle", 0, 0, 50, 100)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("cat", "wrong_type"),
        ([100, 200, 400, 600], "wrong_type"),
        (None, "wrong_type"),
        ({}, "missing_field"),
        ({"label": "cat", "x_min": 1, "y_min": 2, "x_max": 3}, "missing_field"),
        (said(1, None, 3, 4), "missing_field"),
        (said(1, 2), "missing_field"),
        ({"x_min": 1, "y_min": 2, "x_max": 3, "y_max": 4}, "missing_field"),
        (said(1, 2, 3, 4, label="dog"), "unknown_choice"),
        (said(1, 2, 3, 4, label=["cat"]), "unknown_choice"),
        (said("1", 2, 3, 4), "wrong_type"),
        (said(True, 2, 3, 4), "wrong_type"),
        (said(1, 2, 3, [4]), "wrong_type"),
        (said(float("nan"), 2, 3, 4), "wrong_type"),
        (said(1, 2, 3, float("inf")), "wrong_type"),
        (said(-1.5, 2, 3, 4), "out_of_range"),
        (said(1, 2, 3, 1002), "out_of_range"),
        (said(1, 2, 1e99, 4), "out_of_range"),
        (said(400, 200, 100, 600), "out_of_range"),
        (said(100, 600, 400, 200), "out_of_range"),
        (said(100, 200, 100, 600), "out_of_range"),
        (said(1000, 200, 1001, 600), "out_of_range"),
        (said(100, 200, 100.0001, 600), "out_of_range"),
    ],
)
def test_what_can_not_be_used_has_a_reason(item: Any, reason: str) -> None:
    found = read(item)
    assert isinstance(found, Rejection)
    assert found.reason == reason
    assert "'box'" in found.detail


@pytest.mark.parametrize("item", [said(1, "2"), said(1, 1002), {"label": "cat", "x": 1}])
def test_a_point_needs_its_two_numbers(item: Any) -> None:
    assert isinstance(read(item, "point"), Rejection)


numbers = st.integers(0, 1000) | st.floats(0, 1000, allow_nan=False)


@given(st.lists(numbers, min_size=4, max_size=4), st.sampled_from(["rectangle", "ellipse", "point"]))
def test_what_was_read_is_said_and_read_again(four: list[float], shape: Shape) -> None:
    read_once = read(said(*(four[:2] if shape == "point" else four)), shape)
    if not isinstance(read_once, Rejection):
        assert read(box_json(read_once, "cat", 0.7), shape) == read_once


def test_a_turned_mark_is_said_as_the_upright_box_around_it_within_the_picture() -> None:
    turned = MarkedBox("CAT", "rectangle", 10, 0, 20, 30, 90)
    assert box_json(turned, "cat", 1.0) == said(0, 0, 100, 200)
    assert box_json(MarkedBox("CAT", "rectangle", -5, 90, 20, 20), "cat", 1.0) == said(0, 900, 150, 1000)


def test_each_shape_is_described_by_the_keys_of_its_schema() -> None:
    for shape in ("rectangle", "ellipse", "point"):
        schema = box_schema(shape, ["cat"])
        assert [*schema["properties"]] == schema["required"]
        assert all(f'"{name}"' in described(shape, "$image") for name in schema["required"])
        assert '"image"' in described(shape, "$image")
