"""Recent: what came of requests a short while ago, so that it need not be sent, or read from the record, again."""

import time
from collections import OrderedDict
from dataclasses import dataclass, field

from backend.core.chat import Completion
from backend.core.outcomes import Failure
from backend.errors import ProviderError

RECENT = 8192


@dataclass(frozen=True, slots=True)
class Asked:
    """What there is about a request now: all attempts, or why there is no further one. `sent`: requests just sent."""

    attempts: tuple[Completion, ...]
    failure: Failure | None = None
    sent: int = 0


@dataclass(slots=True)
class Recent:
    """What need not be sent again: attempts (of the newest requests), failures (for `ttl_s` seconds)."""

    ttl_s: float
    answered: "OrderedDict[str, tuple[Completion, ...]]" = field(default_factory=OrderedDict)
    failed: dict[str, tuple[float, Asked | ProviderError]] = field(default_factory=dict)

    def add(self, digest: str, asked: Asked) -> None:
        if asked.failure is not None:
            self.add_failure(digest, Asked(asked.attempts, asked.failure))
        self.answered[digest] = asked.attempts
        if len(self.answered) > RECENT:
            self.answered.popitem(last=False)

    def add_failure(self, digest: str, failure: Asked | ProviderError) -> None:
        if self.ttl_s <= 0:
            return
        now = time.monotonic()
        if len(self.failed) > RECENT:
            self.failed = {key: kept for key, kept in self.failed.items() if kept[0] > now}
        self.failed[digest] = (now + self.ttl_s, failure)

    def failure(self, digest: str) -> Asked | None:
        """How it failed a short while ago. Raises ProviderError when that is how."""
        until, failure = self.failed.get(digest, (0.0, None))
        if failure is None or until <= time.monotonic():
            return None
        if isinstance(failure, ProviderError):
            raise failure
        return failure
