"""Flight: one request on its way, whoever waits for it; and what an Asker did so far."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from backend.core.chat import ChatRequest, Completion
from backend.core.outcomes import Failure
from backend.flows.recent import Asked


class Model(Protocol):
    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure: ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class Flight:
    request: ChatRequest
    attempts: list[Completion]
    task: "asyncio.Task[Asked] | None" = None
    waiters: int = 0
    sending: bool = False
    sent: int = 0


@dataclass(slots=True)
class Tally:
    """What an Asker did so far. Times are of `time.monotonic`; None when nothing was sent."""

    sent: int = 0
    first_sent: float | None = None
    last_stored: float | None = None

    @property
    def seconds(self) -> float:
        """First request sent to last completion stored; 0 when none was."""
        return max(0.0, self.last_stored - self.first_sent) if self.first_sent and self.last_stored else 0.0
