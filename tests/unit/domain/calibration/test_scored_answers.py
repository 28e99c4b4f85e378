from backend.domain.answer import Labels
from backend.domain.calibration.scored_answers import ScoredAnswer, confident, scored_answers_of
from backend.domain.outcome import Failure, Outcome, Rejection, Truth
from tests.scripted import sure_of
from tests.unit.domain.metrics.test_classification import schema

A, B = {"c": Labels(("a",))}, {"c": Labels(("b",))}
CD = schema(("c", "single"), ("d", "multiple"))


def test_a_claim_for_each_output_that_has_a_truth() -> None:
    outcomes = [
        Outcome(1, A, confidences=sure_of(0.9)),
        Outcome(2, B, confidences=sure_of(0.6)),
        Outcome(3, A),
        Outcome(4, Rejection("refused", "")),
        Outcome(5, Failure("timeout", "")),
        Outcome(9, A, confidences=sure_of(1.0)),
    ]
    claims = scored_answers_of(outcomes, [Truth(task, A) for task in range(6)], CD)
    assert claims == [
        ScoredAnswer(1, 0.9, True),
        ScoredAnswer(2, 0.6, False),
        ScoredAnswer(3, None, True),
        ScoredAnswer(4, None, False),
    ]
    assert confident(claims) == [(0.6, False), (0.9, True)]


def test_claims_about_one_of_several_controls() -> None:
    said = {"c": Labels(("a",)), "d": None}
    outcomes = [
        Outcome(1, said, confidences=sure_of(0.5, {"c": 0.9, "d": 0.6})),
        Outcome(2, said, confidences=sure_of(0.5)),
        Outcome(3, Rejection("refused", "")),
    ]
    truths = [Truth(task, {"c": Labels(("a",)), "d": Labels(("x",))}) for task in range(4)]
    assert scored_answers_of(outcomes, truths, CD, "c") == [
        ScoredAnswer(1, 0.9, True),
        ScoredAnswer(2, None, True),
        ScoredAnswer(3, None, False),
    ]
    assert scored_answers_of(outcomes, truths, CD, "d")[0] == ScoredAnswer(1, 0.6, False)
