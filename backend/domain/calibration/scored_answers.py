"""Claim: an answer given with a confidence, and whether it was right. What calibration and thresholds rest on."""

from collections.abc import Iterable
from dataclasses import dataclass

from backend.domain.outcome import Answer, Outcome, Truth


@dataclass(frozen=True, slots=True)
class ScoredAnswer:
    """`confidence`: 0..1, None where there is none, as for a Rejection; `correct`: exact match of the whole Answer."""

    task_id: int
    confidence: float | None
    correct: bool


def scored_answers_of(
    outcomes: Iterable[Outcome], truths: Iterable[Truth], control: str | None = None
) -> list[ScoredAnswer]:
    """One for each output that has a truth: about the whole answer, or about the value of one of several controls."""
    known = {truth.task_id: truth.answer for truth in truths}
    there = (outcome for outcome in outcomes if outcome.spoke and outcome.task_id in known)
    if control is None:
        return [ScoredAnswer(o.task_id, o.confidence, o.answer == known[o.task_id]) for o in there]
    return [_about(control, outcome, known[outcome.task_id]) for outcome in there]


def _about(control: str, outcome: Outcome, truth: Answer) -> ScoredAnswer:
    sure = None if outcome.controls is None else outcome.controls.get(control)
    right = outcome.answer is not None and outcome.answer.get(control, ()) == truth.get(control, ())
    return ScoredAnswer(outcome.task_id, sure, right)


def confident(claims: Iterable[ScoredAnswer]) -> list[tuple[float, bool]]:
    """(confidence, correct) of those that have a confidence, the least confident first."""
    return sorted((claim.confidence, claim.correct) for claim in claims if claim.confidence is not None)
