"""The broker: how Redis is reached, and what is said when it is not there."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from redis.exceptions import RedisError

from backend.domain.urls import shown
from backend.errors import QueueError

CONNECT_S = 5


class RedisConnection:
    """`redis`: the client. Raises QueueError for an address that is none.

    `patience_s`: how long an answer may take; None for those who wait for jobs.
    """

    def __init__(self, url: str, patience_s: float | None = None) -> None:
        self.shown = shown(url)
        try:
            self.redis = Redis.from_url(
                url, socket_connect_timeout=CONNECT_S, socket_timeout=patience_s, health_check_interval=30
            )
        except ValueError:
            raise QueueError("REDIS_URL is no address of a Redis: write one like redis://localhost:6379.") from None

    @contextmanager
    def told(self) -> Iterator[None]:
        """Redis' troubles as QueueErrors."""
        try:
            yield
        except (RedisError, TypeError) as error:  # TypeError: an unknown word in the address
            raise QueueError(
                f"Redis at {self.shown} does not answer ({type(error).__name__}): start it, or correct REDIS_URL."
            ) from None
