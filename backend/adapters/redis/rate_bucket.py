"""The bucket of a rate limit in Redis, for all workers, by the server's clock.

Nothing here has to last: after a FLUSHALL, the bucket is full. That allows at most a fiftieth of a minute's limit in
addition. While Redis is away, each worker keeps its share in a bucket of its own, so that no run waits for Redis.
"""

import asyncio
import hashlib
import logging
import secrets
import time
from collections.abc import Callable

from backend.adapters.processes import this_process
from backend.adapters.redis.connection import RedisConnection, process_outage
from backend.adapters.redis.coordination import PREFIX
from backend.domain.runs.rate_limit import RateClaim, RateLimit, TokenBucket
from backend.errors import QueueError

log = logging.getLogger(__name__)
ANSWER_S = 2.0
"""How long Redis may take to answer."""
AWAY_S = 5.0
"""After no answer, so long the worker's own bucket is asked."""
KEPT_S = 600

TAKE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local bucket, seen = KEYS[1], KEYS[2]
local at = tonumber(redis.call('HGET', bucket, 'at') or '0')
local closed = math.max(tonumber(redis.call('HGET', bucket, 'closed') or '0'), now + ARGV[2])
local levels, wait = {}, math.max(0, closed - now)
for i = 0, 1 do
  local rate, most = tonumber(ARGV[4 + i * 4]), tonumber(ARGV[5 + i * 4])
  local asked, owed = tonumber(ARGV[6 + i * 4]), tonumber(ARGV[7 + i * 4])
  if rate > 0 then
    local level = tonumber(redis.call('HGET', bucket, i) or ARGV[5 + i * 4])
    level = math.min(most, level + math.max(0, now - at) * rate)
    level = math.min(most, math.max(level - owed, -60 * rate))
    wait = math.max(wait, (math.min(asked, most) - level) / rate)
    levels[i] = {level, asked, rate, most}
  end
end
if wait < 0.000001 then wait = 0 end
for i, found in pairs(levels) do
  local level = found[1]
  if wait == 0 then level = math.max(level - found[2], -60 * found[3]) end
  redis.call('HSET', bucket, i, string.format('%.6f', level))
end
redis.call('HSET', bucket, 'at', string.format('%.6f', now), 'closed', string.format('%.6f', closed))
redis.call('ZADD', seen, now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', seen, '-inf', now - 60)
redis.call('EXPIRE', bucket, ARGV[3])
redis.call('EXPIRE', seen, ARGV[3])
return {string.format('%.6f', wait), redis.call('ZCARD', seen)}
"""
"""KEYS: the bucket, who asked it within the last minute. ARGV: member, seconds of a pause, seconds to keep; then for
requests and for tokens: rate per second (0 for no limit), what the bucket holds, what is asked, what is owed. Returns
the seconds to wait (0: taken) and the number of members. The rules are those of `domain.runs.rate_limit`."""


class RedisBucket:
    """A RateBucket. `clock`: seconds that never go back, for the time without Redis."""

    def __init__(self, broker: RedisConnection, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._broker = broker
        self._take = broker.redis.register_script(TAKE)
        group = f"{PREFIX}:{{{hashlib.sha256(name.encode()).hexdigest()[:16]}}}:rate"
        self._keys = [group, f"{group}:seen"]
        self._member = f"{this_process()} {secrets.token_hex(8)}"
        self._clock = clock
        self._members = 1
        self._own = TokenBucket()
        self._away_until = 0.0

    async def take(self, limit: RateLimit, claim: RateClaim) -> float:
        """See RateBucket."""
        if self._clock() < self._away_until:
            return self._alone(limit, claim)
        try:
            return await asyncio.to_thread(self._ask, limit, claim)
        except QueueError as error:
            process_outage().noticed(error)
            self._away_until = self._clock() + AWAY_S
            return self._alone(limit, claim)

    def _ask(self, limit: RateLimit, claim: RateClaim) -> float:
        args: list[str | float] = [self._member, claim.pause, KEPT_S]
        amounts_of = {"requests": (1.0, 0.0), "tokens": (claim.tokens, claim.owed)}
        for what, amounts in amounts_of.items():
            refill = limit.refills.get(what)
            args += [refill.rate, refill.most, *amounts] if refill else [0, 0, 0, 0]
        with self._broker.translated_errors():
            wait, self._members = self._take(keys=self._keys, args=args)
        return float(wait)

    def _alone(self, limit: RateLimit, claim: RateClaim) -> float:
        """This worker's share of the limit."""
        requests, tokens = (most and most / self._members for most in (limit.requests, limit.tokens))
        return self._own.take(self._clock(), RateLimit(requests, tokens), claim)
