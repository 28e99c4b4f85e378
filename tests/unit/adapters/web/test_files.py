"""Files of the web, over real HTTP on this machine: what is read, and who is never asked."""

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from backend.adapters.web.file_answer import NOT_COMPRESSED, answer_of, trouble_of
from backend.adapters.web.files import Deadline, PrivateAddressError, WebFiles, addresses_of, is_public, short
from backend.domain.outcome import Failure
from tests.pictures import FileServer, ServedFile, file_server

MOST = 1000
HERE = ["127.0.0.1"]


@pytest.fixture
def files() -> Iterator[FileServer]:
    with file_server() as running:
        yield running


@pytest.fixture
def web() -> WebFiles:
    """It takes this machine for a host of the internet."""
    return WebFiles(lambda host, port: HERE, lambda address: True)


def named(files: FileServer, path: str, host: str = "pictures.test") -> str:
    return f"http://{host}:{files.url.rpartition(':')[2]}{path}"


def reason_of(answer: bytes | Failure) -> str:
    assert isinstance(answer, Failure)
    return answer.detail


def test_a_file_is_read_under_the_name_of_its_host_without_credentials(files: FileServer, web: WebFiles) -> None:
    files.paths["/a.png?x=1"] = ServedFile(b"bytes")
    address = named(files, "/a.png?x=1", "user:secret@pictures.test")
    assert web.read(address, MOST) == b"bytes"
    ((_, headers),) = files.asked
    assert headers["host"] == named(files, "").removeprefix("http://")
    assert not {"authorization", "cookie", "x-api-key"} & headers.keys()
    assert headers["accept-encoding"] == NOT_COMPRESSED["Accept-Encoding"]


def test_a_redirect_is_followed_and_ends_somewhere(files: FileServer, web: WebFiles) -> None:
    files.paths |= {"/a": ServedFile(status=302, location="/b"), "/b": ServedFile(b"there")}
    assert web.read(named(files, "/a"), MOST) == b"there"
    files.paths["/b"] = ServedFile(status=302, location="/a")
    assert "without an end" in reason_of(web.read(named(files, "/a"), MOST))


def test_no_redirect_leads_into_a_private_network(files: FileServer) -> None:
    names = {"pictures.test": HERE, "metadata.test": ["169.254.169.254"]}
    web = WebFiles(lambda host, port: names[host], lambda address: address in HERE)
    files.paths["/a"] = ServedFile(status=302, location="http://metadata.test/latest/")
    with pytest.raises(PrivateAddressError, match=r"metadata\.test"):
        web.read(named(files, "/a"), MOST)
    assert len(files.asked) == 1


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"])
def test_this_machine_is_not_asked_by_whatever_name(files: FileServer, host: str) -> None:
    with pytest.raises(PrivateAddressError):
        WebFiles().read(named(files, "/a", host), MOST)
    assert files.asked == []


def test_one_private_address_among_several_is_enough(files: FileServer) -> None:
    web = WebFiles(lambda host, port: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(PrivateAddressError):
        web.read("https://both.test/a.png", MOST)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "ff02::1",
        "2001:0:1::",
        "fec0::1",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b:1::7f00:1",
        "5f00::1",
        "4000::1",
    ],
)
def test_an_address_of_a_private_network_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"])
def test_an_address_of_the_internet_is(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("encoding", ["gzip", "GZIP, gzip", "identity, deflate"])
def test_what_a_server_compresses_is_never_unpacked(files: FileServer, web: WebFiles, encoding: str) -> None:
    files.paths["/a"] = ServedFile(gzip.compress(bytes(10**6)), encoding=encoding)
    assert "its server compresses it" in reason_of(web.read(named(files, "/a"), 2 * 10**6))


def test_an_encoding_that_packs_nothing_is_read_as_it_is(files: FileServer, web: WebFiles) -> None:
    files.paths["/a"] = ServedFile(b"bytes", encoding="aws-chunked")
    assert web.read(named(files, "/a"), MOST) == b"bytes"


def test_a_server_that_sends_a_byte_now_and_then_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10_000, 7))
    monkeypatch.setattr("backend.adapters.web.file_answer.time.monotonic", lambda: float(next(clock)))
    slow = httpx.Response(200, content=(b"x" for _ in range(1000)))
    answer = answer_of(slow, "https://slow.test/x.png", MOST)
    assert isinstance(answer, Failure)
    assert (answer.kind, "did not come within 60 s" in answer.detail) == ("timeout", True)


def test_names_are_looked_up() -> None:
    assert set(addresses_of("localhost", 80)) <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://host:99999/", "gopher://host/", "x"])
def test_an_address_that_cannot_be_asked_is_told(url: str, web: WebFiles) -> None:
    assert "cannot be asked" in reason_of(web.read(url, MOST))


def test_a_host_that_nobody_knows_is_told() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror("Name or service not known")

    assert reason_of(WebFiles(unknown).read("https://gone.test/x.png", MOST)) == (
        "is on a host that nobody knows (gone.test): correct its address."
    )


