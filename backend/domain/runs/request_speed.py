"""Request speed: whether a model's server keeps up with the requests in flight, and which settings fit it if not.

Pure; `services.setup.timing` measures.
"""

from dataclasses import dataclass
from math import ceil

MARGIN = 3
"""Tasks are longer than the small request that was timed."""
TOGETHER = 4
"""Requests sent at once, where one alone is slow and the server does not say how many it works on."""
ROUND_S = 60


@dataclass(frozen=True, slots=True)
class Speed:
    """What was measured.

    alone: seconds of a small request by itself
    slots: how many requests the server works on at once; None if it does not say
    together: seconds of TOGETHER such requests sent at once; None if not measured
    """

    alone: float
    slots: int | None = None
    together: float | None = None

    @property
    def parallel(self) -> float:
        """How many requests it answers in the time of one, from 1 to TOGETHER.

        Slots on one machine share it, so they need not answer more in the same time.
        """
        if self.together is None or self.slots is not None:
            return 1.0
        return min(max(TOGETHER * self.alone / max(self.together, 1e-9), 1.0), TOGETHER)

    def last(self, in_flight: int) -> float:
        """Seconds until the last of that many tasks is answered, if all are sent at once."""
        return MARGIN * self.alone * in_flight / self.parallel


@dataclass(frozen=True, slots=True)
class Limits:
    """Settings of the engine.

    concurrency: most requests in flight
    timeout_s: seconds that one may take
    """

    concurrency: int
    timeout_s: float


def is_slow(speed: Speed, limits: Limits) -> bool:
    """Whether some requests could time out only because others are before them."""
    if speed.slots is None and speed.parallel > 0.75 * TOGETHER:
        return MARGIN * speed.alone > limits.timeout_s  # as many at once as one likes
    return speed.last(limits.concurrency) > limits.timeout_s


def fitting(speed: Speed, limits: Limits) -> Limits:
    """Settings for a server that is slow with `limits`: as many in flight as it works on, and enough time for these."""
    if speed.slots is None and speed.parallel > 0.75 * TOGETHER:
        return Limits(limits.concurrency, _rounded(MARGIN * speed.alone))
    many = speed.slots or int(limits.timeout_s * speed.parallel / (MARGIN * speed.alone))
    concurrency = min(max(many, 1), limits.concurrency)
    last = speed.last(concurrency)
    return Limits(concurrency, limits.timeout_s if last <= limits.timeout_s else _rounded(last))


def _rounded(seconds: float) -> float:
    return float(ROUND_S * ceil(seconds / ROUND_S))
