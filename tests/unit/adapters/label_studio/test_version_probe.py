"""Which Label Studio answers, told without a token; whatever else answers there is none."""

import json
from socket import create_server

import pytest

from backend.adapters.label_studio.version_probe import label_studio_version
from tests.answering import answering

PATIENCE_S = 20


@pytest.mark.parametrize("end", ["", "/", "//"])
def test_its_release_is_read_without_a_token(end: str) -> None:
    with answering(200, json.dumps({"release": "1.23.2", "other": {}}).encode()) as (url, asked):
        assert label_studio_version(url + end, PATIENCE_S) == "1.23.2"
    assert asked == [("/api/version", None)]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"3", b"null", b'"release"', b"{}", b'{"release": 3}', b'{"release": null}', b"\xff"],
)
def test_something_else_has_no_version(body: bytes) -> None:
    with answering(200, body) as (url, asked):
        assert label_studio_version(url, PATIENCE_S) is None
    assert len(asked) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "", "ftp://127.0.0.1", "http://127.0.0.1:x"])
def test_an_address_that_leads_nowhere_has_no_version(url: str) -> None:
    assert label_studio_version(url, PATIENCE_S) is None


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    """It takes the connection and never answers."""
    with create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert label_studio_version(url, 0.05) is None