def test_nobody_answers(web: WebFiles) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        answer = web.read(f"http://pictures.test:{taken.getsockname()[1]}/x.png", MOST)
    assert isinstance(answer, Failure)
    assert (answer.kind, "cannot be read from pictures.test (ConnectError)" in answer.detail) == ("connection", True)


def test_a_file_that_is_too_large_is_not_read_to_its_end(files: FileServer, web: WebFiles) -> None:
    files.paths |= {"/most": ServedFile(b"x" * MOST), "/more": ServedFile(b"x" * 5 * 10**6)}
    assert web.read(named(files, "/most"), MOST) == b"x" * MOST
    assert reason_of(web.read(named(files, "/more"), 2 * 10**6)) == "is larger than 2 MB (MAX_IMAGE_MB)."


def test_a_file_that_is_cut_is_told(files: FileServer, web: WebFiles) -> None:
    files.paths["/cut"] = ServedFile(b"abc", length=500)
    answer = web.read(named(files, "/cut"), MOST)
    assert isinstance(answer, Failure)
    assert answer.kind == "connection"


def test_the_type_that_a_server_tells_is_not_trusted(files: FileServer, web: WebFiles) -> None:
    files.paths["/in"] = ServedFile(b"bytes", kind="text/html; charset=utf-8")
    assert web.read(named(files, "/in"), MOST) == b"bytes"


def test_a_host_may_have_a_name_of_any_letters(files: FileServer, web: WebFiles) -> None:
    files.paths["/a"] = ServedFile(b"bytes")
    assert web.read(named(files, "/a", "bücher.test"), MOST) == b"bytes"
    assert files.asked[0][1]["host"].startswith("xn--bcher-kva.test:")


@pytest.mark.parametrize(
    ("status", "query", "kind", "words"),
    [
        (404, "", "bad_task", "is not there (404)."),
        (410, "", "bad_task", "is not there (410)."),
        (401, "", "bad_task", "is behind a login (401)."),
        (403, "", "bad_task", "is behind a login (403)."),
        (403, "?X-Amz-Signature=ab&X-Amz-Expires=60", "bad_task", "whose signature has expired (403)"),
        (400, "?X-Goog-Signature=ab", "bad_task", "whose signature has expired (400)"),
        (403, "?sv=1&sig=ab", "bad_task", "whose signature has expired (403)"),
        (404, "?sig=ab", "bad_task", "is not there (404)."),
        (429, "", "server", "try again later"),
        (503, "", "server", "try again later"),
        (418, "", "bad_task", "cannot be read (its server answers 418)."),
        (204, "", "bad_task", "cannot be read (its server answers 204)."),
    ],
)
def test_each_refusal_has_a_sentence_of_its_own(status: int, query: str, kind: str, words: str) -> None:
    failure = trouble_of(status, f"https://bucket.test/a.png{query}")
    assert failure.kind == kind
    assert words in failure.detail


@pytest.fixture
def dripping() -> Iterator[int]:
    """The port of a server that sends its headers byte by byte, and never ends."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            with suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                    while True:
                        connection.sendall(b"x")
                        done.wait(0.02)

        done = threading.Event()
        thread = threading.Thread(target=drip)
        thread.start()
        yield int(server.getsockname()[1])
        done.set()
        thread.join()


def test_a_server_that_drips_its_headers_holds_nobody_longer_than_a_file_may_take(dripping: int) -> None:
    web = WebFiles(lambda host, port: HERE, lambda address: True, within_s=0.3)
    answer = web.read(f"http://slow.test:{dripping}/x.png", MOST)
    assert answer == Failure("timeout", "did not come within 60 s: try again later.")


def test_a_long_host_is_cut(files: FileServer) -> None:
    web = WebFiles(lambda host, port: HERE)
    with pytest.raises(PrivateAddressError) as told:
        web.read(f"http://{'a.' * 5000}test/", MOST)
    assert str(told.value) == f"{('a.' * 5000)[:60]}…"
    assert short("x\u202ey") == "x\\u202ey"


class Stream:
    def __init__(self, end: socket.socket) -> None:
        self.end = end

    def get_extra_info(self, name: str) -> Any:
        return self.end if name == "socket" else None


@pytest.mark.parametrize("late", [False, True], ids=["connected in time", "connected too late"])
def test_who_waits_for_a_connection_that_is_cut_waits_no_longer(late: bool) -> None:
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    with ours, theirs, Deadline(0.0 if late else 0.2) as deadline:
        if late:
            deadline._timer.join()
        deadline.trace("connection.connect_tcp.complete", {"return_value": Stream(ours)})
        assert ours.recv(1) == b""
        assert deadline.passed


def test_one_that_is_done_is_left_alone() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with Deadline(60) as deadline:
            deadline.trace("http11.send_request_headers.started", {"request": None})
            deadline.trace("connection.connect_tcp.complete", {"return_value": Stream(ours)})
        theirs.sendall(b"x")
        assert (ours.recv(1), deadline.passed) == (b"x", False)
