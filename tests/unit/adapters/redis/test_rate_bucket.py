"""The bucket that all workers share, on a real Redis, and what each keeps while Redis is away."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.adapters.redis.connection import RedisConnection
from backend.adapters.redis.rate_bucket import AWAY_S, RedisBucket
from backend.domain.runs.rate_limit import RateClaim, RateLimit, TokenBucket

REQUEST = RateClaim()


def bucket(url: str, name: str = "groq") -> RedisBucket:
    return RedisBucket(RedisConnection(url, 2.0), name)


def take(one: RedisBucket, limit: RateLimit, claim: RateClaim = REQUEST) -> float:
    return asyncio.run(one.take(limit, claim))


def test_workers_share_a_limit(redis_url: str) -> None:
    limit = RateLimit(requests=150)
    one, other, apart = bucket(redis_url), bucket(redis_url), bucket(redis_url, "another")
    assert [take(one, limit), take(other, limit), take(one, limit)] == [0.0, 0.0, 0.0]
    assert 0 < take(other, limit) <= 60 / (0.97 * 150) + 0.01
    assert take(apart, limit) == 0.0


def test_it_keeps_the_rules_of_the_domain(redis_url: str) -> None:
    limit, own = RateLimit(requests=6, tokens=600), TokenBucket()
    shared = bucket(redis_url)
    claims = [
        RateClaim(tokens=5),
        RateClaim(tokens=5),
        RateClaim(tokens=5, owed=-3),
        RateClaim(tokens=900, owed=1e12),
        RateClaim(tokens=2, owed=-1e12),
        RateClaim(pause_s=20),
        RateClaim(pause_s=1e9),
    ]
    for claim in claims:
        assert take(shared, limit, claim) == pytest.approx(own.take(time.monotonic(), limit, claim), abs=0.2)


def test_no_more_pass_at_once_than_it_holds(redis_url: str) -> None:
    limit = RateLimit(requests=500)
    workers = [bucket(redis_url) for _ in range(3)]
    began = time.monotonic()
    with ThreadPoolExecutor(12) as threads:
        waits = list(threads.map(lambda number: take(workers[number % 3], limit), range(60)))
    meanwhile = (time.monotonic() - began) * 500 / 60
    passed = waits.count(0.0)
    assert 10 <= passed <= 10 + meanwhile + 1, "a fiftieth of the limit, and what comes in meanwhile"


def test_without_redis_each_worker_keeps_its_share(redis_url: str) -> None:
    limit, now = RateLimit(requests=600), [0.0]
    for _ in range(2):
        take(bucket(redis_url), limit)
    shared = RedisBucket(RedisConnection(redis_url, 2.0), "groq", lambda: now[0])
    assert take(shared, limit) == 0.0
    shared._take = RedisBucket(RedisConnection("redis://127.0.0.1:1", 2.0), "groq")._take
    passed = sum(take(shared, limit) == 0.0 for _ in range(20))
    assert passed == 4, "a third of what the bucket of three workers holds"
    now[0] += 60.0
    assert take(shared, limit) == 0.0
    assert AWAY_S < 60


def test_a_flushed_redis_is_a_full_bucket(redis_url: str) -> None:
    limit, one = RateLimit(requests=1), bucket(redis_url)
    assert take(one, limit) == 0.0
    assert take(one, limit) > 1
    one._broker.redis.flushall()
    assert take(one, limit) == 0.0
