"""Ensemble votes: what one version's answers say about which answer is the ground truth of each task.

A model gives one answer and its probability. The remaining probability is spread evenly over the other answers. It is
not divided by which of them were the ground truth when the version gave this answer: where ground truths are wrong in a
systematic way, that explains the errors away that an audit looks for (`python -m benchmarks.audits`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.domain.answer import Answer
from backend.domain.calibration.fit import calibrate
from backend.domain.calibration.scored_answers import scored_answers_of
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome, Truth
from backend.domain.statistics.intervals import ratio


@dataclass(frozen=True, slots=True)
class EnsembleVote:
    """What one version says.

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
