"""What workers settle among each other, on a real Redis."""

import contextlib
import gc
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import pytest
from redis import Redis
from redis.connection import Connection

from backend.adapters.redis import coordination as fleet
from backend.adapters.redis.connection import RedisConnection
from backend.adapters.redis.coordination import WorkerLoad, WorkerRegistration
from backend.errors import QueueError
from demo import services
from tests.running import until
from tests.scripted import some


class LoadedWorker:
    """A member whose load a test sets; `grant` is what it was told last."""

    def __init__(self, url: str, most: int = 0, wanted: int = 100, model: str = "some-model") -> None:
        self.load = WorkerLoad(wanted, 0, 0, 0)
        self.grant: int | None = None
        self.member = WorkerRegistration(RedisConnection(url), model, most, lambda: self.load, self._granted)

    def _granted(self, number: int) -> None:
        self.grant = number

    def __enter__(self) -> Self:
        self.member.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.member.__exit__(kind, error, trace)


def test_a_digest_is_one_members_until_it_is_released(redis_url: str) -> None:
    with LoadedWorker(redis_url) as one, LoadedWorker(redis_url) as other:
        assert one.member.take(["a", "b"]) == {"a", "b"}
        assert other.member.take(["b", "c"]) == {"c"}
        assert one.member.take(["a", "b", "c"]) == {"a", "b"}, "what is ours stays ours"
        one.member.release()
        assert other.member.take(["a", "b", "c"]) == {"a", "b", "c"}
        assert one.member.take(["a"]) == set()
        assert one.member.take([]) == set()


def test_a_claim_to_what_is_stored_leaves_nothing_behind(redis_url: str) -> None:
    claims = f"{fleet.PREFIX}:claim:*"
    with LoadedWorker(redis_url) as one, LoadedWorker(redis_url) as other:
        one.member.take(["a", "b"])
        other.member.take(["c"])
        one.member.drop(["a", "c", "never claimed"])
        one.member.drop([])
        assert other.member.take(["a", "b"]) == {"a"}
        assert one.member.take(["c"]) == set(), "nobody drops what another one claimed"
        other.member.drop(["a", "c"])
        one.member.drop(["b"])
        assert list(Redis.from_url(redis_url).scan_iter(claims)) == []


