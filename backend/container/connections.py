"""How much this process may ask of each models' server."""

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from backend.container.status import StatusParts
from backend.domain.runs.part import WHOLE, Part
from backend.domain.runs.rate_limit import RateLimit
from backend.engine.rate_limiter import RateBuckets, RateLimiter, buckets_of
from backend.engine.shutdown import Shutdown, process_stop
from backend.engine.unstored_payments import UnstoredPayments
from backend.services.setup.connection_check import ConnectionTest

if TYPE_CHECKING:
    from backend.adapters.providers.ability_probe import AbilityProbe
    from backend.adapters.providers.chat_completions import ChatCompletions


class ConnectionParts(StatusParts):
    """`part`: what this process does of a run that several processes of this machine share."""

    part: Part = WHOLE

    @cached_property
    def stop(self) -> Shutdown:
        """The Shutdown that signals request and runs obey."""
        return process_stop()

    def connection_test(self, name: str, payments: UnstoredPayments) -> ConnectionTest:
        """`payments`: who pays for it."""
        connection = self.connections[name]
        profile = connection.profile.name if connection.profile else None

        def probe(chat: "ChatCompletions") -> "AbilityProbe":
            from backend.adapters.providers.ability_probe import AbilityProbe

            return AbilityProbe(chat, connection.api_key or "", lambda: self.connections.batches(name))

        make, formats = lambda: self.connections.chat(name), self.connections.profiles(connection)
        limits, url = self.connections.stated(name), connection.base_url
        return ConnectionTest(name, url, make, self.pricing, payments, probe, profile, limits, formats)

    def _concurrency(self, connection: str) -> int:
        return self.part.amount(self.connections.concurrency(connection) or self.settings.concurrency)

    def _rates(self, *connections: str) -> RateLimiter:
        """Keeps the rate limits of these connections, together with all others who ask there; without Redis, the part
        of them that this process has."""
        find, parts = self.connections.rate_limits(*connections), 1 if self.settings.redis_url else self.part.of

        def limit(connection: str, model: str) -> RateLimit | None:
            limits = find(connection, model)
            return limits and replace(limits, parts=parts)

        return RateLimiter(limit, self.rate_buckets)

    @cached_property
    def rate_buckets(self) -> RateBuckets:
        """In Redis where it is, for all workers; else those of this process."""
        return buckets_of(self.settings.redis_url)
