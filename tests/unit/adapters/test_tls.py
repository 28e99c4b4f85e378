"""Which authorities are trusted, and when they are read."""

import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.adapters.tls import LateContext, client_context
from backend.errors import SettingsError
from tests.certificates import self_signed, server_context

AIOHTTP = """
import ssl

read = []
ssl.SSLContext.load_default_certs = lambda *_: read.append("authorities")
ssl.SSLContext.set_default_verify_paths = lambda *_: read.append("their folders")
import threading
import backend.adapters.providers

at_once, kinds = ssl.create_default_context, []
real = ssl.SSLContext


class Other(threading.Thread):
    def run(self):
        kinds.append(type(ssl.create_default_context(capath="/")))


def meanwhile(*_):
    if not kinds:
        other = Other()
        other.start()
        other.join()


ssl.SSLContext.set_alpn_protocols = meanwhile  # is called while aiohttp makes its contexts
import aiohttp.connector as connector

assert kinds == [real], kinds
assert read == [], read
made = connector._SSL_CONTEXT_VERIFIED._context()
assert read == ["authorities"], read
assert made.verify_mode == ssl.CERT_REQUIRED and made.check_hostname
assert connector._SSL_CONTEXT_UNVERIFIED.verify_mode == ssl.CERT_NONE
assert ssl.create_default_context is at_once
assert ssl.SSLContext.set_default_verify_paths.__name__ == "<lambda>"
"""


class Handshake:
    """Two ends of TLS in memory."""

    def __init__(self, client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> None:
        there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.client = client.wrap_bio(back, there, server_hostname=name)
        self.server = server.wrap_bio(there, back, server_side=True)

    def run(self) -> None:
        waiting = [self.client, self.server]
        for _ in range(4):
            for end in list(waiting):
                try:
                    end.do_handshake()
                except ssl.SSLWantReadError:
                    continue
                waiting.remove(end)
        assert not waiting


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return self_signed(tmp_path, "DNS:model.test")


@pytest.fixture
def no_own_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("no_own_authorities")
def test_authorities_are_read_for_the_first_connection_and_once(certificate: Path) -> None:
    read: list[str] = []

    def make() -> ssl.SSLContext:
        read.append("authorities")
        return ssl.create_default_context(cafile=certificate)

    context = client_context(make)
    context.set_alpn_protocols(["http/1.1"])
    assert read == []
    server = server_context(certificate)
    server.set_alpn_protocols(["http/1.1"])
    for _ in range(2):
        handshake = Handshake(context, server, "model.test")
        handshake.run()
        assert handshake.client.selected_alpn_protocol() == "http/1.1"
    assert read == ["authorities"]


@pytest.mark.parametrize(
    ("make", "name"),
    [(ssl.create_default_context, "model.test"), (None, "another.test")],
    ids=["nobody who is trusted signed it", "it is of another server"],
)
def test_a_late_context_trusts_whom_the_other_trusts(
    certificate: Path, make: Callable[[], ssl.SSLContext] | None, name: str
) -> None:
    context = LateContext(make or (lambda: ssl.create_default_context(cafile=certificate)))
    with pytest.raises(ssl.SSLCertVerificationError):
        Handshake(context, server_context(certificate), name).run()


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["no such file", "another file"])
def test_authorities_that_cannot_be_read_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    file = tmp_path / "authorities.pem"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(SettingsError, match=r"No certificates can be read for SSL_CERT_FILE=.*authorities\.pem:"):
        client_context(lambda: ssl.create_default_context(cafile=file))


def test_a_folder_of_authorities_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "authorities"))
    with pytest.raises(SettingsError, match=r"No certificates can be read for SSL_CERT_DIR=.*authorities:"):
        client_context(lambda: ssl.create_default_context(capath=tmp_path / "authorities"))


def test_authorities_of_the_environment_are_read_at_once(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = client_context(lambda: ssl.create_default_context(cafile=certificate))
    assert not isinstance(context, LateContext)
    assert len(context.get_ca_certs()) == 1


def test_aiohttp_is_imported_without_reading_authorities() -> None:
    subprocess.run([sys.executable, "-c", AIOHTTP], check=True, timeout=60)
