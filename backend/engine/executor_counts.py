"""Counts of what a RequestExecutor did, and when."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class ExecutorCounts:
    """What a RequestExecutor did so far. Times are of `time.monotonic`; None if nothing was sent."""

    sent: int = 0
    first_sent: float | None = None
    last_stored: float | None = None

    @property
    def seconds(self) -> float:
        """From the first request sent to the last completion stored; 0 if there was none."""
        return max(0.0, self.last_stored - self.first_sent) if self.first_sent and self.last_stored else 0.0


def together(counts: Sequence[ExecutorCounts]) -> ExecutorCounts:
    """Of several that worked side by side."""
    began = [count.first_sent for count in counts if count.first_sent is not None]
    ended = [count.last_stored for count in counts if count.last_stored is not None]
    return ExecutorCounts(sum(count.sent for count in counts), min(began, default=None), max(ended, default=None))
