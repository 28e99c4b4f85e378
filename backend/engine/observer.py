"""Observer: who counts what happens while asking. Metrics do; by default nobody does.

Called for every task, so it must cost microseconds and never wait. What a request to the model took and cost is not
told here: a Model that measures another one sees it all.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from backend.domain.chat.request import Completion
from backend.domain.outcome import Failure, Outcome
from backend.domain.resolution.resolve import Pricing


class Observer(Protocol):
    def joined(self) -> None:
        """Somebody asks for what is under way already, and waits for that."""

    def retried(self, reason: str) -> None:
        """A request is sent again after a Failure of this kind, or a Rejection for this reason."""

    def settled(self, outcomes: Sequence[Outcome]) -> None:
        """What became of tasks."""

    def brought(self, model: str, replies: Iterable[Completion | Failure], pricing: Pricing) -> None:
        """What a batch brought, whose requests no Model saw."""


class Unobserved:
    def joined(self) -> None:
        return

    def retried(self, reason: str) -> None:
        return

    def settled(self, outcomes: Sequence[Outcome]) -> None:
        return

    def brought(self, model: str, replies: Iterable[Completion | Failure], pricing: Pricing) -> None:
        return
