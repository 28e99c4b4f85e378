"""A machine that vanished leaves a connection on which nothing comes back."""

import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from backend.adapters.redis.connection import RedisConnection
from backend.adapters.redis.worker import WAIT_S
from backend.errors import QueueError


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that accepts connections and answers nothing."""
    accepted: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    accepted.append(server.accept()[0])
                except OSError:
                    return

        thread = Thread(target=accept)
        thread.start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    for connection in accepted:
        connection.close()


def test_a_redis_that_says_nothing_is_not_waited_for_without_end(silent: str) -> None:
    connection = RedisConnection(silent, 0.2)
    with pytest.raises(QueueError, match=r"does not answer .*: start it, or correct REDIS_URL"):
        connection.patiently(lambda: connection.redis.get("key"), 0.1)


def test_a_reply_may_take_longer_than_a_worker_waits_for_a_job() -> None:
    options = RedisConnection("redis://127.0.0.1:1").redis.connection_pool.connection_kwargs
    assert options["socket_timeout"] > WAIT_S
    assert options["socket_keepalive"]
