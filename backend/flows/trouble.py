"""Trouble: what one request met that may pass, and how much of it is its own.

Trouble is a request's own when others are answered meanwhile. That it came too late is its own only when nothing else
was under way, or when one that was sent after it was answered first: else the server may just have had too much to do.
"""

from dataclasses import dataclass

from backend.core.outcomes import Failure
from backend.flows.provider import Provider

TRIES = {"rate_limited": 12, "server": 6, "connection": 6, "timeout": 3}
"""How often trouble of its own may come to a request before that is a Failure; other kinds: once."""


HITS = 2
"""So often a request fails again, after others were answered, before it is suspect."""


@dataclass(slots=True)
class Trouble:
    """`own`: how often it came; `order`: the last try's place among all that were sent; `alone`: whether nothing else
    was under way then; `probing`: whether that was to see if an outage is over; `answers`: those that there were when
    it failed last; `hits`: how often it failed again though others had been answered since."""

    provider: Provider
    digest: str
    own: int = 0
    order: int = 0
    alone: bool = False
    probing: bool = False
    answers: int | None = None
    hits: int = 0

    def sent(self, alone: bool) -> None:
        """It is sent now."""
        self.provider.sends += 1
        self.order, self.alone, self.probing = self.provider.sends, alone, self.provider.outage is not None

    def failed(self, failure: Failure) -> None:
        """Tells the provider of it. One that came too late when it was alone is its own once an outage is over."""
        answered = self.answers is not None and self.provider.answers > self.answers
        if answered and failure.kind == "timeout":
            self.own += self.alone and self.probing
        elif answered and failure.kind != "rate_limited":
            self.hits += not self.probing
        self.answers = self.provider.answers
        self.provider.failed(self.digest, failure, suspect=self.own > 0 or self.hits >= HITS)

    def is_own(self, failure: Failure) -> bool:
        """Whether it is this request's, unless there is an outage."""
        overloaded = self.provider.is_patient and not self.alone and self.provider.newest < self.order
        return failure.kind != "timeout" or not overloaded
