"""The stand-in's rate limit: so many requests in any 60 seconds, wherever these begin, and no more."""

import time
from collections import deque
from collections.abc import Callable

MINUTE_S = 60.0


class Window:
    """Of one server. Requests that it refuses do not count."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._taken: deque[float] = deque()

    def take(self, limit: int) -> bool:
        """Whether one more request fits into the minute that ends now."""
        self._pass()
        if len(self._taken) >= limit:
            return False
        self._taken.append(self._clock())
        return True

    def headers(self, limit: int) -> dict[str, str]:
        """The limit as OpenAI states it: what is left, and the time until all of it is."""
        self._pass()
        reset = max(0.0, self._taken[-1] + MINUTE_S - self._clock()) if self._taken else 0.0
        left = max(0, limit - len(self._taken))
        names = ("limit", limit), ("remaining", left), ("reset", f"{reset:.3f}s")
        return {f"x-ratelimit-{name}-requests": str(value) for name, value in names}

    def _pass(self) -> None:
        while self._taken and self._taken[0] <= self._clock() - MINUTE_S:
            self._taken.popleft()
