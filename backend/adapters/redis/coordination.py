"""Coordination of workers on many machines, in Redis: who asks which request, and how many at a time.

Nothing here has to last. If Redis is flushed, at worst two workers ask the same request once, and for half a second
more requests than agreed are in flight. A worker without a heartbeat for ten seconds is gone, and its claims are free.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import NamedTuple, Self

from redis.exceptions import RedisError

from backend.adapters.periodic_thread import PeriodicThread
from backend.adapters.processes import this_process
from backend.adapters.redis.connection import RedisConnection, process_outage
from backend.domain.runs.adaptive_limit import PROBE
from backend.errors import QueueError

log = logging.getLogger(__name__)
EVERY_S = 0.5
GONE_MS = 10_000
KEPT_S = 24 * 3600
"""So long may the work on a claim take. It is dropped when the answer is stored, and free when its worker is gone."""
PATIENCE_S = 300.0
PREFIX = "open-prompts"

TAKE = """
local mine = {}
for i, key in ipairs(KEYS) do
  local holder = redis.call('GET', key)
  if not holder or holder == ARGV[1] or redis.call('EXISTS', ARGV[2] .. holder) == 0 then
    redis.call('SET', key, ARGV[1], 'EX', ARGV[3])
    mine[#mine + 1] = i
  end
end
return mine
"""
"""KEYS: claims. ARGV: claimant, what signs of life begin with, seconds to keep. Returns the places of those it got."""

DROP = """
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end
"""
"""KEYS: claims. ARGV: claimant. A claim that is somebody else's by now stays."""

SETTLE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local seen, held, pace, hungry = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local me, most, wanted, flying = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', seen, '-inf', now - ARGV[7])
redis.call('ZADD', seen, now, me)
redis.call('SET', KEYS[5], '1', 'PX', ARGV[7])
local members = redis.call('ZCARD', seen)
if most == 0 then most = wanted * members end

local share = tonumber(redis.call('HGET', pace, 'share') or '1')
local answers = redis.call('HINCRBY', pace, 'answers', ARGV[5])
local refused = redis.call('HINCRBY', pace, 'refused', ARGV[6])
if answers > 0 and answers >= most * share then
  share = math.min(1, share * (1 - refused / answers + ARGV[8]))
  redis.call('HSET', pace, 'share', tostring(share), 'answers', 0, 'refused', 0)
end

local limit = math.max(1, math.floor(most * share))
local free = limit
local all = redis.call('HGETALL', held)
for i = 1, #all, 2 do
  if not redis.call('ZSCORE', seen, all[i]) then
    redis.call('HDEL', held, all[i])
  elseif all[i] ~= me then
    free = free - tonumber(all[i + 1])
  end
end
local mine = math.max(flying, 0, math.min(wanted, math.ceil(limit / members), free))
local waits = redis.call('GET', hungry)
if mine == 0 and tonumber(ARGV[10]) > 0 then
  redis.call('SET', hungry, me, 'PX', ARGV[7])
elseif waits == me then
  redis.call('DEL', hungry)
elseif waits and flying == 0 and limit < members then
  mine = 0
end
redis.call('HSET', held, me, mine)
for _, key in ipairs({seen, held, pace}) do redis.call('EXPIRE', key, ARGV[9]) end
return mine
"""
"""KEYS: signs of life, what each holds, the common pace, who waits in vain, this claimant's own sign of life. ARGV:
member, most in flight of all, wanted by this one, in flight now, answers and 429s since the last time, milliseconds
until one is gone, the probe of `domain.runs.adaptive_limit`, seconds to keep, requests of this one that wait for a
slot. Returns how many this one may have in flight.

Only what living members hold counts. Where there are fewer slots than members, one that has nothing in flight yields
to one that waits: it may be waiting for the other's answers.
The common pace is the rule of `domain.runs.adaptive_limit` over the answers of all members, as a share of `most`."""

LEAVE = """
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[3])
"""
"""KEYS: signs of life, what each holds, the claimant's own sign of life. ARGV: member. All of it or nothing."""


