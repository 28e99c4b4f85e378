"""Weighted accuracy: 1 / chance counts, confidences help if they are worth something, and gaps widen the interval."""

import random

import pytest

from backend.domain.calibration.scored_answers import ScoredAnswer
from backend.domain.metrics.weighted_accuracy import FEWEST, weighted_accuracy
from backend.domain.statistics.intervals import wilson

RIGHT = [True] * 30 + [False] * 10
CLAIMS = [ScoredAnswer(task, None, right) for task, right in enumerate(RIGHT)]
EQUAL = dict.fromkeys(range(40), 0.1)


def test_with_equal_chances_it_is_the_share_of_right_answers() -> None:
    found = weighted_accuracy(CLAIMS, EQUAL, None)
    assert found is not None
    assert found.truths == 40
    assert found.accuracy == pytest.approx(0.75)
    assert found.interval == pytest.approx(wilson(30, 40) or (), abs=0.01)


def test_a_truth_with_a_low_chance_stands_for_many_tasks() -> None:
    chances = {task: 0.4 if task >= 30 else 0.1 for task in range(40)}
    found = weighted_accuracy(CLAIMS, chances, None)
    assert found is not None
    assert found.accuracy == pytest.approx(300 / 325), "the wrong ones are a quarter as many as they seem"


def test_what_has_no_chance_does_not_count() -> None:
    chosen = [*CLAIMS, *(ScoredAnswer(task, None, True) for task in range(100, 200))]
    assert weighted_accuracy(chosen, EQUAL, None) == weighted_accuracy(CLAIMS, EQUAL, None)


def test_confidences_that_are_right_make_it_more_precise() -> None:
    """Of all tasks the model is unsure of fewer than of those that happened to be drawn."""
    beliefs = dict.fromkeys(range(1000), 0.95) | dict.fromkeys(range(29, 40), 0.2)
    found, alone = weighted_accuracy(CLAIMS, EQUAL, beliefs), weighted_accuracy(CLAIMS, EQUAL, None)
    assert found is not None
    assert alone is not None
    assert found.accuracy > 0.9 > alone.accuracy
    assert found.interval[1] - found.interval[0] < alone.interval[1] - alone.interval[0]


def test_confidences_that_mislead_are_left_out() -> None:
    beliefs = {task: 0.2 if right else 0.9 for task, right in enumerate(RIGHT)} | dict.fromkeys(range(40, 500), 0.9)
    assert weighted_accuracy(CLAIMS, EQUAL, beliefs) == weighted_accuracy(CLAIMS, EQUAL, None)


def test_gaps_may_be_right_or_wrong() -> None:
    chances, gaps = EQUAL | dict.fromkeys(range(40, 45), 0.1), range(40, 45)
    found, without = weighted_accuracy(CLAIMS, chances, None, gaps), weighted_accuracy(CLAIMS, chances, None)
    assert found is not None
    assert without is not None
    assert found.accuracy == without.accuracy
    assert found.interval[0] < without.interval[0] < without.interval[1] < found.interval[1]


@pytest.mark.parametrize("right", [True, False])
def test_answers_that_are_all_alike_have_an_interval(right: bool) -> None:
    found = weighted_accuracy([ScoredAnswer(task, None, right) for task in range(40)], EQUAL, None)
    assert found is not None
    assert found.accuracy == right
    assert 0.01 < found.interval[1] - found.interval[0] < 0.1


def test_too_few_say_nothing() -> None:
    assert weighted_accuracy(CLAIMS[: FEWEST - 1], EQUAL, None) is None


@pytest.mark.parametrize(("right", "tasks"), [(20, 20), (29, 30), (0, 20)])
def test_with_equal_chances_the_interval_is_wilsons(right: int, tasks: int) -> None:
    answers = [ScoredAnswer(task, None, task < right) for task in range(tasks)]
    found = weighted_accuracy(answers, dict.fromkeys(range(tasks), 0.5), None)
    assert found is not None
    assert found.interval == pytest.approx(wilson(right, tasks))


def test_the_interval_holds_where_few_answers_or_none_are_wrong() -> None:
    """It did in 72 % of such projects."""
    rng, held = random.Random(1), 0
    for _ in range(500):
        answers = [ScoredAnswer(task, None, rng.random() < 0.97) for task in range(50)]
        found = weighted_accuracy(answers, dict.fromkeys(range(50), 0.1), None)
        held += found is not None and found.interval[0] <= 0.97 <= found.interval[1]
    assert held >= 0.9 * 500
