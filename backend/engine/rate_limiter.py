"""RateLimiter: requests wait, unsent and without a slot, until the rate limit of their connection has room for them.

The number of tokens of a request is only known when it has been answered. Until then, it is estimated from the tokens
per letter of earlier requests. The next request takes the difference into account.
"""

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure
from backend.domain.runs.rate_limit import RateClaim, RateLimit, TokenBucket

FindLimit = Callable[[str, str], RateLimit | None]
"""Connection and model -> its limit, as far as it is known by now; None without one."""
TOKENS_PER_LETTER = 0.25
"""Until a first answer tells."""
LONGEST_SLEEP_S = 5.0
"""Between two looks at a bucket: what others wait for may have changed."""
PAUSE_S = 1.0
"""After a 429 that asks for no time."""


class RateBucket(Protocol):
    async def take(self, limit: RateLimit, claim: RateClaim) -> float:
        """See `domain.runs.rate_limit.TokenBucket`. Never raises, and never waits for long."""


class ProcessBucket:
    """The bucket of one process, whatever threads ask."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._bucket = TokenBucket()
        self._clock = clock
        self._lock = threading.Lock()

    async def take(self, limit: RateLimit, claim: RateClaim) -> float:
        with self._lock:
            return self._bucket.take(self._clock(), limit, claim)


class RateBuckets(dict[str, RateBucket]):
    """Buckets by name. `make`: name -> the bucket of that name."""

    def __init__(self, make: Callable[[str], RateBucket]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> RateBucket:
        return self.setdefault(name, self._make(name))


def buckets_of(redis_url: str | None) -> RateBuckets:
    """Returns buckets in Redis for all workers, or without `redis_url` those of this process. Raises QueueError for an
    invalid address."""
    if not redis_url:
        return RateBuckets(lambda _name: ProcessBucket())
    from backend.adapters.redis.connection import RedisConnection  # a sixth of a second, for those without a queue
    from backend.adapters.redis.rate_bucket import ANSWER_S, RedisBucket

    redis = RedisConnection(redis_url, ANSWER_S)
    return RateBuckets(lambda name: RedisBucket(redis, name))


def unlimited(_connection: str, _model: str) -> None:
    """There is no limit."""


@dataclass(slots=True)
class _Account:
    """Per limit: the tokens and the pause that the bucket does not know yet, and the letters and tokens of its requests
    so far."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    owed: float = 0.0
    pause_s: float = 0.0
    letters: int = 0
    tokens: int = 0

    def expected(self, letters: int) -> float:
        return letters * (self.tokens / self.letters if self.tokens else TOKENS_PER_LETTER)

    def claim(self, tokens: float) -> RateClaim:
        claim = RateClaim(tokens, self.owed, self.pause_s)
        self.owed = self.pause_s = 0.0
        return claim


class RateLimiter:
    """Belongs to one event loop. First come, first served.

    buckets: by name; all who keep a limit share its bucket
    """

    def __init__(
        self,
        limit: FindLimit = unlimited,
        buckets: Mapping[str, RateBucket] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limit = limit
        self._buckets = RateBuckets(lambda _name: ProcessBucket()) if buckets is None else buckets
        self._sleep = sleep
        self._accounts: defaultdict[str, _Account] = defaultdict(_Account)
        self._taken: dict[str, tuple[str, float]] = {}
        self.waits_for: dict[RateLimit, int] = {}
        """The limits that requests wait for now, and how many do."""

    async def turn(self, request: ChatRequest) -> None:
        """Returns when the request may be sent; at once if an earlier call has returned and the request was not sent.
        If the caller gives up while it waits, nothing is taken from the bucket."""
        limit = self._limit(request.template.connection, request.template.model)
        if limit is None or request.digest in self._taken:
            return
        account = self._accounts[limit.name]
        tokens = account.expected(_letters(request)) if limit.tokens is not None else 0.0
        self.waits_for[limit] = self.waits_for.get(limit, 0) + 1
        try:
            async with account.turn:
                while (wait := await self._buckets[limit.name].take(limit, account.claim(tokens))) > 0:
                    await self._sleep(min(wait, LONGEST_SLEEP_S))
        finally:
            self.waits_for[limit] -= 1
            if not self.waits_for[limit]:
                del self.waits_for[limit]
        self._taken[request.digest] = (limit.name, tokens)

    def give_up(self, request: ChatRequest) -> None:
        """Returns the tokens of a request that may be sent and will not be. Does nothing for any other request."""
        name, expected = self._taken.pop(request.digest, (None, 0.0))
        if name is not None:
            self._accounts[name].owed -= expected

    def settle(self, request: ChatRequest, reply: Completion | Failure | None) -> None:
        """The reply to a request that had its turn: what it really took counts.

        reply: None if it was sent, and nobody knows what became of it
        """
        name, expected = self._taken.pop(request.digest, (None, 0.0))
        if name is None:
            return
        account = self._accounts[name]
        if isinstance(reply, Completion):
            took = reply.prompt_tokens + reply.completion_tokens
            account.letters, account.tokens = account.letters + _letters(request), account.tokens + took
            account.owed += took - expected if took else 0.0
        elif reply is not None and reply.kind == "rate_limited":
            account.owed -= expected
            account.pause_s = max(account.pause_s, reply.retry_after or PAUSE_S)


def _letters(request: ChatRequest) -> int:
    return len(request.template.system) + len(request.texts)
