"""The score of a region is that of its least certain label."""

from typing import Any

import pytest

from backend.domain.answer import MarkedSpan
from backend.domain.labels.controls.region_score import score_of


@pytest.mark.parametrize(
    ("scores", "written"),
    [([0.5], {"score": 0.5}), ([0.5, 0.25], {"score": 0.25}), ([0.12345678], {"score": 0.123457}), ([0.5, None], {})],
)
def test_the_least_certain_label_counts(scores: list[float | None], written: dict[str, Any]) -> None:
    assert score_of([MarkedSpan(0, 1, "x", score=score) for score in scores]) == written
