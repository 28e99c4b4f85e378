"""How models' servers are reached, and how much this process may ask of each."""

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from backend.adapters.database.learnt_formats import LearntFormatStore
from backend.adapters.database.model_connections import ModelConnectionStore
from backend.adapters.key_cipher import KeyCipher
from backend.adapters.providers.registry import ConnectionRegistry
from backend.container.database import DatabaseParts
from backend.domain.resolution.resolve import Pricing
from backend.domain.runs.part import WHOLE, Part
from backend.domain.runs.rate_limit import RateLimit
from backend.engine.rate_limiter import RateBuckets, RateLimiter, buckets_of
from backend.engine.shutdown import Shutdown, process_stop
from backend.engine.unstored_payments import UnstoredPayments
from backend.services.setup.connection_check import ConnectionTest
from backend.services.setup.model_connections import ModelConnections

if TYPE_CHECKING:
    from backend.adapters.providers.ability_probe import AbilityProbe
    from backend.adapters.providers.chat_completions import ChatCompletions


class ConnectionParts(DatabaseParts):
    """`part`: what this process does of a run that several processes of this machine share."""

    part: Part = WHOLE

    @cached_property
    def stop(self) -> Shutdown:
        """The Shutdown that signals request and runs obey."""
        return process_stop()

    @cached_property
    def connections(self) -> ConnectionRegistry:
        """How models' servers are reached."""
        return ConnectionRegistry.of(self.settings, self.model_connections, LearntFormatStore(self.store))

    @cached_property
    def model_connections(self) -> ModelConnections:
        """The stored ones."""
        store, settings = ModelConnectionStore(self.store), self.settings
        return ModelConnections(store, KeyCipher(settings.secret_key), settings, settings.variable)

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

    @property
    def pricing(self) -> Pricing:
        """The prices of a connection for all its models if it has some (PRICE_IN and PRICE_OUT for `default`), else
        each model's known price."""
        return self.connections.pricing

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
