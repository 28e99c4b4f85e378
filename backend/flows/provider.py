"""Provider: whether a model's server answers at all, as all who ask it see it together.

What every request meets is no fault of one of them. It is an outage: all wait, one of them asks now and then, and the
first answer lets the others go on. What a request meets while others are answered is its own trouble. Few requests
that nothing else was asked beside can't tell the two apart: after minutes they are given up alone.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from backend.core.durations import duration
from backend.core.outcomes import Failure
from backend.errors import ProviderAwayError, ProviderError
from backend.flows.progress import to_log

FIRST = 10
"""So many requests, each refused before any was answered, show that all will be."""
FEW = 3
"""So many requests in trouble, or fewer, say nothing about the provider."""
LONGEST_WAIT_S = 60.0
"""Nobody without patience waits longer between two tries because the provider asks for it."""
LONGEST_PAUSE_S = 15.0
MOMENT_S = 2.0
"""To learn whether others are answered."""
TOLD_AFTER_S = 3.0


@dataclass(frozen=True, slots=True)
class Patience:
    """`seconds`: how long an outage is waited for, 0 for not at all; `tell`: who is told of it."""

    seconds: float = 0.0
    tell: Callable[[str], object] = to_log


@dataclass(slots=True)
class Outage:
    """`failure`: the last one met; `since`: by the event loop's clock; `pauses`: how often somebody waited, and then
    asked."""

    failure: Failure
    since: float
    over: asyncio.Event = field(default_factory=asyncio.Event)
    pauses: int = 0
    told: bool = False


class Provider:
    """Of one model; lives on one event loop. `answers`, `sends`: how many there were; `newest`: the place among those
    sent of the last one that was answered; `known`: whether there is a stored answer of it; `reached`: whether there
    ever was a connection; `turn`: held by the one who asks while that is in doubt."""

    def __init__(self, patience: Patience) -> None:
        self.answers = self.sends = self.newest = 0
        self.known = False
        self.reached = False
        self.outage: Outage | None = None
        self.turn = asyncio.Lock()
        self._patience = patience
        self._refused: set[str] = set()
        self._troubled: set[str] = set()
        self._since = 0.0

    @property
    def is_patient(self) -> bool:
        return self._patience.seconds > 0

    @property
    def is_in_doubt(self) -> bool:
        """Whether one after the other is to ask: there is an outage, or nothing but refusals so far."""
        return self.outage is not None or (not self.answers and bool(self._refused))

    @property
    def longest_wait_s(self) -> float:
        """Until a single request's next try."""
        return max(self._patience.seconds, LONGEST_WAIT_S)

    def answered(self, order: int = 0) -> None:
        """It answered somebody, whose request was sent as the one of this `order`."""
        self.answers += 1
        self.newest = max(self.newest, order)
        self.reached = True
        if self._troubled:
            self._over()

    def refused(self, digest: str, failure: Failure) -> None:
        """It refused a request. Raises ProviderError when nothing was answered before and that shows that nothing
        will be."""
        self.reached = True
        self._over()
        if self.answers or (self.known and failure.kind == "bad_request" and not failure.stops):
            return
        self._refused.add(digest)
        if failure.stops and failure.kind != "refused":
            raise ProviderError(failure.stops)
        if len(self._refused) >= FIRST:
            raise ProviderError(failure.stops or f"Each of the first {FIRST} requests was refused. {failure.detail}")

    def failed(self, digest: str, failure: Failure, suspect: bool) -> None:
        """A request met trouble that may pass. `suspect`: so it did before,
        while others were answered."""
        self.reached = self.reached or failure.kind != "connection"
        if self.outage is not None:
            self.outage.failure = failure
            self._troubled.add(digest)
        elif self.is_patient and not suspect:
            self._since = self._since if self._troubled else _now()
            self._troubled.add(digest)
            unreachable = failure.kind == "connection" and failure.unbilled
            if unreachable or not self.answers or len(self._troubled) > 1:
                self.outage = Outage(failure, self._since)

    def is_hopeless(self) -> bool:
        """Whether the outage lasts for longer than the patience, or will; those who asked are few then. Raises
        ProviderAwayError when they are many."""
        outage = self.outage
        if outage is None:
            return False
        left = self._left(outage)
        if left > 0 and (outage.failure.retry_after or 0) <= left:
            return False
        if len(self._troubled) > FEW:
            raise ProviderAwayError(self._given_up(outage))
        return True

    async def pause(self) -> None:
        """Waits until the one whose turn it is may ask again, or the outage is over."""
        outage = self.outage
        if outage is None:
            return
        wait = self._wait(outage)
        if not outage.told and _now() + wait - outage.since > TOLD_AFTER_S:
            outage.told = True
            longest = duration(self._patience.seconds)
            self._patience.tell(f"{outage.failure.detail} All requests wait for it, {longest} at most.")
        outage.pauses += 1
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await outage.over.wait()

    def _wait(self, outage: Outage) -> float:
        left = max(0.0, self._left(outage))
        if (outage.failure.retry_after or 0) > left:
            return min(MOMENT_S, left)
        return min(delay(outage.failure, outage.pauses + 1, LONGEST_PAUSE_S), left)

    def _left(self, outage: Outage) -> float:
        return outage.since + self._patience.seconds - _now()

    def _given_up(self, outage: Outage) -> str:
        longest = duration(self._patience.seconds)
        if (outage.failure.retry_after or 0) > self._left(outage) > 0:
            return f"{outage.failure.detail} A run waits {longest} at most (OUTAGE_PATIENCE_S)."
        return f"{outage.failure.detail} It answered nothing for {longest} (OUTAGE_PATIENCE_S)."

    def _over(self) -> None:
        self._troubled.clear()
        outage, self.outage = self.outage, None
        if outage is not None:
            outage.over.set()
            if outage.told:
                self._patience.tell(f"The model's server answers again, after {duration(_now() - outage.since)}.")


def delay(failure: Failure, tries: int, longest: float = 60.0) -> float:
    """Seconds to wait: what the provider asked for if more than 0, else from half a second doubling to `longest`."""
    wait = failure.retry_after or min(longest, 0.5 * 2 ** (tries - 1))
    return wait * random.uniform(1.0, 1.25)  # noqa: S311


def _now() -> float:
    return asyncio.get_running_loop().time()
