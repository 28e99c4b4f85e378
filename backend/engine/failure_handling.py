"""What an executor does about requests that fail."""

from dataclasses import dataclass

from backend.domain.outcome import Failure
from backend.engine.provider_patience import PATIENCE_S

TRIES = {"rate_limited": 12, "server": 6, "connection": 6, "timeout": 3}
"""How often a request is sent before its trouble is a Failure; other kinds: once."""
UNREACHABLE_TRIES = 3
"""The same while nobody has been reached at all."""


@dataclass(frozen=True, slots=True)
class FailureHandling:
    """patience_s: the longest outage of a provider to wait for, in seconds; 0 for a caller with a deadline of its own
    repeat_after_s: seconds in which a request that failed is not sent again
    """

    patience_s: float = PATIENCE_S
    repeat_after_s: float = 0


PATIENT = FailureHandling()
IMPATIENT = FailureHandling(patience_s=0)


def is_too_much(failure: Failure) -> bool:
    """Whether fewer requests at a time would have done better. A small server queues what it cannot answer at once."""
    return failure.kind in ("rate_limited", "timeout") or failure.retry_after is not None
