"""Marks in pictures as values: what is equal, in which order, and how they are rounded."""

from typing import Any

import pytest

from backend.domain.shapes.marked_box import Boxes, MarkedBox, box_json, boxes_of, boxes_or_none, percent, size_of

CAT = MarkedBox("cat", "rectangle", 10, 20, 30, 40)
DOG = MarkedBox("dog", "rectangle", 50, 5, 10, 10)


def test_equal_marks_count_once_and_the_order_says_nothing() -> None:
    assert boxes_or_none([CAT, DOG, CAT]) == boxes_or_none([DOG, CAT]) == Boxes((DOG, CAT))
    assert boxes_or_none([]) is None


def test_the_size_of_the_picture_does_not_make_another_value() -> None:
    assert Boxes((CAT,), (200, 100)) == Boxes((CAT,))
    assert Boxes((CAT,), (200, 100)).ratio == 0.5
    assert Boxes((CAT,)).ratio is None


def test_other_values_have_no_marks() -> None:
    assert (boxes_of(None), size_of(None)) == ((), None)
    assert (boxes_of(Boxes((CAT,), (2, 1))), size_of(Boxes((CAT,), (2, 1)))) == ((CAT,), (2, 1))


@pytest.mark.parametrize(("number", "rounded"), [(33.300000000000004, 33.3), (10.00001, 10), (0.12345, 0.1235), (5, 5)])
def test_a_percent_is_rounded_and_a_whole_one_an_int(number: float, rounded: Any) -> None:
    assert percent(number) == pytest.approx(rounded, abs=1e-4)
    assert isinstance(percent(number), type(rounded))


def test_programs_read_a_point_without_a_size() -> None:
    assert box_json(MarkedBox("eye", "point", 1, 2)) == {"label": "eye", "shape": "point", "x": 1, "y": 2}
    wanted = {"label": "cat", "shape": "rectangle", "x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0}
    assert box_json(CAT) == wanted
