"""Ranks the ground truths that confident answers of several versions contradict. It changes no ground truth.

A ground truth is more suspect the less probable it is according to the versions (the self-confidence of confident
learning: Northcutt, Jiang and Chuang 2021, JAIR 70:1373). The versions are an ensemble: the mean of their probabilities
counts, and each version is calibrated by how often it agrees with the ground truths. A calibrator may make different
confidences equal; then they decide as they were.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from backend.domain.answer import Answer
from backend.domain.calibration.fit import calibrate
from backend.domain.calibration.scored_answers import scored_answers_of
from backend.domain.labels.equal_answers import distinct
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome, Truth
from backend.domain.statistics.intervals import ratio

UNSURE = 0.5
"""A ground truth that no version contradicts is suspect if it is wrong with a higher probability than that."""


@dataclass(frozen=True, slots=True)
class EnsembleVote:
    """What one version says about which answer is the ground truth of each task.

    A model gives one answer and its probability. The remaining probability is spread evenly over the other answers. It
    is not divided by which of them were the ground truth when the version gave this answer: where ground truths are
    wrong in a systematic way, that explains the errors away that an audit looks for (`python -m benchmarks.audits`).
    answers: task -> usable answer
    sure: task -> its calibrated probability, 0..1
    uncalibrated: task -> the probability as the version gave it
    """

    answers: Mapping[int, Answer]
    sure: Mapping[int, float]
    uncalibrated: Mapping[int, float]

    def probability(self, task: int, gave: bool, others: int) -> float:
        """The probability (0..1) that an answer is the ground truth of a task that this version answered.

        gave: whether it is the one that this version gave
        others: number of possible answers beside the one that was given
        """
        return self.sure[task] if gave else (1 - self.sure[task]) / others


def vote_of(outcomes: Iterable[Outcome], truths: Sequence[Truth], schema: LabelSchema) -> EnsembleVote:
    """The vote of one version.

    Confidences are calibrated with the ground truths where that helps. A version without confidences gets the share of
    its answers that agree with the ground truths.
    """
    expected: dict[int, Answer] = {truth.task_id: truth.answer for truth in truths}
    answered = [outcome for outcome in outcomes if outcome.answer is not None and outcome.task_id in expected]
    agreed = ratio(sum(schema.equal(o.answer, expected[o.task_id]) for o in answered), len(answered)) or 0.0
    meant = calibrate(scored_answers_of(answered, truths, schema)).calibrator or float
    answers = {o.task_id: o.answer for o in answered if o.answer is not None}
    sure = {o.task_id: agreed if o.confidence is None else meant(o.confidence) for o in answered}
    uncalibrated = {o.task_id: agreed if o.confidence is None else o.confidence for o in answered}
    return EnsembleVote(answers, sure, uncalibrated)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A ground truth that may be wrong.

    suggested: the answer that is more probable; None if no version contradicts the ground truth, and none is sure of it
    score: probability (0..1), according to the versions, that it is wrong
    versions: tags of the versions that answered `suggested`
    """

    task_id: int
    truth: Answer
    suggested: Answer | None
    score: float
    versions: tuple[str, ...]


def audit(versions: Mapping[str, Sequence[Outcome]], truths: Sequence[Truth], schema: LabelSchema) -> list[Suspect]:
    """Ground truths for which another answer is more probable, the most suspect first. Then those that no version
    contradicts although they are, according to their confidences, more probably wrong than right.

    Pass only ground truths that people made: those accepted from a prompt's own predictions agree with it.
    versions: tag -> outcomes
    """
    votes = {tag: vote_of(outcomes, truths, schema) for tag, outcomes in versions.items()}
    others = max(1, _possible_answers(votes.values(), truths, schema) - 1)
    confident = {o.task_id for outcomes in versions.values() for o in outcomes if o.confidence is not None}
    suspects = []
    for truth in truths:
        task_votes = {tag: vote for tag, vote in votes.items() if truth.task_id in vote.answers}
        suggested, score = _doubt(truth, task_votes, schema, others)
        if suggested is None and not (score > UNSURE and truth.task_id in confident):
            continue
        tags = tuple(tag for tag, vote in task_votes.items() if schema.equal(vote.answers[truth.task_id], suggested))
        suspects.append(Suspect(truth.task_id, truth.answer, suggested, score, tags))
    return sorted(
        suspects,
        key=lambda suspect: (
            suspect.suggested is None,
            -suspect.score,
            -_stated_doubt(suspect, votes),
            suspect.task_id,
        ),
    )


def _stated_doubt(suspect: Suspect, votes: Mapping[str, EnsembleVote]) -> float:
    """How sure the versions said they were that it is wrong, in all."""
    if suspect.suggested is None:
        return -sum(vote.uncalibrated.get(suspect.task_id, 0.0) for vote in votes.values())
    return sum(votes[tag].uncalibrated[suspect.task_id] for tag in suspect.versions)


def _possible_answers(votes: Iterable[EnsembleVote], truths: Sequence[Truth], schema: LabelSchema) -> int:
    """Number of different answers that occur to tasks with a vote."""
    answers = {truth.task_id: truth.answer for truth in truths}
    return len(
        {schema.show(a) for vote in votes for task, answer in vote.answers.items() for a in (answer, answers[task])}
    )


def _doubt(
    truth: Truth, votes: Mapping[str, EnsembleVote], schema: LabelSchema, others: int
) -> tuple[Answer | None, float]:
    """The most probable answer, None if that is the ground truth, and the probability that the ground truth is
    wrong."""
    if not votes:
        return None, 0.0
    task = truth.task_id
    first, *contradictions = distinct([truth.answer, *(vote.answers[task] for vote in votes.values())], schema)

    def chance(answer: Answer) -> float:
        gave = ((vote, schema.equal(vote.answers[task], answer)) for vote in votes.values())
        return fmean(vote.probability(task, agrees, others) for vote, agrees in gave)

    likeliest = max(sorted(contradictions, key=schema.show), key=chance, default=first)
    return (likeliest if chance(likeliest) > chance(first) else None), 1 - chance(first)
