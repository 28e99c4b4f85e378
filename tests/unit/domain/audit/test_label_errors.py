from typing import Any

import pytest

from backend.domain.answer import Labels
from backend.domain.audit.label_errors import EnsembleVote, Suspect, _stated_doubt, audit, vote_of
from backend.domain.outcome import Failure, Outcome, Rejection, Truth
from benchmarks import audits
from tests.scripted import sure_of
from tests.unit.domain.labels.test_equal_answers import DIFFERENT_LOOKS, EQUAL_LOOKS
from tests.unit.domain.metrics.test_classification import SINGLE

A, B, D = {"c": Labels(("a",))}, {"c": Labels(("b",))}, {"c": Labels(("d",))}
TRUTHS = [Truth(1, A), Truth(2, A), Truth(3, B), Truth(4, B)]


def said(*answers: Any) -> Any:
    """(answer, confidence) of tasks 1, 2, ..."""
    return [Outcome(task, answer, confidences=sure_of(sure)) for task, (answer, sure) in enumerate(answers, 1)]


def test_the_most_confident_contradiction_by_most_versions_comes_first() -> None:
    one = said((A, 0.9), (B, 0.95), (B, 0.9), (A, 0.6))
    two = said((A, 0.8), (B, 0.9), (B, 0.9), (B, 0.5))
    found = audit({"s@1": one, "s@2": two}, TRUTHS, SINGLE)
    assert [(s.task_id, s.truth, s.suggested, s.versions) for s in found] == [
        (2, A, B, ("s@1", "s@2")),
        (4, B, A, ("s@1",)),
    ]
    assert found[0].score > found[1].score


def test_what_a_calibrator_made_equal_is_ranked_by_what_the_version_said() -> None:
    vote = EnsembleVote({1: B, 2: B}, {1: 0.8, 2: 0.8}, {1: 0.97, 2: 0.99})
    suspects = [Suspect(task, A, B, 0.8, ("1",)) for task in (1, 2)]
    assert [_stated_doubt(suspect, {"1": vote}) for suspect in suspects] == [0.97, 0.99]


def test_who_agrees_and_is_sure_is_no_suspect() -> None:
    assert audit({"1": said((A, 0.9), (A, 0.6), (B, 0.9), (B, 1.0))}, TRUTHS, SINGLE) == []


def test_ground_truths_that_nobody_is_sure_of_come_after_those_that_are_contradicted() -> None:
    found = audit({"1": said((A, 0.3), (A, 0.4), (A, 0.9), (B, 0.6))}, TRUTHS, SINGLE)
    assert [(s.task_id, s.suggested, s.versions) for s in found] == [(3, A, ("1",)), (1, None, ()), (2, None, ())]
    assert [s.score for s in found[1:]] == pytest.approx([0.7, 0.6])


def test_without_a_confidence_nobody_is_unsure() -> None:
    """One in four agrees with its ground truth, so that each answer is wrong more often than not."""
    found = audit({"1": said((B, None), (B, None), (A, None), (B, None))}, TRUTHS, SINGLE)
    assert found == []


def test_without_confidences_the_share_that_agrees_stands_in() -> None:
    found = audit({"1": said((A, None), (A, None), (B, None), (A, None))}, TRUTHS, SINGLE)
    assert [(s.task_id, s.suggested) for s in found] == [(4, A)]


def test_an_answer_that_is_nowhere_the_truth_can_be_suggested() -> None:
    assert [s.suggested for s in audit({"1": said((D, 0.9), (A, 0.9))}, TRUTHS, SINGLE)] == [D]


@pytest.mark.parametrize("pair", DIFFERENT_LOOKS, ids=["order", "box", "spaces"])
def test_an_equal_answer_that_looks_different_contradicts_nothing(pair: Any) -> None:
    schema, truth, answer = pair
    assert audit({"1": said(*[(answer, 0.9)] * 4)}, [Truth(task, truth) for task in range(1, 5)], schema) == []


def test_a_different_answer_that_looks_equal_contradicts() -> None:
    schema, truth, answer = EQUAL_LOOKS
    (first, _) = audit({"1": said((answer, 0.9), (answer, 0.9))}, [Truth(1, truth), Truth(2, truth)], schema)
    assert (first.suggested, first.versions) == (answer, ("1",))


def test_nothing_to_audit() -> None:
    assert audit({}, TRUTHS, SINGLE) == audit({"1": said((A, 0.9))}, [], SINGLE) == []
    silent = [Outcome(1, Rejection("refused", "")), Outcome(2, Failure("timeout", ""))]
    assert audit({"1": silent}, TRUTHS, SINGLE) == []


@pytest.mark.slow
def test_truths_flipped_on_purpose_come_first() -> None:
    """As the benchmark measures it, once: versions that are right on nine tasks in ten."""
    chances, true = audits.simulated(8.0, seed=3)
    assert next(audits.hits(chances, true, "abcd", seed=3))[0] >= 0.8


A, B, D = {"c": Labels(("a",))}, {"c": Labels(("b",))}, {"c": Labels(("d",))}


def voice(answers: Any, truths: Any) -> Any:
    outcomes = [Outcome(n, answer, confidences=sure_of(sure)) for n, (answer, sure) in enumerate(answers)]
    return vote_of(outcomes, [Truth(n, truth) for n, truth in enumerate(truths)], SINGLE)


def test_the_answer_of_a_version_is_as_probable_as_it_says_and_all_answers_add_up_to_one() -> None:
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


def test_the_vote_of_a_version_without_confidences_is_the_share_that_agrees() -> None:
    assert voice([(A, None), (A, None), (B, None), (A, None)], [A, A, B, B]).sure[3] == 0.75


def test_unusable_answers_and_tasks_without_truth_are_no_vote() -> None:
    outcomes = [Outcome(1, Rejection("refused", "")), Outcome(2, A, confidences=sure_of(0.5))]
    assert vote_of(outcomes, [Truth(1, A)], SINGLE).answers == {}
