"""Observer: counts what happens while requests are sent. Metrics implement it; by default nothing is counted.

It is called for every task, so it must take microseconds and never wait. It is not told what a request took and cost: a
wrapper around ChatModel measures that.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from backend.domain.chat.request import Completion
from backend.domain.outcome import Failure, Outcome
from backend.domain.resolution.pricing import Pricing


class Observer(Protocol):
    def joined(self) -> None:
        """A request joined an equal one in flight."""

    def retried(self, reason: str) -> None:
        """A request is sent again after a Failure of this kind, or a Rejection for this reason."""

    def settled(self, outcomes: Sequence[Outcome]) -> None:
        """The outcomes of tasks."""

    def brought(self, model: str, replies: Iterable[Completion | Failure], pricing: Pricing) -> None:
        """The replies of a batch, whose requests no ChatModel saw."""


class Unobserved:
    def joined(self) -> None:
        return

    def retried(self, reason: str) -> None:
        return

    def settled(self, outcomes: Sequence[Outcome]) -> None:
        return

    def brought(self, model: str, replies: Iterable[Completion | Failure], pricing: Pricing) -> None:
        return
