"""AUROC as scikit-learn has it, and an interval that says whether it is more than chance."""

import random

import pytest

from backend.domain.calibration.auroc import auroc
from backend.domain.calibration.scored_answers import ScoredAnswer
from backend.domain.statistics.intervals import wilson


def claims(*pairs: tuple[float | None, bool]) -> list[ScoredAnswer]:
    return [ScoredAnswer(number, sure, right) for number, (sure, right) in enumerate(pairs)]


def test_it_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import roc_auc_score

    rng = random.Random(3)
    pairs = [(round(rng.random(), 1), rng.random() < 0.7) for _ in range(200)]
    found = auroc(claims(*pairs))
    assert found is not None
    assert found.value == pytest.approx(roc_auc_score([right for _, right in pairs], [sure for sure, _ in pairs]))
    assert found.right + found.wrong == 200


def test_the_ends_are_as_many_of_their_own_standard_errors_away() -> None:
    """Newcombe's method 5 by hand: variance A (1 - A) (1 + n* ((1 - A) / (2 - A) + A / (1 + A))) / mn, n* = 1."""
    found = auroc(claims((0.9, True), (0.6, True), (0.7, False), (0.2, False)))
    assert found is not None
    assert found.value == 0.75
    for end in found.interval:
        variance = end * (1 - end) * (1 + (1 - end) / (2 - end) + end / (1 + end)) / 4
        assert abs(0.75 - end) == pytest.approx(1.96 * variance**0.5, abs=0.0001)
    assert 0 < found.interval[0] < 0.5 < found.interval[1] < 1
    assert not found.decided


def test_two_answers_decide_nothing() -> None:
    """Of one right and one wrong answer it is that of one trial of two: Wilson's."""
    found = auroc(claims((0.9, True), (0.1, False)))
    assert found is not None
    assert found.interval == pytest.approx(wilson(1, 1))
    assert not found.decided


@pytest.mark.parametrize(("tasks", "right"), [(20, 0.95), (50, 0.97), (30, 0.9)])
def test_a_confidence_that_says_nothing_is_rarely_decided(tasks: int, right: float) -> None:
    """It was in 11 to 17 %."""
    rng = random.Random(1)
    drawn = (auroc(claims(*((rng.random(), rng.random() < right) for _ in range(tasks)))) for _ in range(2000))
    found = [one for one in drawn if one is not None]
    assert sum(one.decided for one in found) <= 0.025 * len(found)


def test_many_answers_decide() -> None:
    found = auroc(claims(*[(0.9, True)] * 40, *[(0.3, False)] * 8, (0.95, False)))
    assert found is not None
    assert found.decided


@pytest.mark.parametrize("pairs", [[], [(0.9, True)], [(0.9, False)], [(0.9, True), (None, False)]])
def test_it_takes_right_and_wrong_answers_with_a_confidence(pairs: list[tuple[float | None, bool]]) -> None:
    assert auroc(claims(*pairs)) is None
