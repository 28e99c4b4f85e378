"""Paid completions wait for a database that is away, as long as the process lives.

A completion that is lost would be paid for twice. The user is told at once, and again every minute.
"""

import logging
import time

from backend.engine.shutdown import Shutdown, process_stop
from backend.errors import StoreAwayError

log = logging.getLogger(__name__)
AGAIN_S = 0.5
SAY_EVERY_S = 60.0
LAST_S = 20.0
"""Seconds for which storing is still tried after the process was told to end."""


class WaitingCompletions:
    """Completions that wait for the database.

    things: what they are called, in the plural
    number: how many they are
    stop: by default the stop signal of this process
    """

    def __init__(self, things: str, number: int, stop: Shutdown | None = None) -> None:
        self._waiting = f"{number:,} {things}"
        self._stop = stop or process_stop()
        self._warned = float("-inf")
        self._told_to_end: float | None = None

    def pause(self, error: StoreAwayError) -> float:
        """Seconds until the next try. Raises `error` if the process must end and has tried for long enough."""
        now = time.monotonic()
        if self._stop.requested:
            self._told_to_end = self._told_to_end or now
            if now - self._told_to_end > LAST_S:
                log.error("%s Not stored, though paid for: %s.", error, self._waiting)
                raise error
        if now - self._warned > SAY_EVERY_S:
            self._warned = now
            log.warning("%s Paid for, and kept until it can be stored: %s.", error, self._waiting)
        return AGAIN_S
