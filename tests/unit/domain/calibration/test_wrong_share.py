"""A guarantee for the whole project, by the exact binomial distribution; broken no more often than it says."""

from collections.abc import Sequence
from itertools import pairwise

import numpy
import pytest
from scipy.stats import binom

from backend.domain.calibration.scored_answers import ScoredAnswer
from backend.domain.calibration.wrong_share import tasks_needed, wrong_share
from tests.scripted import some


def claims(sure: Sequence[float | None], wrong: set[int]) -> list[ScoredAnswer]:
    return [ScoredAnswer(task, value, task not in wrong) for task, value in enumerate(sure)]


@pytest.mark.parametrize(("target", "least"), [(0.05, 59), (0.1, 29)])
def test_it_takes_as_many_as_the_binomial_says(target: float, least: int) -> None:
    assert tasks_needed(target) == least
    enough = wrong_share(claims([0.9] * least, set()), target)
    assert (enough.threshold, enough.covered, enough.wrong, enough.coverage) == (0.9, least, 0, 1.0)
    few = wrong_share(claims([0.9] * (least - 1), set()), target)
    assert few.threshold is None
    assert f"at least {least} ground truths" in some(few.reason)


def test_the_lowest_confidence_with_few_enough_errors_above_it() -> None:
    sure = [1 - n / 200 for n in range(100)]
    found = wrong_share(claims(sure, {50, 60, 70, 80}), 0.05)
    allowed = int(binom.ppf(0.05, 100, 0.05)) - 1
    assert allowed == 1
    assert (found.threshold, found.covered, found.wrong) == (sure[59], 60, 1)
    assert some(found.share_high) <= 0.05
    assert found.accuracy == 59 / 60


def test_equal_confidences_stand_or_fall_together() -> None:
    found = wrong_share(claims([0.9] * 70 + [0.5] * 30, {71, 72}), 0.05)
    assert (found.threshold, found.covered) == (0.9, 70)


def test_what_has_no_confidence_stays_with_people_and_counts_as_a_task() -> None:
    found = wrong_share(claims([0.9] * 30 + [None] * 29, {40, 41}), 0.05)
    assert (found.threshold, found.tasks, found.covered, found.wrong) == (0.9, 59, 30, 0)


def test_a_higher_share_never_takes_a_higher_threshold() -> None:
    rng = numpy.random.default_rng(2)
    sure = rng.random(300).tolist()
    some_claims = claims(sure, {n for n in range(300) if rng.random() > sure[n]})
    found = [some(wrong_share(some_claims, target).threshold) for target in (0.02, 0.05, 0.1, 0.3)]
    assert all(low >= high for low, high in pairwise(found))


def test_why_there_is_none() -> None:
    assert some(wrong_share([], 0.05).reason).startswith("It takes at least 59")
    assert some(wrong_share(claims([None] * 60, set()), 0.05).reason).startswith("No answer")
    assert some(wrong_share(claims([0.9] * 60, {1}), 0.05).reason).startswith("Even the most confident")
