"""FirstAnswer: until a model has answered, its requests go one at a time.

If an error stops the first request for good, such as a wrong key, the others are not sent. A refusal may concern one
task alone, so the next request is tried; an error that each of the first ten meets concerns all of them.
"""

import asyncio

from backend.domain.chat.request import Completion
from backend.domain.outcome import Failure
from backend.errors import ProviderError

WARM_UP_S = 2.0
"""A slow model is not waited for any longer: the others go along."""
MOST_REFUSALS = 10
REFUSALS = ("bad_request", "auth")
"""Kinds of Failure by which a provider says no to a request."""


class FirstAnswer:
    """Of one model; belongs to one event loop."""

    def __init__(self) -> None:
        self._answered = False
        self._open = False
        self._alone: asyncio.Future[None] | None = None
        self._refused: set[str] = set()

    async def turn(self) -> None:
        """Returns when a request may be sent. Raises the ProviderError that stopped the request before it."""
        while not self._open:
            if self._alone is None:
                self._alone = asyncio.get_running_loop().create_future()
                return
            try:
                async with asyncio.timeout(WARM_UP_S):  # wait_for of 3.11 may swallow a cancellation
                    await asyncio.shield(self._alone)
            except TimeoutError:
                return

    def record(self, digest: str, reply: Completion | Failure) -> None:
        """Records the reply to the request `digest`. Raises ProviderError if no other request would do better."""
        if isinstance(reply, Completion):
            self._answered = self._open = True
            self._refused.clear()
        elif reply.kind in REFUSALS:
            self._count(digest, reply)
        else:
            self._open = True
        self.release()

    def stopped(self, error: ProviderError) -> None:
        """None of the waiting requests is sent; the next one is a first request again."""
        alone, self._alone, self._open = self._alone, None, False
        self._refused.clear()
        if alone is not None and not alone.done():
            alone.set_exception(error)
            alone.exception()  # it is not an error if nobody waits

    def release(self) -> None:
        """Lets the next request go: the one that went alone has its reply, or was given up."""
        alone, self._alone = self._alone, None
        if alone is not None and not alone.done():
            alone.set_result(None)

    def _count(self, digest: str, refusal: Failure) -> None:
        """A model that answers may refuse many tasks in a row; a key that is no longer allowed is another matter."""
        if self._answered and refusal.kind != "auth":
            return
        self._refused.add(digest)
        if refusal.kind == "auth" and not self._answered:
            raise ProviderError(refusal.detail)
        if len(self._refused) >= MOST_REFUSALS:
            which = "last" if self._answered else "first"
            raise ProviderError(f"Each of the {which} {MOST_REFUSALS} requests was refused: {refusal.detail}")
