"""Boxes compared, against a count of small squares and by hand."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.metrics.boxes import LabelledBox, box_score, iou, pair_boxes
from backend.domain.metrics.set_match import SetMatch

boxes = st.builds(
    LabelledBox, *(st.integers(0, 12) for _ in range(4)), label=st.sampled_from("ab"), item=st.integers(0, 1)
)


def squares(box: LabelledBox) -> set[tuple[int, int]]:
    return {
        (x, y) for x in range(int(box.x), int(box.x + box.width)) for y in range(int(box.y), int(box.y + box.height))
    }


@settings(max_examples=1000)
@given(boxes, boxes)
def test_overlap_is_what_squares_share(one: LabelledBox, other: LabelledBox) -> None:
    first, second = squares(one), squares(other)
    shared = len(first & second) / len(first | second) if first & second else 0
    assert iou(one, other) == pytest.approx(shared)


sides = st.lists(boxes, max_size=6)


@given(sides, sides)
def test_pairs_are_one_to_one_and_of_one_label_and_picture(
    wanted: list[LabelledBox], given_: list[LabelledBox]
) -> None:
    found = pair_boxes(wanted, given_, enough=0.3)
    paired, there = (Counter((box.label, box.item) for box in side) for side in ([box for box, _ in found], given_))
    assert paired <= there
    assert all(overlap >= 0.3 for _, overlap in found)


RED, SHIFTED = LabelledBox(10, 20, 30, 40, "red"), LabelledBox(20, 20, 30, 40, "red")
BLUE = LabelledBox(65, 50, 25, 40, "blue")


def test_a_score_by_hand() -> None:
    score = box_score([([RED, BLUE], [SHIFTED, BLUE]), ([RED], None), ([RED], [LabelledBox(10, 20, 30, 40, "blue")])])
    assert (score.match.hits, score.match.given, score.match.wanted) == (2, 3, 4)
    assert score.mean_iou == pytest.approx((0.5 + 1) / 2)
    assert score.per_label == {"blue": SetMatch(1, 2, 1), "red": SetMatch(1, 1, 3)}


def test_the_largest_overlap_is_paired_first() -> None:
    assert pair_boxes([RED], [SHIFTED, RED]) == [(RED, 1.0)]


def test_nothing_wanted_and_nothing_given() -> None:
    score = box_score([([], [])])
    assert (score.match.f1, score.mean_iou, score.f1_ci) == (None, None, None)
