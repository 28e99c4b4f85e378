"""What holds for every test: it reaches nothing but this machine, and it does not see the developer's keys or settings.

A guard rather than discipline: a test that forgets its stand-in fails with a sentence instead of spending money.
"""

import gc
import ipaddress
import itertools
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import hypothesis
import pytest
from redis import Redis
from redis.exceptions import RedisError

from backend.settings import Settings
from demo import services
from tests.command_forks import stop_forks
from tests.databases import stop_own_server
from tests.file_order import rank
from tests.properties import QUICK
from tests.running import RunningStandIn, running_stand_in, until
from tests.servers import redis_program

FOREIGN_PREFIXES = ("OPENAI_", "ANTHROPIC_", "AZURE_", "GEMINI_", "GOOGLE_", "LABEL_STUDIO_", "HEARTEX_", "GUNICORN_")
FOREIGN_NAMES = {name.upper() for name in Settings.model_fields} | {"WEB_CONCURRENCY"}
# Says where Label Studio is installed, not how it behaves.
KEPT_NAMES = {"LABEL_STUDIO_VENV"}
# Of the data folders of tests.
SERIAL = itertools.count()

# What is collected stays until the end: the garbage collector need not look at it while it grows, nor in any test,
# which saves four of ten seconds before the first test.
gc.disable()

hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.register_profile(QUICK, deadline=None, max_examples=10)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In this order files go to the processes; else it is that of pytest-randomly."""
    items.sort(key=lambda item: rank(item.path))


def pytest_collection_finish() -> None:
    """Left to Python, collecting what tests leave behind takes a tenth of their time. What is there by now stays, also
    the little that nobody has any more: to look for it takes half a second of each process."""
    gc.freeze()
    gc.set_threshold(2_000, 10, 50)
    gc.enable()


class NetworkRefused(RuntimeError):
    """A test tried to leave this machine. Not an OSError, so that clients don't take it for a connection to retry."""


@pytest.fixture(scope="session", autouse=True)
def nothing_but_this_machine() -> Iterator[None]:
    """One fixture for all of these: pytest looks each fixture up again for each test."""
    services.stop_on_signals()  # a cancelled test run must not leave a Label Studio behind
    with loopback_only(), no_foreign_settings(), own_servers_ended():
        yield


@contextmanager
def loopback_only() -> Iterator[None]:
    """Refuse to look up or connect to any host but this one, in this process, for the whole session."""
    with pytest.MonkeyPatch.context() as patch:
        for method in ("connect", "connect_ex"):
            patch.setattr(socket.socket, method, _guarded_connect(getattr(socket.socket, method)))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


@contextmanager
def no_foreign_settings() -> Iterator[None]:
    """Hide the developer's keys, settings and proxies from fixtures that live longer than a test."""
    with pytest.MonkeyPatch.context() as patch:
        _hide_foreign_settings(patch)
        patch.setitem(Settings.model_config, "env_file", None)
        yield


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give each test a data folder of its own, and none of what another test may have left in the environment.

    The folder is named and not made: most tests need none, and to make and delete 8,000 takes seconds.
    """
    _hide_foreign_settings(monkeypatch)
    monkeypatch.setenv("DATA_DIR", str(tmp_path_factory.getbasetemp() / f"data-{next(SERIAL)}"))


@contextmanager
def own_servers_ended() -> Iterator[None]:
    """The test that first needs one starts it, and it ends with all tests."""
    yield
    stop_own_server()
    stop_forks()


@pytest.fixture(scope="session")
def stand_in_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStandIn]:
    log = tmp_path_factory.mktemp("stand-in") / "stand-in.log"
    with running_stand_in(log) as running:
        yield running


@pytest.fixture
def stand_in(stand_in_server: RunningStandIn) -> RunningStandIn:
    """The session's stand-in model, behaving well until the test says otherwise."""
    stand_in_server.reset()
    return stand_in_server


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Redis of this session's own."""
    program = redis_program()
    port = services.free_port()
    folder = tmp_path_factory.mktemp("redis")
    argv = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as server:
        with Redis(port=port) as redis:
            until(lambda: _answers(redis))
        yield f"redis://127.0.0.1:{port}"
        server.terminate()


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The session's Redis, with nothing in it."""
    with Redis.from_url(redis_server) as redis:
        redis.flushall()
    return redis_server


def _answers(redis: Redis) -> bool:
    try:
        return bool(redis.ping())
    except RedisError:
        return False


def _hide_foreign_settings(patch: pytest.MonkeyPatch) -> None:
    for name in filter(_is_foreign, list(os.environ)):
        patch.delenv(name)


@cache
def _is_foreign(name: str) -> bool:
    listed = name.startswith(FOREIGN_PREFIXES) or name in FOREIGN_NAMES or name.lower().endswith("_proxy")
    return listed and name not in KEPT_NAMES


def _guarded_connect(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(sock: socket.socket, address: Any) -> Any:
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_unless_local(address[0])
        return connect(sock, address)

    return guarded


def _guarded_lookup(lookup: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_unless_local(host)
        return lookup(host, *args, **kwargs)

    return guarded


def _refuse_unless_local(host: str | bytes | None) -> None:
    name = host.decode() if isinstance(host, bytes) else host or "localhost"
    if name != "localhost" and not _is_local_address(name):
        raise NetworkRefused(f"Tests may not reach {name!r}. Point the code under test at a stand-in on 127.0.0.1.")


def _is_local_address(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
