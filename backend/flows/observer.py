"""Observer: who counts what happens while asking. Metrics do; by default nobody does.

Called for every task, so it must cost microseconds and never wait. What a request to the model took and cost is not
told here: a Model that measures another one sees it all.
"""

from collections.abc import Sequence
from typing import Protocol

from backend.core.outcomes import Outcome


class Observer(Protocol):
    def joined(self) -> None:
        """Somebody asks for what is under way already, and waits for that."""

    def retried(self, reason: str) -> None:
        """A request is sent again after a Failure of this kind, or a Rejection for this reason."""

    def settled(self, outcomes: Sequence[Outcome]) -> None:
        """What became of tasks."""


class Unobserved:
    def joined(self) -> None:
        return

    def retried(self, reason: str) -> None:
        return

    def settled(self, outcomes: Sequence[Outcome]) -> None:
        return
