"""AUROC as scikit-learn has it, and an interval that says whether it is more than chance."""

import random

import pytest

from backend.domain.calibration.auroc import auroc
from backend.domain.calibration.scored_answers import ScoredAnswer


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


def test_hanley_and_mcneil_by_hand() -> None:
    """AUROC 0.75 of two right and two wrong: Q1 = 0.6, Q2 = 9/14, variance (0.1875 + 0.0375 + 0.0803571) / 4."""
    found = auroc(claims((0.9, True), (0.6, True), (0.7, False), (0.2, False)))
    assert found is not None
    assert found.value == 0.75
    assert found.interval == pytest.approx((0.75 - 1.96 * 0.2763, 1.0), abs=0.001)
    assert not found.decided


def test_many_answers_decide() -> None:
    found = auroc(claims(*[(0.9, True)] * 40, *[(0.3, False)] * 8, (0.95, False)))
    assert found is not None
    assert found.decided


@pytest.mark.parametrize("pairs", [[], [(0.9, True)], [(0.9, False)], [(0.9, True), (None, False)]])
def test_it_takes_right_and_wrong_answers_with_a_confidence(pairs: list[tuple[float | None, bool]]) -> None:
    assert auroc(claims(*pairs)) is None
