"""Response cache: requests that need not be sent again, because they were answered or failed a short while ago."""

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.domain.chat.answer_spec import AnswerSpec
from backend.domain.chat.judged import Judged, judge
from backend.domain.chat.packed import Packed, packed
from backend.domain.chat.request import Completion
from backend.domain.outcome import Failure
from backend.domain.recent_items import RecentItems
from backend.errors import ProviderError

RECENT = 8192
RECENT_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class RequestResult:
    """The present result of a request: all attempts, or why there is no further one.

    sent: requests sent just now
    judged: the attempts as they were read when they came
    """

    attempts: tuple[Completion, ...]
    failure: Failure | None = None
    sent: int = 0
    judged: Judged | None = field(default=None, compare=False)

    def read_by(self, spec: AnswerSpec) -> Judged:
        """Equal requests of two projects can mean different labels: another spec reads the attempts once more."""
        if self.judged is not None and self.judged.spec is spec:
            return self.judged
        return judge(self.attempts, spec)


@dataclass(slots=True)
class ResponseCache:
    """Attempts of the newest requests, and failures of the last `ttl_s` seconds. Both are bounded.

    memory: about how many bytes the attempts take now, at most RECENT_BYTES
    """

    ttl_s: float
    answered: "OrderedDict[str, tuple[Completion, ...]]" = field(default_factory=OrderedDict)
    failed: RecentItems[str, tuple[float, Failure | ProviderError]] = field(default_factory=lambda: RecentItems(RECENT))
    memory: int = 0

    def add(self, digest: str, result: RequestResult) -> None:
        if result.failure is not None:
            self.add_failure(digest, result.failure)
        attempts = tuple(map(packed, result.attempts))
        self.memory += _memory(attempts) - _memory(self.answered.pop(digest, ()))
        self.answered[digest] = attempts
        while len(self.answered) > RECENT or self.memory > RECENT_BYTES:
            self.memory -= _memory(self.answered.popitem(last=False)[1])

    def add_failure(self, digest: str, failure: Failure | ProviderError) -> None:
        if self.ttl_s > 0:
            self.failed.put(digest, (time.monotonic() + self.ttl_s, failure))

    def failure(self, digest: str) -> RequestResult | None:
        """The recent Failure of a request. Raises ProviderError if that was the failure."""
        until, failure = self.failed.get(digest) or (0.0, None)
        if failure is None or until <= time.monotonic():
            return None
        if isinstance(failure, ProviderError):
            raise failure
        return RequestResult(self.answered.get(digest, ()), failure)


def _memory(attempts: Sequence[Completion]) -> int:
    """Approximate bytes."""
    return sum(1000 + len(c.text) + _bytes_of(c.logprobs) + _bytes_of(c.branches) for c in attempts)


def _bytes_of(items: Sequence[object] | None) -> int:
    return items.size if isinstance(items, Packed) else 0
