"""Whether our own server answers at an address, and nothing else does."""

import json
from pathlib import Path

import pytest

from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.label_studio.health_probe import describe
from backend.errors import ServerError, StudioError
from demo import services
from tests.answering import answering
from tests.installation import Installation


@pytest.mark.slow
def test_our_server_answers(tmp_path: Path) -> None:
    mine = Installation.made(tmp_path, "http://127.0.0.1:1")
    with services.backend(services.free_port(), mine.env, log=tmp_path / "backend.log") as service:
        assert describe(service.url + "/", None, None) == f"answers at {service.url}"
        with pytest.raises(StudioError, match="LABEL_STUDIO_URL"):
            LabelStudioClient(service.url, "f" * 40).describe()


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"UP"', b'{"status": "UP"}', b'{"model_class": 3}'])
def test_something_else_is_told_from_it(body: bytes) -> None:
    with answering(200, body) as (url, _), pytest.raises(ServerError, match="is not this server"):
        describe(url, None, None)


def test_a_refused_login_is_told() -> None:
    with answering(401, b"") as (url, _), pytest.raises(ServerError, match="set BASIC_AUTH_USER and BASIC_AUTH_PASS"):
        describe(url, "me", "secret")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "ftp://127.0.0.1"])
def test_where_nothing_answers_it_says_how_to_start_it(url: str) -> None:
    with pytest.raises(ServerError, match="start the server, or give its address"):
        describe(url, None, None)


@pytest.mark.parametrize("found", [{}, [], "x", None, {"email": None}, {"release": {}}, [{"release": "1.23"}]])
def test_what_answers_without_the_fields_of_label_studio_is_none(found: object) -> None:
    with answering(200, json.dumps(found).encode()) as (url, _):
        studio = LabelStudioClient(url, "f" * 40)
        for ask in (studio.describe, studio.user, lambda: studio.project(1)):
            with pytest.raises(StudioError, match="is not Label Studio: correct LABEL_STUDIO_URL"):
                ask()
