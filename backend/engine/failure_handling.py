"""What an executor does about requests that fail."""

from dataclasses import dataclass

from backend.engine.provider_patience import PATIENCE_S


@dataclass(frozen=True, slots=True)
class FailureHandling:
    """patience_s: the longest outage of a provider to wait for, in seconds; 0 for a caller with a deadline of its own
    repeat_after_s: seconds in which a request that failed is not sent again
    """

    patience_s: float = PATIENCE_S
    repeat_after_s: float = 0


PATIENT = FailureHandling()
IMPATIENT = FailureHandling(patience_s=0)
