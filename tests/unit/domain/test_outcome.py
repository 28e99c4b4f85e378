"""Wrong, unusable and no answer are three different things."""

import pytest

from backend.domain.outcome import FAILURES, REJECTIONS, Failure, Outcome, Rejection, total_usd


def test_an_answer_is_an_answer_even_when_nothing_is_chosen() -> None:
    outcome = Outcome(1, {"mood": None})
    assert outcome.answer == {"mood": None}
    assert outcome.spoke


@pytest.mark.parametrize("reason", REJECTIONS)
def test_a_rejection_is_spoken_but_no_answer(reason: str) -> None:
    outcome = Outcome(1, Rejection(reason, "why"))
    assert outcome.answer is None
    assert outcome.spoke


@pytest.mark.parametrize("kind", FAILURES)
def test_a_failure_is_not_spoken(kind: str) -> None:
    outcome = Outcome(1, Failure(kind, "why"))
    assert outcome.answer is None
    assert not outcome.spoke


def test_what_a_failure_costs_is_no_part_of_what_it_is() -> None:
    assert Failure("timeout", "why") == Failure("timeout", "why", unbilled=True)


def test_costs_are_summed_exactly_and_unknown_if_one_is() -> None:
    assert total_usd([0.1] * 10) == 1.0  # one by one it would be 0.9999999999999999
    assert total_usd([0.1, None]) is None
    assert total_usd([]) == 0
