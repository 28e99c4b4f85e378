"""Ensemble votes: what one version's answers say about which answer is the ground truth of each task.

A model gives one answer and its probability. The remaining probability is divided among the other answers in proportion
to how often each of them was the ground truth when the version gave this answer wrongly. So a version that confuses two
labels says little against either.
"""

from collections import Counter
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

    answers: task -> usable answer, as people read it
    sure: task -> its calibrated probability, 0..1
    truths: task -> ground truth
    mistaken: answer -> ground truth -> number of tasks on which the answer was not the ground truth
    """

    answers: Mapping[int, str]
    sure: Mapping[int, float]
    truths: Mapping[int, str]
    mistaken: Mapping[str, Mapping[str, int]]

    def probability(self, task: int, answer: str, others: int) -> float:
        """The probability (0..1) that `answer` is the ground truth of a task that this version answered.

        The task itself is not counted, and each answer gets one more count (add-one smoothing).
        others: number of possible answers beside the one that was given
        """
        named = self.answers[task]
        if answer == named:
            return self.sure[task]
        counts = self.mistaken.get(named, {})
        own = self.truths[task]
        share = counts.get(answer, 0) - (answer == own) + 1
        return (1 - self.sure[task]) * share / (sum(counts.values()) - (own != named) + others)


def voice_of(outcomes: Iterable[Outcome], truths: Sequence[Truth], schema: LabelSchema) -> EnsembleVote:
    """The vote of one version.

    Confidences are calibrated with the ground truths where that helps. A version without confidences gets the share of
    its answers that agree with the ground truths.
    """
    expected: dict[int, Answer] = {truth.task_id: truth.answer for truth in truths}
    answered = [outcome for outcome in outcomes if outcome.answer is not None and outcome.task_id in expected]
    agreed = ratio(sum(schema.equal(o.answer, expected[o.task_id]) for o in answered), len(answered)) or 0.0
    meant = calibrate(scored_answers_of(answered, truths, schema)).calibrator or float
    answers = {o.task_id: schema.show(o.answer) for o in answered if o.answer is not None}
    shown = {task: schema.show(expected[task]) for task in answers}
    mistaken: dict[str, Counter[str]] = {}
    for task, name in answers.items():
        if name != shown[task]:
            mistaken.setdefault(name, Counter())[shown[task]] += 1
    sure = {o.task_id: agreed if o.confidence is None else meant(o.confidence) for o in answered}
    return EnsembleVote(answers, sure, shown, mistaken)
