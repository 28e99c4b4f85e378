"""Overlap of areas and nearness of points, against scikit-learn, a fine grid, and by hand."""

from math import cos, hypot, radians, sin

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import jaccard_score

from backend.domain.shapes.likeness import ENOUGH, NEAR, likeness, most_likeness
from backend.domain.shapes.marked_box import MarkedBox, Shape
from tests.properties import cases

AREAS: tuple[Shape, ...] = ("rectangle", "ellipse")
GRID = 20
sides = st.integers(1, GRID)


@st.composite
def upright(draw: st.DrawFn) -> MarkedBox:
    """Within GRID x GRID cells."""
    width, height = draw(sides), draw(sides)
    at = (draw(st.integers(0, GRID - width)), draw(st.integers(0, GRID - height)))
    return MarkedBox("a", "rectangle", *at, width, height)


def cells(box: MarkedBox) -> NDArray[numpy.bool_]:
    grid = numpy.zeros((GRID, GRID), dtype=bool)
    grid[int(box.y) : int(box.y + box.height), int(box.x) : int(box.x + box.width)] = True
    return grid.ravel()


@cases(1000)
@given(upright(), upright(), st.sampled_from([0.5, 1.0, 2.0]))
def test_the_overlap_of_boxes_is_scikit_learns_jaccard(one: MarkedBox, other: MarkedBox, ratio: float) -> None:
    assert likeness(one, other, ratio) == pytest.approx(jaccard_score(cells(one), cells(other)))
    assert likeness(other, one, ratio) == pytest.approx(likeness(one, other, ratio))


def inside(box: MarkedBox, ratio: float, step: float = 0.25) -> NDArray[numpy.bool_]:
    """Which points of a grid over and around the picture are in a mark, turned back around its own anchor."""
    x, y = numpy.meshgrid(numpy.arange(-50, 150, step), numpy.arange(-50, 150, step))
    middle = (box.width / 2, box.height * ratio / 2) if box.shape == "ellipse" else (0, 0)
    across, down = x - box.x - middle[0], y - box.y * ratio - middle[1]
    angle = radians(box.rotation)
    back = (across * cos(angle) + down * sin(angle), down * cos(angle) - across * sin(angle))
    size = (box.width, box.height * ratio)
    if box.shape == "ellipse":
        return (2 * back[0] / size[0]) ** 2 + (2 * back[1] / size[1]) ** 2 <= 1
    return (back[0] >= 0) & (back[0] <= size[0]) & (back[1] >= 0) & (back[1] <= size[1])


@st.composite
def turned(draw: st.DrawFn, shape: Shape) -> MarkedBox:
    x, y, width, height = (draw(st.integers(10, 40)) for _ in range(4))
    return MarkedBox("a", shape, x, y, width, height, draw(st.integers(0, 359)))


@cases(60)
@given(
    st.sampled_from(AREAS).flatmap(lambda shape: st.tuples(turned(shape), turned(shape))),
    st.sampled_from([0.5, 1.0, 1.5]),
)
def test_turned_shapes_overlap_as_their_points_do(pair: tuple[MarkedBox, MarkedBox], ratio: float) -> None:
    one, other = pair
    first, second = inside(one, ratio), inside(other, ratio)
    assert likeness(one, other, ratio) == pytest.approx((first & second).sum() / (first | second).sum(), abs=0.03)
    assert likeness(one, other, ratio) <= most_likeness(one, other, ratio) + 0.005, "a polygon stands for an ellipse"


@pytest.mark.parametrize("shape", ["rectangle", "ellipse", "point"])
def test_a_mark_is_like_itself_and_not_like_one_far_away(shape: Shape) -> None:
    size = (0, 0) if shape == "point" else (7, 3)
    one = MarkedBox("a", shape, 1 / 3, 2, *size, 30)
    assert likeness(one, one, 0.7) == 1
    assert likeness(one, MarkedBox("a", shape, 60, 60, *size, 30), 0.7) == 0


def test_boxes_that_only_touch_have_nothing_in_common() -> None:
    assert likeness(MarkedBox("a", "rectangle", 0, 0, 5, 5), MarkedBox("a", "rectangle", 5, 0, 5, 5), 1) == 0


def test_half_of_a_box_is_enough_and_less_is_not() -> None:
    whole = MarkedBox("a", "rectangle", 0, 0, 10, 10)
    assert likeness(whole, MarkedBox("a", "rectangle", 0, 0, 10, 5), 1) == ENOUGH
    assert likeness(whole, MarkedBox("a", "rectangle", 0, 0, 10, 4.99), 1) < ENOUGH


@pytest.mark.parametrize(("ratio", "apart"), [(1.0, (3, 4)), (0.5, (4, 6)), (2.0, (6, 4))])
def test_points_are_the_same_up_to_five_percent_of_the_longer_side(ratio: float, apart: tuple[int, int]) -> None:
    """By the pixels of the screen: 6 % of the height of a wide picture are 3 % of its width."""
    one, other = MarkedBox("a", "point", 50, 50), MarkedBox("a", "point", 50 + apart[0], 50 + apart[1])
    assert hypot(apart[0], apart[1] * ratio) / max(1, ratio) == NEAR
    assert likeness(one, other, ratio) == pytest.approx(ENOUGH)
    assert likeness(one, MarkedBox("a", "point", 50 + apart[0], 50 + apart[1] + 0.01), ratio) < ENOUGH
