"""Which connections are used again, when they are closed, and how they are made: names, IPv6, certificates."""

import asyncio
import socket
import ssl
from pathlib import Path

import aiohttp
import httpx2
import pytest

from backend.adapters.providers.connection_pool import connector_of
from tests.certificates import self_signed, server_context
from tests.scripted import run
from tests.unit.adapters.providers.raw_server import CLOSE, RawServer, asked, pooled
from tests.unit.adapters.providers.test_http_connection import SIMPLE, until


def test_requests_at_once_have_a_connection_each_and_share_them_afterwards() -> None:
    async def scene() -> tuple[int, int]:
        async with RawServer([SIMPLE]).running() as server, pooled(server) as pool:
            await asyncio.gather(*(asked(pool) for _ in range(20)))
            most = server.connections
            for _ in range(20):
                await asked(pool)
            return most, server.connections

    assert run(scene()) == (20, 20)


def test_a_connection_that_nobody_used_for_a_while_is_closed() -> None:
    async def scene() -> int:
        async with RawServer([SIMPLE]).running() as server, pooled(server, idle_s=0.05) as pool:
            await asyncio.gather(*(asked(pool) for _ in range(5)))
            await until(lambda: not server.open)
            assert pool._idle == []
            await asked(pool)
            await until(lambda: not server.open)
            return server.connections

    assert run(scene()) == 6


def test_one_that_was_used_meanwhile_stays_open() -> None:
    async def scene() -> tuple[int, int]:
        async with RawServer([SIMPLE]).running() as server, pooled(server, idle_s=60) as pool:
            await asyncio.gather(asked(pool), asked(pool))
            pool._idle[0].free_since -= 61
            pool._close_idle()
            await until(lambda: server.open == 1)
            await asked(pool)
            return server.connections, len(pool._idle)

    assert run(scene()) == (2, 1)


def test_one_that_has_been_idle_too_long_is_not_used_although_its_time_was_not_noticed() -> None:
    async def scene() -> int:
        async with RawServer([SIMPLE]).running() as server, pooled(server, idle_s=60) as pool:
            await asked(pool)
            pool._idle[0].free_since -= 61
            await asked(pool)
            return server.connections

    assert run(scene()) == 2


def test_one_that_the_server_closed_meanwhile_is_not_used() -> None:
    async def scene() -> int:
        async with RawServer([SIMPLE]).running() as server, pooled(server) as pool:
            await asked(pool)
            server.hang_up()
            await until(lambda: not pool._idle[0].is_open)
            await asked(pool)
            return server.connections

    assert run(scene()) == 2


def test_a_request_is_not_repeated_when_its_server_hangs_up() -> None:
    """It may have been charged."""

    async def scene() -> tuple[int, int]:
        async with RawServer([SIMPLE], [CLOSE], [SIMPLE]).running() as server, pooled(server) as pool:
            await asked(pool)
            with pytest.raises(ConnectionError):
                await asked(pool)
            sent = len(server.bodies)
            await asked(pool)
            return sent, server.connections

    assert run(scene()) == (2, 2)


def test_all_are_closed_with_the_session_those_in_use_too() -> None:
    async def scene() -> object:
        async with RawServer([SIMPLE], []).running() as server:
            async with pooled(server) as pool:
                await asked(pool)
                waiting = asyncio.create_task(asked(pool))
                await until(lambda: len(server.bodies) == 2)
                other = asyncio.create_task(asked(pool))
                await until(lambda: len(server.bodies) == 3)
                assert server.open == 2
            await until(lambda: not server.open)
            with pytest.raises(aiohttp.ClientConnectionError):
                await asked(pool)
            return await asyncio.gather(waiting, other, return_exceptions=True)

    assert [type(each) for each in run(scene())] == [ConnectionResetError] * 2  # type: ignore[attr-defined]


def test_nobody_listens() -> None:
    async def scene() -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            server = RawServer()
            server.port = probe.getsockname()[1]
        async with pooled(server) as pool:
            await asked(pool)

    with pytest.raises(aiohttp.ClientConnectorError):
        run(scene())


def test_a_name_is_reached_at_the_address_that_answers() -> None:
    """localhost may be ::1, where nobody listens."""

    async def scene() -> bytes:
        async with RawServer([SIMPLE]).running() as server, pooled(server, "localhost") as pool:
            return (await asked(pool)).body

    assert run(scene()) == b"hi"


def test_an_address_of_ipv6_is_reached() -> None:
    async def scene() -> bytes:
        async with RawServer([SIMPLE]).running("::1") as server, pooled(server, "::1") as pool:
            return (await asked(pool)).body

    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("there is no IPv6 here")
    assert run(scene()) == b"hi"


@pytest.mark.parametrize("long", [b"{}", bytes(5_000_000)], ids=["short", "long"])
def test_a_certificate_of_the_right_name_is_accepted(tmp_path: Path, long: bytes) -> None:
    certificate = self_signed(tmp_path, "DNS:localhost")
    names: list[str | None] = []

    async def scene() -> tuple[bytes, int, int]:
        tls = server_context(certificate)
        tls.sni_callback = lambda _socket, name, _context: names.append(name)
        trusting = ssl.create_default_context(cafile=certificate)
        async with RawServer([SIMPLE]).running(tls=tls) as server, pooled(server, "localhost", tls=trusting) as pool:
            await asked(pool, long)
            reply = await asked(pool, long)
            return reply.body, len(server.bodies[1]), server.connections

    assert run(scene()) == (b"hi", len(long), 1)
    assert names == ["localhost"]


@pytest.mark.parametrize(("name", "trusted"), [("DNS:elsewhere.test", True), ("DNS:localhost", False)])
def test_any_other_certificate_is_refused_and_nothing_is_sent(tmp_path: Path, name: str, trusted: bool) -> None:
    certificate = self_signed(tmp_path, name)

    async def scene() -> RawServer:
        trusting = ssl.create_default_context(cafile=certificate if trusted else None)
        server = RawServer([SIMPLE])
        async with server.running(tls=server_context(certificate)), pooled(server, "localhost", tls=trusting) as pool:
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await asked(pool)
        return server

    assert run(scene()).heads == []


def test_a_client_of_another_kind_has_no_connector() -> None:
    async def found() -> object:
        async with httpx2.AsyncClient() as client:
            return connector_of(client, httpx2.URL("http://127.0.0.1:1/v1"))

    assert run(found()) is None
