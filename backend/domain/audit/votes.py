"""Votes: the answers of several versions to the same tasks, the one that most of them give, and how sure it is.

Versions are not independent: they share their mistakes, so agreement of three is not three times the evidence of one.
The confidence is therefore a mean: what the versions that give the answer think of it, and 0 from those that give
another one. It is calibrated on the ground truths where that helps.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from backend.domain.answer import Answer
from backend.domain.calibration.fit import calibrate
from backend.domain.calibration.scored_answers import ScoredAnswer, scored_answers_of
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome, Truth
from backend.domain.statistics.intervals import ratio
from backend.domain.statistics.right_answers import RightAnswers

LEAST = 2
"""Answers that make a vote."""
Side = tuple[Answer, tuple[str, ...]]
"""An answer and the tags of the versions that give it."""
Ballot = dict[str, tuple[Answer, float]]
"""Tag -> the answer of that version to a task, and the probability that it is right."""


@dataclass(frozen=True, slots=True)
class Vote:
    """The vote on one task.

    sides: its different answers, the one that wins first: that of most versions, of as many the surer one
    confidence: in the first of them, 0..1
    """

    task_id: int
    sides: tuple[Side, ...]
    confidence: float

    @property
    def answer(self) -> Answer:
        return self.sides[0][0]

    @property
    def is_unanimous(self) -> bool:
        return len(self.sides) == 1


@dataclass(frozen=True, slots=True)
class Votes:
    """By task id.

    too_few: how many tasks have fewer than LEAST usable answers
    majority, unanimous, split: on the votes with a ground truth, and on those where all agree and do not
    versions: tag -> of that version, on its answers to the same tasks
    """

    votes: tuple[Vote, ...]
    too_few: int
    majority: RightAnswers
    unanimous: RightAnswers
    split: RightAnswers
    versions: Mapping[str, RightAnswers]

    @property
    def disagreements(self) -> list[Vote]:
        """The least sure first."""
        return sorted((vote for vote in self.votes if not vote.is_unanimous), key=lambda vote: vote.confidence)


def votes(by_version: Mapping[str, Sequence[Outcome]], truths: Sequence[Truth], schema: LabelSchema) -> Votes:
    """The votes of versions on all tasks that at least LEAST of them have a usable answer to."""
    sure = {tag: _certainty(outcomes, truths, schema) for tag, outcomes in by_version.items()}
    ballots: dict[int, Ballot] = {}
    for tag, outcomes in by_version.items():
        for outcome in outcomes:
            if outcome.answer is not None:
                ballots.setdefault(outcome.task_id, {})[tag] = (outcome.answer, sure[tag](outcome.confidence))
    enough = {task: ballot for task, ballot in sorted(ballots.items()) if len(ballot) >= LEAST}
    raw = [_vote(task, ballot, schema) for task, ballot in enough.items()]
    expected = {truth.task_id: truth.answer for truth in truths}
    calibrated = _calibrated(raw, expected, schema)
    answers = {tag: {task: ballot[tag][0] for task, ballot in enough.items() if tag in ballot} for tag in by_version}
    return Votes(
        votes=calibrated,
        too_few=len(ballots) - len(enough),
        majority=_right({vote.task_id: vote.answer for vote in calibrated}, expected, schema),
        unanimous=_right({vote.task_id: vote.answer for vote in calibrated if vote.is_unanimous}, expected, schema),
        split=_right({vote.task_id: vote.answer for vote in calibrated if not vote.is_unanimous}, expected, schema),
        versions={tag: _right(by_task, expected, schema) for tag, by_task in answers.items()},
    )


def _certainty(
    outcomes: Sequence[Outcome], truths: Sequence[Truth], schema: LabelSchema
) -> Callable[[float | None], float]:
    """The probability that an answer of this version is right: its calibrated confidence, without one the accuracy of
    the version, without ground truths 1."""
    scored = scored_answers_of([outcome for outcome in outcomes if outcome.answer is not None], truths, schema)
    accuracy = ratio(sum(answer.correct for answer in scored), len(scored))
    meant = calibrate(scored).calibrator or float
    usual = 1.0 if accuracy is None else accuracy
    return lambda confidence: usual if confidence is None else meant(confidence)


def _vote(task: int, ballot: Ballot, schema: LabelSchema) -> Vote:
    ranked = sorted(_sides(ballot, schema), key=lambda side: (-len(side[1]), -sum(ballot[tag][1] for tag in side[1])))
    agreeing = ranked[0][1]
    return Vote(task, tuple(ranked), fmean(sure if tag in agreeing else 0.0 for tag, (_, sure) in ballot.items()))


def _sides(ballot: Ballot, schema: LabelSchema) -> list[Side]:
    sides: list[tuple[Answer, list[str]]] = []
    for tag, (answer, _) in ballot.items():
        same = next((tags for other, tags in sides if schema.equal(answer, other)), None)
        if same is None:
            sides.append((answer, [tag]))
        else:
            same.append(tag)
    return [(answer, tuple(tags)) for answer, tags in sides]


def _calibrated(raw: Sequence[Vote], expected: Mapping[int, Answer], schema: LabelSchema) -> tuple[Vote, ...]:
    judged = [vote for vote in raw if vote.task_id in expected]
    scored = [ScoredAnswer(v.task_id, v.confidence, schema.equal(v.answer, expected[v.task_id])) for v in judged]
    meant = calibrate(scored).calibrator or float
    return tuple(replace(vote, confidence=meant(vote.confidence)) for vote in raw)


def _right(answers: Mapping[int, Answer], expected: Mapping[int, Answer], schema: LabelSchema) -> RightAnswers:
    judged = [task for task in answers if task in expected]
    return RightAnswers(sum(schema.equal(answers[task], expected[task]) for task in judged), len(judged))
