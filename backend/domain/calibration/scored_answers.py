"""Scored answers: a confidence and whether the answer was right. Calibration and thresholds are computed from them."""

from collections.abc import Iterable
from dataclasses import dataclass

from backend.domain.answer import Answer
from backend.domain.labels.controls.base import Control
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome, Truth


@dataclass(frozen=True, slots=True)
class ScoredAnswer:
    """An answer with a known ground truth.

    confidence: 0..1, None if there is none, as for a Rejection
    correct: exact match of the whole answer
    """

    task_id: int
    confidence: float | None
    correct: bool


def scored_answers_of(
    outcomes: Iterable[Outcome], truths: Iterable[Truth], schema: LabelSchema, control: str | None = None
) -> list[ScoredAnswer]:
    """One for each output that has a ground truth: for the whole answer, or for one of several controls."""
    expected = {truth.task_id: truth.answer for truth in truths}
    outputs = (outcome for outcome in outcomes if outcome.spoke and outcome.task_id in expected)
    if control is None:
        return [ScoredAnswer(o.task_id, o.confidence, schema.equal(o.answer, expected[o.task_id])) for o in outputs]
    return [_about(schema.by_name[control], outcome, expected[outcome.task_id]) for outcome in outputs]


def _about(control: Control, outcome: Outcome, truth: Answer) -> ScoredAnswer:
    sure = None if outcome.controls is None else outcome.controls.get(control.name)
    value, expected = outcome.answer, truth.get(control.name)
    right = value is not None and control.equal(value.get(control.name), expected)
    return ScoredAnswer(outcome.task_id, sure, right)


def confident(answers: Iterable[ScoredAnswer]) -> list[tuple[float, bool]]:
    """(confidence, correct) of those with a confidence, the least confident first."""
    return sorted((answer.confidence, answer.correct) for answer in answers if answer.confidence is not None)