class WorkerLoad(NamedTuple):
    """The load of one worker: its limit, requests in flight, answers and 429s so far, and waiting requests."""

    limit: int
    flying: int
    answers: int
    refused: int
    waiting: int = 0


class WorkerRegistration(PeriodicThread):
    """The registration of a worker that asks `model`, while it is entered.

    most: requests in flight of all workers; 0 for no limit
    load: returns the load of this worker; called from a thread
    granted: receives the limit of this worker; called from a thread
    """

    def __init__(
        self,
        broker: RedisConnection,
        model: str,
        most: int,
        load: Callable[[], WorkerLoad],
        granted: Callable[[int], object],
    ) -> None:
        super().__init__("coordination", EVERY_S, self._tick)
        self._redis = broker.redis
        self._broker = broker
        self._most = most
        self._load = load
        self._granted = granted
        self._last = WorkerLoad(0, 0, 0, 0)
        group = f"{PREFIX}:{{{hashlib.sha256(model.encode()).hexdigest()[:16]}}}"
        self._keys = [f"{group}:{name}" for name in ("seen", "held", "pace", "hungry")]
        self._alive = f"{PREFIX}:alive:"
        self._name = f"{this_process()} {secrets.token_hex(8)}"
        self._claimant = secrets.token_hex(8)
        self._settle = self._redis.register_script(SETTLE)
        self._take = self._redis.register_script(TAKE)
        self._drop = self._redis.register_script(DROP)
        self._leave = self._redis.register_script(LEAVE)

    def __enter__(self) -> Self:
        """Raises QueueError if Redis does not answer."""
        with self._broker.translated_errors():
            self._agree()
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        try:
            self._leave(keys=[*self._keys[:2], self._alive + self._claimant], args=[self._name])
        except RedisError:
            log.warning("Redis is away; what this worker held there is free in %d s", GONE_MS // 1000)

    def take(self, digests: Sequence[str]) -> set[str]:
        """Those of `digests` that are ours to ask, because no living worker has claimed them.

        Raises QueueError if Redis is away for minutes.
        """
        keys = _claim_keys(digests)
        if not keys:
            return set()
        positions = self._broker.patiently(
            lambda: self._take(keys=keys, args=[self._claimant, self._alive, KEPT_S]), PATIENCE_S
        )
        return {digests[position - 1] for position in positions}

    def drop(self, digests: Sequence[str]) -> None:
        """Forgets claims to what is stored. Raises QueueError if Redis is away for minutes."""
        keys = _claim_keys(digests)
        if keys:
            self._broker.patiently(lambda: self._drop(keys=keys, args=[self._claimant]), PATIENCE_S)

    def release(self) -> None:
        """Frees all claims: the requests are stored by now, or were given up."""
        old, self._claimant = self._claimant, secrets.token_hex(8)
        self._broker.patiently(self._agree, PATIENCE_S)
        self._broker.patiently(lambda: self._redis.delete(self._alive + old), PATIENCE_S)

    def _agree(self) -> None:
        load, last = self._load(), self._last
        counts = (load.answers - last.answers, load.refused - last.refused)
        args: list[str | int | float] = [
            self._name,
            self._most,
            load.limit,
            load.flying,
            *counts,
            GONE_MS,
            PROBE,
            KEPT_S,
            load.waiting,
        ]
        self._granted(int(self._settle(keys=[*self._keys, self._alive + self._claimant], args=args)))
        self._last = load

    def _tick(self) -> None:
        """While Redis is away, the last agreement holds."""
        try:
            with self._broker.translated_errors():
                self._agree()
        except QueueError as error:
            process_outage().noticed(error)


def _claim_keys(digests: Sequence[str]) -> list[str]:
    return [f"{PREFIX}:claim:{digest}" for digest in digests]
