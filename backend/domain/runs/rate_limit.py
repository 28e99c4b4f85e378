"""Rate limit: how many requests and tokens a minute a model's server takes, kept by a token bucket.

A bucket fills at a little less than the limit and holds little, so that no minute, wherever it begins, holds more than
the limit: servers count by fixed minutes, by sliding ones, or by buckets of their own, some by the second.
"""

from dataclasses import dataclass, field

MINUTE_S = 60.0
FILL_SHARE = 0.97
"""Share of the limit at which a bucket fills."""
BURST = 0.02
"""Share of a minute's limit that a bucket holds. With FILL_SHARE it leaves one in a hundred for requests that took
longer to arrive than those after them."""
MOST_PAUSE_S = 60.0
_NOTHING_S = 1e-6
"""Less is not waited for: sums of floating point numbers fall short by as much."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """requests, tokens: most per minute, above 0; None for no limit. name: of the bucket that all who keep it share.
    parts: number of buckets among which it is divided, each of which fills at its part of the limit."""

    requests: float | None = None
    tokens: float | None = None
    name: str = ""
    parts: int = 1

    @property
    def refills(self) -> dict[str, "Refill"]:
        """Of what is limited, by its name."""
        limits = {"requests": self.requests, "tokens": self.tokens}
        return {what: Refill.of(limit / self.parts) for what, limit in limits.items() if limit is not None}

    def __str__(self) -> str:
        """For people."""
        parts = [f"{limit:,g} {what}" for what in ("requests", "tokens") if (limit := getattr(self, what)) is not None]
        return f"{' and '.join(parts)} a minute"


@dataclass(frozen=True, slots=True)
class Refill:
    """rate: per second; most: what a bucket holds"""

    rate: float
    most: float

    @classmethod
    def of(cls, limit: float) -> "Refill":
        return cls(FILL_SHARE * limit / MINUTE_S, max(1.0, BURST * limit))


@dataclass(frozen=True, slots=True)
class RateClaim:
    """What a request takes from a bucket.

    tokens: those it is expected to take
    owed: tokens that earlier requests took beyond what was expected of them; negative for what they left over
    pause_s: seconds in which the server wants no request, from now
    """

    tokens: float = 0.0
    owed: float = 0.0
    pause_s: float = 0.0

    @property
    def pause(self) -> float:
        """Never longer than a minute: a run that waits for more has another reason, see ProviderPatience."""
        return min(self.pause_s, MOST_PAUSE_S)


@dataclass(slots=True)
class TokenBucket:
    """Full at first. One larger claim than it holds passes when it is full, and is paid off by those after it.

    `adapters.redis.rate_bucket` has the same in Lua.
    """

    _levels: dict[str, float] = field(default_factory=dict)
    _at: float = 0.0
    _closed_until: float = 0.0

    def take(self, now: float, limit: RateLimit, claim: RateClaim) -> float:
        """Seconds to wait until it is worth asking again; 0 if the claim was taken.

        now: seconds of a clock that never goes back
        """
        refills = limit.refills
        self._fill(now, refills)
        self._closed_until = max(self._closed_until, now + claim.pause)
        amounts = {"requests": 1.0, "tokens": claim.tokens}
        if "tokens" in refills:
            self._lower("tokens", claim.owed, refills["tokens"])
        waits = [self._wait(what, amounts[what], refill) for what, refill in refills.items()]
        wait = max([self._closed_until - now, *waits])
        if wait > _NOTHING_S:
            return wait
        for what, refill in refills.items():
            self._lower(what, amounts[what], refill)
        return 0.0

    def _fill(self, now: float, refills: dict[str, Refill]) -> None:
        passed, self._at = max(0.0, now - self._at), now
        for what, refill in refills.items():
            self._levels[what] = min(refill.most, self._levels.get(what, refill.most) + passed * refill.rate)

    def _lower(self, what: str, amount: float, refill: Refill) -> None:
        """By no more than a minute's worth below empty, whatever a server says that it counted."""
        self._levels[what] = min(refill.most, max(self._levels[what] - amount, -MINUTE_S * refill.rate))

    def _wait(self, what: str, amount: float, refill: Refill) -> float:
        return (min(amount, refill.most) - self._levels[what]) / refill.rate
