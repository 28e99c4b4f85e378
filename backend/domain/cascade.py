"""Cascades: a second model is asked where the first one is unsure, unusable or failing.

Each of them has a request of its own, whose completions are stored as those of any version. What becomes of a task is
this rule over the stored outcomes of both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from backend.domain.connections.connection import DEFAULT
from backend.domain.outcome import Failure, Outcome, Rejection, Usage, total_usd
from backend.errors import PromptError

UNSURE, UNUSABLE, FAILED = "unsure", "unusable", "failed"
REASONS = (UNSURE, UNUSABLE, FAILED)
OWN_TROUBLE = ("bad_task", "deadline", "budget", "crashed")
"""Kinds of Failure with which another model would not help."""


@dataclass(frozen=True, slots=True)
class Cascade:
    """Who is asked after a version's first model.

    model: of the second one
    connection: name of the one through which it is asked
    below: confidences below it go on to the second, as do answers without one; None if every usable answer of the first
        is kept
    """

    model: str
    connection: str = DEFAULT
    below: float | None = None

    @property
    def reference(self) -> str:
        """The second model, for people: `connection/model`, or the model alone where that means the same."""
        return self.model if self.connection == DEFAULT else f"{self.connection}/{self.model}"

    @property
    def description(self) -> str:
        """For people."""
        return f"then {self.reference}" + ("" if self.below is None else f" below {self.below:.6g}")

    def goes_on(self, first: Outcome) -> bool:
        """Whether the second model is asked after this outcome of the first."""
        if isinstance(first.verdict, Failure):
            return first.verdict.kind not in OWN_TROUBLE
        if isinstance(first.verdict, Rejection):
            return True
        return self.below is not None and (first.confidence is None or first.confidence < self.below)

    def check(self, first: str) -> None:
        """Raises PromptError for a threshold out of range, and for a circle. first: the reference of the first
        model."""
        if self.below is not None and not (isfinite(self.below) and 0 < self.below <= 1):
            raise PromptError(f"A threshold of {self.below:g} is not a confidence: give a number in (0, 1].")
        if self.reference == first:
            raise PromptError(f"{first} can't be asked after itself: name another second model.")


def reason_of(outcome: Outcome) -> str | None:
    """Why the second model was asked, one of REASONS; None if the first one answered."""
    if outcome.first is None:
        return None
    verdict = outcome.first.verdict
    return FAILED if isinstance(verdict, Failure) else UNUSABLE if isinstance(verdict, Rejection) else UNSURE


def answered_by(first: str, cascade: Cascade | None, outcome: Outcome) -> str | None:
    """The model whose outcome counts, as `Cascade.reference` names it; None without a cascade. first: the first one's
    reference"""
    if cascade is None:
        return None
    return first if outcome.first is None else cascade.reference


def joined(first: Outcome, second: Outcome) -> Outcome:
    """What became of a task that went on: the outcome of the second model, at the cost of both."""
    seconds = [usage.seconds for usage in (first.usage, second.usage) if usage.seconds is not None]
    paid = [outcome.usage for outcome in (first, second) if outcome.spoke]
    usage = Usage(
        prompt_tokens=_sum([usage.prompt_tokens for usage in paid]),
        completion_tokens=_sum([usage.completion_tokens for usage in paid]),
        cost_usd=total_usd(usage.cost_usd for usage in paid),
        seconds=sum(seconds) if seconds else None,
    )
    sent = first.sent + second.sent
    return replace(second, usage=usage, sent=sent, reused=second.spoke and not sent, first=first)


def cascade_json(cascade: Cascade) -> dict[str, Any]:
    """As it is stored."""
    return {"model": cascade.model, "connection": cascade.connection, "below": cascade.below}


def read_cascade(stored: Mapping[str, Any]) -> Cascade:
    return Cascade(stored["model"], stored["connection"], stored["below"])


def _sum(values: list[int | None]) -> int | None:
    numbers = [value for value in values if value is not None]
    return sum(numbers) if len(numbers) == len(values) else None
