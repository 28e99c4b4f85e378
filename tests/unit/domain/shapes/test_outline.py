"""Outlines, by hand."""

from itertools import pairwise
from math import pi

import pytest

from backend.domain.shapes.marked_box import MarkedBox
from backend.domain.shapes.outline import bounds, outline


def test_a_rectangle_turns_clockwise_around_its_corner_on_the_screen() -> None:
    """The picture is twice as wide as high: 20 % of its height are 10 % of its width."""
    box = MarkedBox("a", "rectangle", 50, 40, 20, 20, 90)
    wanted = [(50, 20), (50, 40), (40, 40), (40, 20)]
    found = outline(box, 0.5)
    assert [corner for point in found for corner in point] == pytest.approx([c for point in wanted for c in point])
    assert bounds(box, 0.5) == pytest.approx((40, 40, 50, 80))


def test_an_ellipse_turns_around_its_centre() -> None:
    box = MarkedBox("a", "ellipse", 30, 40, 40, 20, 90)
    assert bounds(box, 1) == pytest.approx((40, 30, 60, 70))
    upright = outline(MarkedBox("a", "ellipse", 0, 0, 40, 20), 1)
    area = sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise([*upright, upright[0]])) / 2
    assert area == pytest.approx(pi * 20 * 10, rel=0.004)
    assert area > 0, "clockwise, where y grows downwards"


def test_an_upright_box_is_its_own_bounds() -> None:
    assert bounds(MarkedBox("a", "ellipse", 0.1, 0.2, 0.7, 0.1), 0.3) == (0.1, 0.2, 0.1 + 0.7, 0.2 + 0.1)