def test_what_a_member_held_is_free_when_it_left_or_died(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with LoadedWorker(redis_url) as gone:
        gone.member.take(["a"])
    with LoadedWorker(redis_url) as other:
        assert other.member.take(["a"]) == {"a"}
        monkeypatch.setattr(fleet, "GONE_MS", 300)
        dead = LoadedWorker(redis_url)
        dead.member._agree()  # one sign of life, and never again
        assert dead.member.take(["b"]) == {"b"}
        assert other.member.take(["b"]) == set()
        until(lambda: other.member.take(["b"]) == {"b"})


@pytest.mark.slow
def test_the_bound_is_shared_by_all_who_ask_the_model(redis_url: str) -> None:
    with LoadedWorker(redis_url, most=100) as one:
        assert one.grant == 100
        one.load = WorkerLoad(100, 100, 0, 0)
        with LoadedWorker(redis_url, most=100) as other, LoadedWorker(redis_url, most=100, model="another") as apart:
            assert apart.grant == 100
            assert other.grant == 0, "all are in flight already"
            one.load = WorkerLoad(100, 70, 0, 0)
            until(lambda: (one.grant, other.grant) == (70, 30))
            one.load = WorkerLoad(100, 10, 0, 0)
            until(lambda: (one.grant, other.grant) == (50, 50))
        until(lambda: one.grant == 100)


def test_never_more_than_the_bound(redis_url: str) -> None:
    workers = [LoadedWorker(redis_url, most=10, wanted=7) for _ in range(4)]
    for turn in range(60):
        worker = workers[turn % 7 % 4]
        worker.member._agree()
        worker.load = worker.load._replace(flying=some(worker.grant))
        assert sum(worker.load.flying for worker in workers) <= 10
        if turn % 5 == 4:
            workers[turn % 4].load = WorkerLoad(7, 1, 0, 0) if workers[turn % 4].load.flying else workers[turn % 4].load


def test_without_a_bound_each_has_its_own(redis_url: str) -> None:
    with LoadedWorker(redis_url, wanted=8) as one, LoadedWorker(redis_url, wanted=30) as other:
        assert (one.grant, other.grant) == (8, 30)


def test_a_429_seen_by_one_slows_them_all(redis_url: str) -> None:
    with LoadedWorker(redis_url, wanted=100) as one, LoadedWorker(redis_url, wanted=100) as other:
        one.load = WorkerLoad(100, 0, 400, 200)
        until(lambda: some(other.grant) <= 60 and some(one.grant) <= 60)
        one.load = WorkerLoad(100, 0, 4000, 200)
        other.load = WorkerLoad(100, 0, 400, 0)
        one.member._agree()
        assert some(one.grant) > 50, "and without them all grow again"


def test_a_flushed_redis_is_no_trouble(redis_url: str) -> None:
    with LoadedWorker(redis_url, most=10) as one, Redis.from_url(redis_url) as redis:
        one.member.take(["a"])
        redis.flushall()
        assert one.member.take(["a"]) == {"a"}
        one.member._agree()
        assert one.grant == 10


def test_no_redis_is_said_at_once() -> None:
    with pytest.raises(QueueError, match="does not answer"), LoadedWorker(f"redis://127.0.0.1:{services.free_port()}"):
        pass


class Dies(BaseException):
    """Stands for SIGKILL."""


@pytest.mark.parametrize("survived", range(4))
def test_a_worker_killed_while_it_leaves_takes_no_slot_with_it(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    """Whatever number of its commands reached Redis."""
    gone = LoadedWorker(redis_url, most=8)
    gone.__enter__()
    gone.load = WorkerLoad(100, 8, 0, 0)
    gone.member._agree()
    send: Callable[..., None] = Connection.send_packed_command
    left = iter(range(survived))

    def cut(self: Connection, *args: Any, **kwargs: Any) -> None:
        if next(left, None) is None:
            raise Dies
        send(self, *args, **kwargs)

    gone.member._over.set()
    gone.member._thread.join()
    with monkeypatch.context() as patch:
        patch.setattr(Connection, "send_packed_command", cut)
        with contextlib.suppress(Dies):
            gone.__exit__(None, None, None)
    monkeypatch.setattr(fleet, "GONE_MS", 200)
    with LoadedWorker(redis_url, most=8) as later:
        until(lambda: later.grant == 8)


def test_what_a_member_that_is_gone_left_behind_does_not_count(redis_url: str) -> None:
    """A record of slots without a sign of life: what a worker of an earlier release left when it was killed."""
    with LoadedWorker(redis_url, most=8) as one, Redis.from_url(redis_url) as redis:
        redis.hset(one.member._keys[1], "killed", 8)
        redis.hset(one.member._keys[1], "so was this", 1)
        one.member._agree()
        assert one.grant == 8
        assert redis.hlen(one.member._keys[1]) == 1


@pytest.mark.slow
def test_who_holds_a_slot_and_has_no_use_for_it_yields_it(redis_url: str) -> None:
    """Two workers, one slot: the one that waits for the other's answers must not keep it from asking."""
    with LoadedWorker(redis_url, most=1) as idle, LoadedWorker(redis_url, most=1) as busy:
        assert (idle.grant, busy.grant) == (1, 0)
        busy.load = WorkerLoad(100, 0, 0, 0, waiting=3)
        until(lambda: (idle.grant, busy.grant) == (0, 1))
        busy.load = WorkerLoad(100, 1, 0, 0, waiting=2)
        idle.load = WorkerLoad(100, 0, 0, 0, waiting=1)
        for member in (idle, busy) * 3:
            member.member._agree()
            assert some(idle.grant) + some(busy.grant) == 1
        assert busy.grant == 1, "what flies is not called back"


def test_a_connection_that_nobody_has_any_more_is_closed(redis_url: str) -> None:
    mine = RedisConnection(redis_url)
    client = mine.redis
    client.client_setname("mine")
    with Redis.from_url(redis_url) as other:

        def names() -> set[str]:
            return {client["name"] for client in other.client_list()}

        assert "mine" in names()
        del mine
        gc.collect()
        until(lambda: "mine" not in names())
    client.close()
