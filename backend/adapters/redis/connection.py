"""The connection to Redis: its errors as sentences, and waiting for it."""

import logging
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

from backend.domain.urls import public_url
from backend.errors import QueueError

T = TypeVar("T")
log = logging.getLogger(__name__)
CONNECT_S = 5
AGAIN_S = 0.5
REPLY_S = 20.0
"""Seconds that a reply may take. A worker's comes when a job does, or after `worker.WAIT_S`."""


class Outage:
    """A time without Redis, reported once, however many parts notice it, until it answers again."""

    def __init__(self) -> None:
        self._noted = False

    def noticed(self, error: QueueError) -> None:
        if not self._noted:
            self._noted = True
            log.warning("%s Waiting for it.", error)

    def over(self) -> None:
        self._noted = False


@cache
def process_outage() -> Outage:
    """The Outage that all parts of this process share."""
    return Outage()


class RedisConnection:
    """Raises QueueError for an invalid address. The client is closed when nobody has the connection any more.

    redis: the client
    patience_s: seconds that an answer may take
    """

    def __init__(self, url: str, patience_s: float = REPLY_S) -> None:
        from redis import Redis  # a sixth of a second, for which commands without a queue need not wait

        self.address = public_url(url)
        try:
            self.redis = Redis.from_url(
                url,
                socket_connect_timeout=CONNECT_S,
                socket_timeout=patience_s,  # a machine that vanished answers nothing, for ever
                socket_keepalive=True,
                health_check_interval=30,
            )
        except ValueError:
            raise QueueError("REDIS_URL is not a valid Redis address: write one like redis://localhost:6379.") from None
        weakref.finalize(self, self.redis.close)

    @contextmanager
    def translated_errors(self) -> Iterator[None]:
        """Raises errors of Redis as QueueErrors."""
        from redis.exceptions import RedisError

        try:
            yield
        except (RedisError, TypeError) as error:  # TypeError: an unknown word in the address
            raise QueueError(
                f"Redis at {self.address} does not answer ({type(error).__name__}): start it, or correct REDIS_URL."
            ) from None
        process_outage().over()

    def patiently(self, call: Callable[[], T], patience_s: float = float("inf")) -> T:
        """The result of `call`, when Redis is back. Raises QueueError after `patience_s` seconds without Redis."""
        deadline = time.monotonic() + patience_s
        while True:
            try:
                with self.translated_errors():
                    return call()
            except QueueError as error:
                if time.monotonic() > deadline:
                    raise
                process_outage().noticed(error)
                time.sleep(AGAIN_S)
