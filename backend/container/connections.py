"""How much this process may ask of each models' server."""

from functools import cached_property

from backend.container.status import StatusParts
from backend.domain.runs.part import WHOLE, Part
from backend.engine.rate_limiter import RateBuckets, RateLimiter, buckets_of
from backend.engine.shutdown import Shutdown, process_stop


class ConnectionParts(StatusParts):
    """`part`: what this process does of a run that several processes of this machine share."""

    part: Part = WHOLE

    @cached_property
    def stop(self) -> Shutdown:
        """The Shutdown that signals request and runs obey."""
        return process_stop()

    def _concurrency(self, connection: str) -> int:
        return self.part.amount(self.connections.concurrency(connection) or self.settings.concurrency)

    def _rates(self, *connections: str) -> RateLimiter:
        """Keeps the rate limits of these connections, together with all others who ask there; without Redis, the part
        of them that this process has."""
        parts = 1 if self.settings.redis_url else self.part.of
        return RateLimiter(self.connections.rate_limits(*connections, parts=parts), self.rate_buckets)

    @cached_property
    def rate_buckets(self) -> RateBuckets:
        """The buckets of rate limits: in Redis for all workers, if there is a Redis; else in this process."""
        return buckets_of(self.settings.redis_url)
