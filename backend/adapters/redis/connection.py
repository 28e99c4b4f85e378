"""The broker: how Redis is reached, what is said when it is not there, and how it is waited for."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

from backend.domain.urls import shown
from backend.errors import QueueError

T = TypeVar("T")
log = logging.getLogger(__name__)
CONNECT_S = 5
AGAIN_S = 0.5


class Outage:
    """Redis being away, said once however many notice, until it answers again."""

    def __init__(self) -> None:
        self._known = False

    def noticed(self, error: QueueError) -> None:
        if not self._known:
            self._known = True
            log.warning("%s It is waited for.", error)

    def over(self) -> None:
        self._known = False


@cache
def process_outage() -> Outage:
    """The one that all parts of this process share."""
    return Outage()


class RedisConnection:
    """`redis`: the client. Raises QueueError for an address that is none.

    `patience_s`: how long an answer may take; None for those who wait for jobs.
    """

    def __init__(self, url: str, patience_s: float | None = None) -> None:
        from redis import Redis  # a sixth of a second, for which commands without a queue need not wait

        self.shown = shown(url)
        try:
            self.redis = Redis.from_url(
                url, socket_connect_timeout=CONNECT_S, socket_timeout=patience_s, health_check_interval=30
            )
        except ValueError:
            raise QueueError("REDIS_URL is not a valid Redis address: write one like redis://localhost:6379.") from None

    @contextmanager
    def told(self) -> Iterator[None]:
        """Redis' troubles as QueueErrors."""
        from redis.exceptions import RedisError

        try:
            yield
        except (RedisError, TypeError) as error:  # TypeError: an unknown word in the address
            raise QueueError(
                f"Redis at {self.shown} does not answer ({type(error).__name__}): start it, or correct REDIS_URL."
            ) from None
        process_outage().over()

    def patiently(self, call: Callable[[], T], patience_s: float = float("inf")) -> T:
        """What `call` returns, when Redis is back. Raises QueueError when that takes longer than `patience_s`."""
        deadline = time.monotonic() + patience_s
        while True:
            try:
                with self.told():
                    return call()
            except QueueError as error:
                if time.monotonic() > deadline:
                    raise
                process_outage().noticed(error)
                time.sleep(AGAIN_S)
