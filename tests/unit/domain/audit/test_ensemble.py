from typing import Any

import pytest

from backend.domain.answer import Labels
from backend.domain.audit.ensemble import vote_of
from backend.domain.outcome import Outcome, Rejection, Truth
from tests.scripted import sure_of
from tests.unit.domain.metrics.test_classification import SINGLE

A, B, D = {"c": Labels(("a",))}, {"c": Labels(("b",))}, {"c": Labels(("d",))}


def voice(answers: Any, truths: Any) -> Any:
    outcomes = [Outcome(n, answer, confidences=sure_of(sure)) for n, (answer, sure) in enumerate(answers)]
    return vote_of(outcomes, [Truth(n, truth) for n, truth in enumerate(truths)], SINGLE)


def test_its_own_answer_is_as_probable_as_it_says_and_all_answers_add_up_to_one() -> None:
    found = voice([(A, 0.7), (A, 0.9)], [B, A])
    assert found.probability(0, True, 2) == 0.7
    assert sum(found.probability(0, gave, 2) for gave in (True, False, False)) == pytest.approx(1)


def test_what_is_left_is_spread_evenly_however_often_the_truths_say_one_of_the_others() -> None:
    """Else a systematic error of the ground truths would explain itself away."""
    found = voice([(A, 0.6)] * 5, [B, B, B, D, A])
    assert found.probability(4, False, 2) == pytest.approx(0.2)


def test_a_confidence_that_is_too_high_is_calibrated_by_the_truths() -> None:
    found = voice([(A, 0.99), (B, 0.99)] * 100, [A, A] * 100)
    assert found.sure[0] == pytest.approx(0.5, abs=0.01)


def test_without_confidences_the_share_that_agrees_stands_in() -> None:
    assert voice([(A, None), (A, None), (B, None), (A, None)], [A, A, B, B]).sure[3] == 0.75


def test_unusable_answers_and_tasks_without_truth_say_nothing() -> None:
    outcomes = [Outcome(1, Rejection("refused", "")), Outcome(2, A, confidences=sure_of(0.5))]
    assert vote_of(outcomes, [Truth(1, A)], SINGLE).answers == {}
