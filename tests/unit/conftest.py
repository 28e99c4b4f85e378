"""What holds for unit tests: nobody waits for what will not come or will not be used."""

import os
import sqlite3
import ssl
from collections.abc import Hashable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, wraps
from pathlib import Path
from typing import Any

import certifi
import httpcore2
import pytest
import sqlalchemy as sa
from label_studio_sdk.core import http_client
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from backend.adapters.database import engine

END = "-----END CERTIFICATE-----"
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Here, unlike in the journeys, it is an error that something was left open."""
    is_here = cache(lambda path: path.is_relative_to(HERE))
    for item in items:
        if is_here(item.path):
            item.add_marker(pytest.mark.filterwarnings("error::ResourceWarning"))


@pytest.fixture(scope="session", autouse=True)
def nothing_is_made_twice(tmp_path_factory: pytest.TempPathFactory, one_authority: Path) -> Iterator[None]:
    """One fixture for all of these: pytest looks each fixture up again for each test."""
    with ExitStack() as stack:
        stack.enter_context(label_studio_is_asked_again_at_once())
        stack.enter_context(no_disk_is_waited_for())
        stack.enter_context(new_databases_are_copied(tmp_path_factory.mktemp("migrated")))
        stack.enter_context(statements_are_compiled_once())
        stack.enter_context(routes_are_compiled_once())
        stack.enter_context(clients_load_one_authority(one_authority))
        yield


@contextmanager
def label_studio_is_asked_again_at_once() -> Iterator[None]:
    """Where none listens, the SDK's two further tries would take three seconds of each test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http_client, "INITIAL_RETRY_DELAY_SECONDS", 0.01)
        yield


@contextmanager
def new_databases_are_copied(folder: Path) -> Iterator[None]:
    """A new SQLite file becomes a copy of one that all migrations have made: they take longer than most tests."""
    migrate = engine._migrate

    @cache
    def migrated() -> bytes:
        file = folder / "record.sqlite3"
        opened = sa.create_engine(f"sqlite:///{file}")
        sa.event.listen(opened, "connect", engine._prepare_sqlite)
        migrate(opened)
        opened.dispose()
        return file.read_bytes()

    def copy_or_migrate(opened: sa.Engine) -> None:
        file = Path(opened.url.database or "")
        if opened.dialect.name == "sqlite" and file.is_file() and not file.stat().st_size:
            file.write_bytes(migrated())
        migrate(opened)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_migrate", copy_or_migrate)
        yield


@contextmanager
def no_disk_is_waited_for() -> Iterator[None]:
    """SQLite's commits wait until the disk has written, so that they outlive a crash of the machine. No file of a test
    does."""
    prepare = engine._prepare_sqlite

    @wraps(prepare)
    def without_waiting(connection: sqlite3.Connection, record: Any) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA synchronous=OFF")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_prepare_sqlite", without_waiting)
        yield


@contextmanager
def statements_are_compiled_once() -> Iterator[None]:
    """Each engine compiles a statement when it first meets it, for its dialect; nearly each test with a database has
    an engine of its own, and compiles longer than it waits for the database."""
    compiled = LRUCache[Any, Any](5000)

    def share(connection: sa.Connection) -> None:
        connection.execution_options(compiled_cache=compiled)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DefaultDialect, "__eq__", lambda one, other: type(one) is type(other))
        patch.setattr(DefaultDialect, "__hash__", lambda one: hash(type(one)))
        sa.event.listen(sa.Engine, "engine_connect", share)
        yield
        sa.event.remove(sa.Engine, "engine_connect", share)


@contextmanager
def routes_are_compiled_once() -> Iterator[None]:
    """Each application compiles its hundred routes, which takes longer than most of its tests."""
    compile_builder = Rule._compile_builder
    compiled: dict[Hashable, Any] = {}

    def once(rule: Rule, append_unknown: bool = True) -> Any:
        key = (*rule._trace, *(rule.defaults or {}).items(), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@pytest.fixture(scope="session")
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first certificate of the usual file."""
    first, _, _ = Path(certifi.where()).read_text(encoding="utf-8").partition(END)
    file = tmp_path_factory.mktemp("authority") / "one.pem"
    file.write_text(first + END + "\n", encoding="utf-8")
    return file


@contextmanager
def clients_load_one_authority(one_authority: Path) -> Iterator[None]:
    """A client loads the certificates of all authorities, in 30 ms, and hundreds of tests make one to talk to a server
    of their own. These share what trusts one authority; a test that names another file gets what trusts that one."""
    load = httpcore2.default_ssl_context

    @cache
    def loaded(trust_env: bool, file: str | None) -> ssl.SSLContext:
        return load(_trust_env=trust_env)

    def shared(*, _trust_env: bool = True) -> ssl.SSLContext:
        return loaded(_trust_env, os.environ.get("SSL_CERT_FILE"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(one_authority))
        patch.setattr(certifi, "where", lambda: str(one_authority))
        patch.setattr(httpcore2, "default_ssl_context", shared)
        yield
