"""The measures of marks in pictures, of whole evaluations, by hand."""

import pytest

from backend.domain.answer import Answer
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.cases import count_cases
from backend.domain.metrics.controls.box_match import NO_MARK, NO_PAIR, same_marks
from backend.domain.metrics.controls.measure import Measure
from backend.domain.metrics.controls.measures import measures_of
from backend.domain.outcome import Outcome, Rejection, Truth
from backend.domain.shapes.marked_box import Boxes, MarkedBox, boxes_or_none

HALF = MarkedBox("a", "rectangle", 0, 0, 10, 5)
WHOLE = MarkedBox("a", "rectangle", 0, 0, 10, 10)
APART = MarkedBox("a", "rectangle", 50, 50, 10, 10)


def schema(tag: str) -> LabelSchema:
    control = f'<{tag} name="box" toName="img"><Label value="a"/><Label value="b"/></{tag}>'
    return read_config(f'<View><Text name="t" value="$t"/><Image name="img" value="$i"/>{control}</View>')


def held(*boxes: MarkedBox) -> Answer:
    return {"box": boxes_or_none(boxes)}


def measured(tag: str, *pairs: tuple[Answer | Rejection, Answer]) -> dict[str, Measure]:
    outcomes = [Outcome(number, verdict) for number, (verdict, _) in enumerate(pairs)]
    truths = [Truth(number, truth) for number, (_, truth) in enumerate(pairs)]
    return dict(measures_of(count_cases(outcomes, truths, schema(tag)), schema(tag))["box"])


@pytest.mark.parametrize("tag", ["RectangleLabels", "EllipseLabels"])
def test_f1_and_mean_overlap_over_all_tasks(tag: str) -> None:
    """3 of 4 boxes of the truths and of 5 of the answers; the Rejection marks nothing."""
    found = measured(
        tag,
        (held(HALF, APART), held(WHOLE, APART)),
        (held(WHOLE, MarkedBox("b", "rectangle", 0, 0, 10, 10), MarkedBox("a", "rectangle", 20, 0, 1, 1)), held(WHOLE)),
        (Rejection("not_json", "It is not JSON."), held(APART)),
    )
    assert found["exact_match"].value == pytest.approx(1 / 3)
    assert found["box_f1"].value == pytest.approx(2 * 3 / (5 + 4))
    assert found["mean_iou"].value == pytest.approx((0.5 + 1 + 1) / 3)
    low, high = found["box_f1"].interval or (2, 2)
    assert low < 2 * 3 / (5 + 4) < high


def test_points_have_a_mean_distance() -> None:
    points = [MarkedBox("a", "point", x, 10) for x in (10, 13, 40)]
    found = measured(
        "KeyPointLabels", (held(points[1], points[2]), held(points[0])), (held(points[0]), held(points[0]))
    )
    assert found["exact_match"].value == 0.5
    assert found["point_f1"].value == pytest.approx(2 * 2 / (3 + 2))
    assert found["mean_distance"].value == pytest.approx((3 + 0) / 2)


def test_what_does_not_exist_says_why() -> None:
    nothing = measured("RectangleLabels", (held(), held()))
    assert nothing == {
        "exact_match": nothing["exact_match"],
        "box_f1": Measure(None, None, NO_MARK),
        "mean_iou": Measure(None, None, NO_PAIR),
    }
    assert nothing["exact_match"].value == 1
    missed = measured("KeyPointLabels", (held(), held(MarkedBox("a", "point", 1, 1))))
    assert (missed["point_f1"].value, missed["mean_distance"]) == (0, Measure(None, None, NO_PAIR))


def test_equal_tasks_count_each() -> None:
    right, wrong = (held(HALF), held(WHOLE)), (held(APART), held(WHOLE))
    found = measured("RectangleLabels", *[right] * 3, wrong)
    assert found["box_f1"].value == pytest.approx(2 * 3 / (4 + 4))
    assert found["mean_iou"].value == 0.5
    assert same_marks(Boxes((HALF,)), Boxes((WHOLE,))).f1 == 1
