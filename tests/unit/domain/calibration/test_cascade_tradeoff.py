"""Cost against accuracy of a cascade: what is kept, what it costs, and a bound that is broken no more often than it
says."""

import numpy
import pytest

from backend.domain.calibration.cascade_tradeoff import (
    AnswerPair,
    answer_pairs,
    lowest_threshold,
    point_at,
    tradeoff,
)
from backend.domain.outcome import Failure, Outcome, Rejection, Truth, Usage
from backend.domain.statistics.right_answers import RightAnswers
from tests.scripted import choices, some, sure_of

SCHEMA = choices("Good", "Bad")


def outcome(task: int, label: str | None, sure: float | None = None, usd: float | None = 1.0) -> Outcome:
    verdict = Rejection("not_json", "…") if label is None else SCHEMA.parse({"mood": label})
    return Outcome(task, verdict, confidences=sure_of(sure), usage=Usage(cost_usd=usd))


def truth(task: int, label: str) -> Truth:
    answer = SCHEMA.parse({"mood": label})
    assert isinstance(answer, dict)
    return Truth(task, answer)


def pairs(sure: list[float | None], differs: set[int]) -> list[AnswerPair]:
    return [AnswerPair(n, value, n not in differs, (1.0, 10.0)) for n, value in enumerate(sure)]


def test_pairs_are_the_tasks_that_the_second_answered() -> None:
    first = [outcome(1, "Good", 0.9), outcome(2, None, 0.9), Outcome(3, Failure("timeout", "…")), outcome(5, "Bad")]
    second = [outcome(1, "Bad", usd=3), outcome(2, "Good", usd=3), outcome(3, "Good"), Outcome(5, Failure("auth", "…"))]
    found = answer_pairs(first, second, [truth(1, "Bad"), truth(2, "Good")], SCHEMA)
    assert found == [
        AnswerPair(1, 0.9, False, (1.0, 3.0), (False, True)),
        AnswerPair(2, None, False, (1.0, 3.0), (False, True)),
        AnswerPair(3, None, False, (0.0, 1.0)),
    ]


def test_a_threshold_keeps_what_is_as_sure_and_pays_twice_for_the_rest() -> None:
    some_pairs = [
        AnswerPair(1, 0.9, True, (1.0, 10.0), (True, True)),
        AnswerPair(2, 0.8, False, (1.0, 10.0), (True, False)),
        AnswerPair(3, 0.7, False, (1.0, 10.0), (False, True)),
        AnswerPair(4, None, False, (1.0, 10.0)),
    ]
    point = point_at(some_pairs, 0.8)
    assert (point.kept, point.differs, point.usd, point.right) == (2, 1, 24.0, RightAnswers(3, 3))
    assert (point.kept_share, point.differs_share, point.usd_per_task) == (0.5, 0.25, 6.0)
    alone = point_at(some_pairs, None)
    assert (alone.kept, alone.differs, alone.usd, alone.right) == (0, 0, 40.0, RightAnswers(2, 3))
    assert tradeoff(some_pairs, 0.5).first.usd == 4.0


def test_an_unknown_price_is_no_number() -> None:
    (pair,) = answer_pairs([outcome(1, "Good", 0.9, None)], [outcome(1, "Good", usd=3)], [], SCHEMA)
    assert point_at([pair], 0.5).usd is None
    assert point_at([pair], None).usd == 3
    assert point_at([], 0.5).usd_per_task is None


def test_the_chosen_threshold_is_a_point_of_the_curve() -> None:
    found = tradeoff(pairs([1 - n / 400 for n in range(200)], {150, 160, 170, 180, 190}), 0.03)
    chosen = some(found.chosen)
    assert chosen in found.points
    assert chosen.kept == 160, "one of 200 may differ, by the binomial"
    assert some(found.differs_high) <= 0.03
    below = [some(point.below) for point in found.points]
    assert below == sorted(below, reverse=True)
    assert (found.points[-1].kept, found.first.kept, found.second.kept) == (200, 200, 0)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (pairs([0.9] * 50, set()), "at least 99 tasks that both answered to guarantee 0.03; there are 50"),
        (pairs([None] * 200, set()), "No answer of the first has a confidence."),
        (pairs([0.9] * 200, set(range(20))), "Even its most confident answers differ too often to guarantee 0.03."),
    ],
)
def test_without_a_threshold_it_says_why(given: list[AnswerPair], reason: str) -> None:
    found = tradeoff(given, 0.03)
    assert (found.chosen, found.differs_high) == (None, None)
    assert reason in some(found.reason)


@pytest.mark.slow
def test_the_bound_is_broken_in_at_most_one_of_twenty() -> None:
    rng, broken = numpy.random.default_rng(5), 0
    for _ in range(300):
        sure = rng.random(4000)
        same = rng.random(4000) < 0.7 + 0.3 * sure
        chosen = rng.choice(4000, 300, replace=False)
        drawn = [AnswerPair(int(n), float(sure[n]), bool(same[n]), (None, None)) for n in chosen]
        below = lowest_threshold(drawn, 0.05).threshold
        broken += below is not None and (~same & (sure >= below)).mean() > 0.05
    assert 0 < broken <= 25, "300 draws: 5 % and two standard errors"
