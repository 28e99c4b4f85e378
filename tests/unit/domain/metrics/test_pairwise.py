"""Comparisons of two texts, asked both ways."""

import pytest

from backend.domain.metrics.pairwise import PairwiseAnswer, pairwise_score


def test_a_score_by_hand() -> None:
    score = pairwise_score(
        [
            PairwiseAnswer("left", "left", "right"),
            PairwiseAnswer("left", "left", "left"),
            PairwiseAnswer("right", "left", "right"),
            PairwiseAnswer("right", "right"),
            PairwiseAnswer("left", None, "left"),
        ]
    )
    assert (score.outputs, score.accuracy) == (5, 3 / 5)
    assert score.consistency == pytest.approx(2 / 3)
    assert score.consistent_accuracy == 0.5
    assert score.left_rate == 0.75
    assert score.left_truths == pytest.approx(3 / 5)


def test_asked_one_way_there_is_no_consistency() -> None:
    score = pairwise_score([PairwiseAnswer("left", "left")])
    assert (score.accuracy, score.consistency, score.consistency_ci, score.consistent_accuracy) == (1, None, None, None)


def test_no_output() -> None:
    assert pairwise_score([]).accuracy is None
