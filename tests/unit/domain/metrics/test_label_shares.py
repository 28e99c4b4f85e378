"""Shares of labels: corrected where the model errs, bounded, and from the ground truths alone where they are few."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.metrics.label_shares import label_shares


def test_a_label_that_is_answered_too_often_is_corrected() -> None:
    """The model says `rare` of 20 % of 1,000 tasks; of 100 ground truths it is right where it does not, and on half of
    those where it does."""
    answers = {task: ["rare" if task % 5 == 0 else "common"] for task in range(1000)}
    truths = {task: ["rare" if task % 10 == 0 else "common"] for task in range(100)}
    rare, common = label_shares(answers, truths, ["rare", "common"])
    assert rare.by_model == 0.2
    assert rare.share == pytest.approx(0.1, abs=0.01)
    assert rare.interval[0] < 0.1 < rare.interval[1] < 0.2
    assert common.share == pytest.approx(0.9, abs=0.01)
    assert (rare.truths, rare.by_truths) == (10, False)


def test_few_ground_truths_with_a_label_count_alone() -> None:
    answers = {task: ["a"] for task in range(100)}
    truths = {task: ["b" if task < 2 else "a"] for task in range(40)}
    a, b = label_shares(answers, truths, ["a", "b"])
    assert (b.by_model, b.share, b.by_truths, b.truths) == (0.0, 0.05, True, 2)
    assert b.interval == pytest.approx((0.0138, 0.1650), abs=0.0001)
    assert a.by_truths


def test_five_ground_truths_with_a_label_are_enough_to_correct_the_model() -> None:
    answers = {task: ["b" if task % 10 == 0 else "a"] for task in range(1000)}
    truths = {task: ["b" if task % 10 == 0 else "a"] for task in range(0, 50)}
    (five,) = label_shares(answers, truths, ["b"])
    assert (five.truths, five.by_truths) == (5, False)
    assert five.interval[0] > 0.0435, "narrower than Wilson's interval of the ground truths alone"


def test_ground_truths_with_a_high_chance_stand_for_few_tasks() -> None:
    """Of 60 tasks that the model calls common, 10 are rare, and these were drawn with three times the chance."""
    answers = {task: ["common"] for task in range(1000)}
    truths = {task: ["rare" if task < 10 else "common"] for task in range(60)}
    chances = {task: 0.3 if task < 10 else 0.1 for task in range(60)}
    (alike,), (weighted,) = (label_shares(answers, truths, ["rare"], known) for known in (None, chances))
    assert alike.share == pytest.approx(10 / 60, abs=0.01)
    assert weighted.share == pytest.approx(100 / 1600, abs=0.01)
    assert weighted.interval[0] < 100 / 1600 < weighted.interval[1]
    few = {task: ["rare" if task < 3 else "common"] for task in range(60)}
    (alone,) = label_shares(answers, few, ["rare"], chances)
    assert (alone.by_truths, alone.truths) == (True, 3)
    assert alone.share == pytest.approx(10 / (10 + 70 / 3 + 500))


def test_equal_chances_change_nothing() -> None:
    answers = {task: ["b" if task % 4 == 0 else "a"] for task in range(400)}
    truths = {task: ["b" if task % 5 == 0 else "a"] for task in range(100)}
    (plain,) = label_shares(answers, truths, ["b"])
    (weighted,) = label_shares(answers, truths, ["b"], dict.fromkeys(truths, 0.25))
    assert weighted == plain


def test_without_ground_truths_to_answered_tasks_there_are_none() -> None:
    assert label_shares({1: ["a"]}, {2: ["a"]}, ["a"]) == []
    assert label_shares({}, {}, ["a"]) == []


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=80))
def test_every_share_is_in_its_interval(tasks: list[tuple[bool, bool, bool]]) -> None:
    answers = {n: ["x"] if said else [] for n, (said, _, _) in enumerate(tasks)}
    truths = {n: ["x"] if own else [] for n, (_, own, known) in enumerate(tasks) if known}
    for one in label_shares(answers, truths, ["x"]):
        assert 0 <= one.interval[0] <= one.share <= one.interval[1] <= 1
