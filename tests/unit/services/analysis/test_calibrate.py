"""Which answers a guarantee may use: those of drawn tasks, of which those without a ground truth count as wrong."""

from backend.domain.answer import Labels
from backend.domain.calibration.scored_answers import ScoredAnswer
from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.ground_truth import NOTHING
from backend.domain.outcome import Failure, Outcome, Truth
from backend.services.analysis.calibrate import JudgedVersion
from tests.scripted import sure_of
from tests.unit.domain.metrics.test_classification import SINGLE

A, B = {"c": Labels(("a",))}, {"c": Labels(("b",))}
OUTCOMES = [
    Outcome(1, A, confidences=sure_of(0.9)),
    Outcome(2, B, confidences=sure_of(0.8)),
    Outcome(3, A, confidences=sure_of(0.7)),
]
TRUTHS = [Truth(1, A), Truth(2, A), Truth(3, A)]


def test_gaps_count_as_wrong_where_the_version_would_have_been_trusted() -> None:
    to_gaps = [Outcome(4, A, confidences=sure_of(0.6)), Outcome(5, Failure("timeout", "It took too long."))]
    judged = JudgedVersion(OUTCOMES, TRUTHS, NOTHING, SINGLE, TruthBasis((1, 2, 3), (1, 2), (4, 5, 6)), to_gaps)
    assert judged.random_scored_answers() == [
        ScoredAnswer(1, 0.9, True),
        ScoredAnswer(2, 0.8, False),
        ScoredAnswer(4, 0.6, False),
        ScoredAnswer(5, 1.0, False),
        ScoredAnswer(6, 1.0, False),
    ]


def test_without_a_draw_all_are_used() -> None:
    judged = JudgedVersion(OUTCOMES, TRUTHS, NOTHING, SINGLE, TruthBasis((1, 2, 3)))
    assert judged.random_scored_answers() == judged.scored_answers()


def test_ground_truths_that_chose_the_version_can_be_left_out() -> None:
    judged = JudgedVersion(OUTCOMES, TRUTHS, NOTHING, SINGLE, TruthBasis((1, 2, 3), (1, 2, 3), chosen=(1, 3)))
    assert len(judged.random_scored_answers()) == 3
    assert judged.without_chosen().random_scored_answers() == [ScoredAnswer(2, 0.8, False)]
