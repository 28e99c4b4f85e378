"""Votes: who wins, how sure that is, and that versions which fail together do not count as independent."""

from random import Random
from statistics import fmean

import pytest

from backend.domain.audit.votes import Vote, votes
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Outcome, Rejection, Truth
from backend.domain.statistics.right_answers import RightAnswers
from tests.scripted import choices, sure_of

SCHEMA: LabelSchema = choices("Good", "Bad", "So so")


def outcome(task: int, label: str | None, sure: float | None = None) -> Outcome:
    verdict = Rejection("not_json", "…") if label is None else SCHEMA.parse({"mood": label})
    return Outcome(task, verdict, confidences=sure_of(sure))


def truth(task: int, label: str) -> Truth:
    answer = SCHEMA.parse({"mood": label})
    assert isinstance(answer, dict)
    return Truth(task, answer)


def shown(vote: Vote) -> list[tuple[str, tuple[str, ...]]]:
    return [(SCHEMA.show(answer), tags) for answer, tags in vote.sides]


def test_most_versions_win_and_the_others_are_named() -> None:
    (vote,) = votes(
        {"a@1": [outcome(1, "Good", 0.6)], "b@1": [outcome(1, "Bad", 0.99)], "c@1": [outcome(1, "Good", 0.6)]},
        [],
        SCHEMA,
    ).votes
    assert shown(vote) == [("Good", ("a@1", "c@1")), ("Bad", ("b@1",))]
    assert vote.confidence == pytest.approx((0.6 + 0 + 0.6) / 3)


def test_of_as_many_the_surer_wins_whatever_the_order() -> None:
    sure, unsure = {"a@1": [outcome(1, "Good", 0.4)]}, {"b@1": [outcome(1, "Bad", 0.9)]}
    found = [votes(order, [], SCHEMA).votes[0] for order in (sure | unsure, unsure | sure)]
    assert [shown(vote)[0] for vote in found] == [("Bad", ("b@1",))] * 2


def test_answers_that_cannot_be_used_do_not_vote_and_one_alone_is_no_vote() -> None:
    found = votes(
        {
            "a@1": [outcome(1, "Good"), outcome(2, "Bad"), outcome(3, "Bad")],
            "b@1": [outcome(1, None), outcome(2, "Bad"), Outcome(3, Failure("timeout", "…"))],
        },
        [],
        SCHEMA,
    )
    assert [(vote.task_id, vote.is_unanimous) for vote in found.votes] == [(2, True)]
    assert found.too_few == 2


def test_without_confidences_and_truths_the_confidence_is_the_share_that_agrees() -> None:
    said = {"a@1": "Good", "b@1": "Good", "c@1": "Bad", "d@1": "Good"}
    (vote,) = votes({tag: [outcome(1, label)] for tag, label in said.items()}, [], SCHEMA).votes
    assert vote.confidence == 0.75


def test_accuracy_is_counted_on_votes_with_a_truth_alone() -> None:
    found = votes(
        {
            "a@1": [outcome(1, "Good"), outcome(2, "Good"), outcome(3, "Bad"), outcome(9, "Bad")],
            "b@1": [outcome(1, "Good"), outcome(2, "Bad"), outcome(3, "Bad"), outcome(9, "Bad")],
            "c@1": [outcome(1, "Good"), outcome(2, "Good")],
        },
        [truth(1, "Good"), truth(2, "Bad"), truth(3, "Good")],
        SCHEMA,
    )
    assert (found.majority, found.unanimous, found.split) == (
        RightAnswers(1, 3),
        RightAnswers(1, 2),
        RightAnswers(0, 1),
    )
    assert found.versions == {"a@1": RightAnswers(1, 3), "b@1": RightAnswers(2, 3), "c@1": RightAnswers(1, 2)}
    assert [vote.task_id for vote in found.disagreements] == [2]


def test_disagreements_come_least_sure_first() -> None:
    ones = [outcome(1, "Good", 0.9), outcome(2, "Good", 0.5), outcome(3, "Good", 0.7)]
    others = [outcome(1, "Bad", 0.1), outcome(2, "Bad", 0.1), outcome(3, "Bad", 0.1)]
    assert [vote.task_id for vote in votes({"a@1": ones, "b@1": others}, [], SCHEMA).disagreements] == [2, 3, 1]


@pytest.mark.slow
def test_versions_that_fail_together_are_no_surer_than_one() -> None:
    """Three copies of one version, right on 7 of 10 tasks: as independent votes they would be sure of 0.9 and more."""
    chance, tasks = Random(7), range(400)
    labels = {task: "Good" if chance.random() < 0.7 else "Bad" for task in tasks}
    answered = [outcome(task, "Good", 0.95 + 0.04 * chance.random()) for task in tasks]
    truths = [truth(task, label) for task, label in labels.items()]
    found = votes({f"v@{n}": answered for n in (1, 2, 3)}, truths, SCHEMA)
    accuracy = found.majority.accuracy
    assert accuracy is not None
    assert fmean(vote.confidence for vote in found.votes) == pytest.approx(accuracy, abs=0.03)
