"""Evaluation: what the ground truths say about a version, with intervals. `reasons` says why a number is None."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backend.domain.calibration.reliability import Reliability, reliability
from backend.domain.calibration.scored_answers import scored_answers_of
from backend.domain.dataset.ground_truth import NOTHING, LeftOut
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.cases import count_cases
from backend.domain.metrics.classification import Score, score_of
from backend.domain.metrics.controls.measure import Measure
from backend.domain.metrics.controls.measures import measures_of
from backend.domain.metrics.score_intervals import ScoreIntervals, score_intervals
from backend.domain.outcome import Outcome, Truth
from backend.domain.statistics.intervals import tasks_needed

NO_OUTPUT = "The model gave no answer to any task with a ground truth."
NO_LABEL = "No label occurs, neither in the ground truths nor in the answers."
NO_SUPPORT = "No label occurs in the ground truths."


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result of evaluating a version.

    tasks_needed: how many more ground truths are needed to detect a version that is 5 points better or worse; 0 for
        none, None without an accuracy (see `domain.statistics.intervals.tasks_needed`)
    measures: see `measures_of`
    """

    score: Score
    intervals: ScoreIntervals
    reliability: Reliability
    tasks_needed: int | None
    left_out: LeftOut
    measures: Mapping[str, Mapping[str, Measure]] = field(default_factory=dict)

    @property
    def reasons(self) -> dict[str, str]:
        """Name of each number that does not exist -> why."""
        score = self.score
        why = {"accuracy": score.accuracy, "f1_macro": score.f1_macro, "f1_micro": score.f1_micro}
        missing = NO_LABEL if score.outputs else NO_OUTPUT
        reasons = {name: NO_OUTPUT if name == "accuracy" else missing for name, value in why.items() if value is None}
        if score.f1_weighted is None:
            reasons["f1_weighted"] = NO_SUPPORT if score.outputs else NO_OUTPUT
        if self.reliability.reason:
            reasons["confidence"] = self.reliability.reason
        return reasons | {
            f"{control}: {name}": measure.reason
            for control, measures in self.measures.items()
            for name, measure in measures.items()
            if measure.value is None
        }


def evaluation(
    outcomes: Sequence[Outcome], truths: Sequence[Truth], schema: LabelSchema, left_out: LeftOut = NOTHING
) -> Evaluation:
    """The Evaluation of the outputs that have a ground truth. `left_out`: what `truths` lacks, to be printed."""
    cases = count_cases(outcomes, truths, schema)
    score = score_of(cases, schema)
    needed = None if score.accuracy is None else max(0, tasks_needed(score.accuracy) - score.outputs)
    sure = reliability(scored_answers_of(outcomes, truths, schema))
    intervals, measures = score_intervals(cases, schema), measures_of(cases, schema)
    return Evaluation(score, intervals, sure, needed, left_out, measures)
