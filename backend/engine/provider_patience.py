"""ProviderPatience: all requests wait together, for minutes, for an outage that they all meet.

A provider that fails several requests in a row, without an answer in between, is taken to be away. Then one request at
a time asks whether it is back, the others wait unsent, and none of these failures counts against a task. An error that
only one request meets is a Failure of its task.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable

from backend.domain.chat.request import Completion
from backend.domain.outcome import Failure
from backend.errors import ProviderAwayError
from backend.logs import to_log

PATIENCE_S = 300.0
SEVERAL = 5
"""So many different requests in a row make an outage."""
PROBE_S, MOST_PROBE_S = 1.0, 15.0
"""Between two requests that ask whether it is over: at first, and at most."""
REMIND_S = 60.0
LONG_S = 10.0
"""Waits of this length and more are told."""
PASSING = ("rate_limited", "server", "connection", "timeout")
"""Kinds of Failure that may pass."""


class ProviderPatience:
    """Belongs to one event loop.

    patience_s: the longest outage to wait for, in seconds; 0 for a caller with a deadline of its own
    notify: receives sentences for the user
    """

    def __init__(self, patience_s: float = PATIENCE_S, notify: Callable[[str], None] = to_log) -> None:
        self.notify = notify
        self.outage = self._answered = False
        self._patience_s = patience_s
        self._failed: set[str] = set()
        self._since = self._next_probe = self._reminded = 0.0
        self._probes = 0
        self._probing = False
        self._trouble = ""
        self._again_at = 0.0
        self._over = asyncio.Event()

    async def turn(self) -> bool:
        """Returns when a request may be sent; True if it probes whether the outage is over.

        After True, `probed` must be called.
        """
        while self.outage:
            wait = self._next_probe - time.monotonic()
            if wait <= 0 and not self._probing:
                self._probing = True
                return True
            await _pause(self._over, max(wait, PROBE_S / 10))
        return False

    def probed(self) -> None:
        """The reply to the probe was recorded, or the probe was given up."""
        self._probing = False

    def record(self, digest: str, reply: Completion | Failure, probed: bool = False) -> bool:
        """Records the reply to the request `digest`; returns whether a Failure counts against that request.

        probed: it was sent during the outage; an answer to a request sent before does not say that it is over
        Raises ProviderAwayError if the outage lasts too long.
        """
        if isinstance(reply, Completion) or reply.kind not in PASSING:
            self._answered = True
            if probed or not self.outage:
                self._back()
            return True
        now = time.monotonic()
        self._since = self._since if self._failed else now
        self._failed.add(digest)
        went_away = reply.kind == "connection" and self._answered  # no task is to blame for a server that went away
        enough = 1 if went_away else SEVERAL
        if not self._patience_s or len(self._failed) < enough:
            return True
        self._wait_for_it(reply, now)
        return False

    def waits(self) -> str:
        """What requests wait for now, since when and until when, for people; "" if for nothing.

        May be called from another thread.
        """
        now = time.monotonic()
        if self.outage:
            left = self._next_probe - now
            then = "it is asked again now" if self._probing or left < 1 else f"the next try is in {_length(left)}"
            return f"{self._trouble} All requests have waited for {_length(now - self._since)}; {then}."
        left = self._again_at - now
        return f"{self._trouble} It is asked again in {_length(left)}." if left >= 1 else ""

    def is_too_long(self, reply: Failure) -> bool:
        """Whether the provider asks for a longer wait than there is patience."""
        return reply.retry_after is not None and 0 < self._patience_s < reply.retry_after

    def notify_wait(self, seconds: float, reply: Failure) -> None:
        """Tells the user, now and then, that a request waits."""
        if seconds < LONG_S or not self._patience_s:
            return
        now = time.monotonic()
        self._trouble, self._again_at = reply.detail, now + seconds
        if self._remind(now):
            self.notify(f"{reply.detail} It is asked again in {_length(seconds)}.")

    def _wait_for_it(self, reply: Failure, now: float) -> None:
        lasted_s = now - self._since
        if lasted_s > self._patience_s or self.is_too_long(reply):
            raise ProviderAwayError(too_long(reply, lasted_s))
        if not self.outage or self._probing:  # those that were under way when it began found out nothing new
            self._probes += 1
            self._next_probe = now + (reply.retry_after or min(MOST_PROBE_S, PROBE_S * 2 ** (self._probes - 1)))
        if not self.outage or self._remind(now):
            self._reminded = now
            self.notify(f"{reply.detail} All requests wait until it answers, at most {_length(self._patience_s)}.")
        self._trouble, self.outage = reply.detail, True
        self._over.clear()

    def _remind(self, now: float) -> bool:
        due = now - self._reminded >= REMIND_S or not self._reminded
        self._reminded = now if due else self._reminded
        return due

    def _back(self) -> None:
        self._failed.clear()
        self._again_at = 0.0
        if self.outage:
            self.outage, self._probes = False, 0
            self._over.set()
            self.notify("The model's server answers again.")


def too_long(reply: Failure, lasted_s: float = 0.0) -> str:
    """Why a run ends that can be resumed later."""
    if reply.retry_after is not None and reply.retry_after > lasted_s:
        return f"{reply.detail} It asks to wait {_length(reply.retry_after)}: the answers are kept, run it again then."
    return f"{reply.detail} That lasted {_length(lasted_s)}: the answers are kept, run it again later."


async def _pause(over: asyncio.Event, seconds: float) -> None:
    """Waits that long, or until the outage is over."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await over.wait()


def _length(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"
