"""HTTP to Label Studio when what answers is cut, down or somebody else: a real server that says what it is told."""

import base64
import gc
import json
import subprocess
import sys
import weakref
from collections.abc import Iterator
from email.message import Message
from typing import Any

import pytest

from backend.adapters.label_studio import http as module
from backend.adapters.label_studio.credential import OF_PERSON, Credential
from backend.adapters.label_studio.http import Faulted, LabelStudioHttp, NotFound, Refused, Unreachable
from backend.adapters.label_studio.json_body import JsonList
from backend.errors import StudioError
from tests.answering import QuietHandler, serving


class Saying:
    """What the server answers to everything; `cut`: it promises more than it sends; `before`: the first statuses."""

    def __init__(self) -> None:
        self.status, self.body, self.cut = 200, b"[]", False
        self.before: list[int] = []
        self.asked = 0
        self.received = b""
        self.headers: Message = Message()


@pytest.fixture
def saying() -> Saying:
    return Saying()


@pytest.fixture
def http(saying: Saying, monkeypatch: pytest.MonkeyPatch) -> Iterator[LabelStudioHttp]:
    monkeypatch.setattr(module, "READ_PAUSE_S", 0.0)

    class SayingHandler(QuietHandler):
        def do_GET(self) -> None:
            saying.received = self.received()
            saying.asked += 1
            saying.headers = self.headers
            status = saying.before.pop(0) if saying.before else saying.status
            self.answer(saying.body, status, len(saying.body) + 1000 * saying.cut)

        do_POST = do_GET

    with serving(SayingHandler) as url:
        yield LabelStudioHttp(url, "f" * 40)


def test_a_request_is_freed_without_the_garbage_collector(http: LabelStudioHttp, saying: Saying) -> None:
    freed = list[weakref.ref[Any]]()
    hooks = http._client.httpx_client.event_hooks["response"]
    hooks.append(lambda response: freed.extend(map(weakref.ref, (response, response.request, response.request.stream))))
    gc.collect()
    gc.disable()
    try:
        for body in (b"[1]", JsonList([b"1"]), None):
            http.call("POST", "api/x", body=body)
            assert len(freed) >= 3
        assert [ref() for ref in freed] == [None] * 9
    finally:
        gc.enable()


def test_a_list_is_read_exactly(http: LabelStudioHttp, saying: Saying) -> None:
    saying.body = '[{"a": [1, 0.1, null, true, "é\\u0000"]}, 2]'.encode()
    assert list(http.rows("api/x")) == [{"a": [1, 0.1, None, True, "é\0"]}, 2]


def test_a_list_that_is_cut_is_known_to_be(http: LabelStudioHttp, saying: Saying) -> None:
    saying.body, saying.cut = b'[{"id": 1}, {"id": 2}, {"i', True
    with pytest.raises(Unreachable):
        list(http.rows("api/x"))


@pytest.mark.parametrize("body", [b"[1, 2", b"", b'[{"id": '])
def test_a_list_that_does_not_end_is_none(http: LabelStudioHttp, saying: Saying, body: bytes) -> None:
    saying.body = body
    with pytest.raises(Unreachable):
        list(http.rows("api/x"))


def test_a_page_of_somebody_else_is_told(http: LabelStudioHttp, saying: Saying) -> None:
    saying.body = b"<html>Welcome</html>"
    for read in (lambda: list(http.rows("api/x")), lambda: http.call("GET", "api/x")):
        with pytest.raises(StudioError, match="LABEL_STUDIO_URL"):
            read()


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, NotFound), (400, Refused), (500, Faulted), (507, Faulted), (502, Unreachable), (504, Unreachable)],
)
def test_refusals_and_who_is_not_there_are_told_apart(
    http: LabelStudioHttp, saying: Saying, status: int, kind: type[StudioError]
) -> None:
    saying.status = status
    for read in (lambda: list(http.rows("api/x")), lambda: http.call("POST", "api/x", body={})):
        with pytest.raises(StudioError) as error:
            read()
        assert type(error.value) is kind
        assert getattr(error.value, "late", False) == (status == 504)


@pytest.mark.parametrize("status", [500, 502])
def test_a_list_is_asked_for_again_when_label_studio_fails_for_a_moment(
    http: LabelStudioHttp, saying: Saying, status: int
) -> None:
    saying.before, saying.body = [status, status], b"[1, 2]"
    assert (list(http.rows("api/x")), saying.asked) == ([1, 2], 3)


def test_a_list_that_label_studio_always_fails_to_give_is_an_error(http: LabelStudioHttp, saying: Saying) -> None:
    saying.status, saying.body = 500, b'{"detail": "database is locked"}'
    with pytest.raises(Faulted, match="answered 500, try again later: database is locked") as error:
        list(http.rows("api/x"))
    assert (saying.asked, error.value.status, error.value.late) == (3, 500, False)


def test_what_is_refused_is_not_asked_for_again(http: LabelStudioHttp, saying: Saying) -> None:
    saying.status = 400
    with pytest.raises(Refused):
        list(http.rows("api/x"))
    assert saying.asked == 1


def test_bytes_are_sent_as_they_are(http: LabelStudioHttp, saying: Saying) -> None:
    http.call("POST", "api/x", body=b'[{"a":1}]')
    assert saying.received == b'[{"a":1}]'


@pytest.mark.parametrize("number", [0, 1, 2000])
def test_a_list_goes_in_pieces_and_says_how_long_it_is(http: LabelStudioHttp, saying: Saying, number: int) -> None:
    items = [{"task": task, "text": "é" * 50} for task in range(number)]
    http.call("POST", "api/x", body=JsonList([json.dumps(item).encode() for item in items]))
    assert json.loads(saying.received) == items, "the server reads as many bytes as it is told"
    assert saying.headers["Content-Type"] == "application/json"
    assert "Transfer-Encoding" not in saying.headers


@pytest.mark.slow
def test_httpx_does_not_bring_its_command_line() -> None:
    code = (
        "import sys; from backend.adapters.label_studio.http import LabelStudioHttp; "
        "LabelStudioHttp('http://127.0.0.1:9', 'f' * 40); print({'rich', 'pygments', 'click'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "set()\n"


def test_nobody_there(http: LabelStudioHttp) -> None:
    nobody = LabelStudioHttp("http://127.0.0.1:1", "f" * 40)
    for read in (lambda: list(nobody.rows("api/x")), lambda: nobody.call("POST", "api/x", body={})):
        with pytest.raises(Unreachable, match="start it"):
            read()


def test_its_connections_are_closed_when_nobody_has_it_any_more(http: LabelStudioHttp) -> None:
    mine = LabelStudioHttp(http._address, "f" * 40)
    mine.call("GET", "api/x")
    client = mine._client.httpx_client
    assert not client.is_closed
    del mine
    gc.collect()
    assert client.is_closed


def token(**claims: object) -> str:
    """A personal access token with these claims, as Label Studio makes them."""
    parts = ({"alg": "HS256", "typ": "JWT"}, {"token_type": "refresh", **claims})
    head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return f"{head}.{body}.c2lnbmF0dXJl"


@pytest.mark.parametrize("claims", [{"exp": 1_000_000_000}, {}])
def test_a_token_that_has_expired_is_one_sentence(claims: dict[str, object]) -> None:
    with pytest.raises(StudioError, match="has expired or is damaged: make a new one") as error:
        LabelStudioHttp("http://127.0.0.1:1", token(**claims))
    assert token(**claims) not in str(error.value)
    with pytest.raises(Refused, match="Your token of Label Studio has expired or is damaged: copy a new one") as told:
        LabelStudioHttp("http://127.0.0.1:1", token(**claims), personal=True)
    assert (told.value.status, token(**claims) in str(told.value)) == (401, False)


@pytest.mark.parametrize(("status", "sentence"), [(401, OF_PERSON.refused), (403, OF_PERSON.forbidden)])
def test_a_person_is_not_told_of_a_setting_of_the_server(
    http: LabelStudioHttp, saying: Saying, status: int, sentence: str
) -> None:
    saying.status = status
    passed_on = LabelStudioHttp(http._address, None, Credential("Authorization", "Token mine"))
    for mine in (passed_on, LabelStudioHttp(http._address, "f" * 40, personal=True)):
        with pytest.raises(Refused) as told:
            mine.call("POST", "api/x", body={})
        assert (told.value.status, str(told.value)) == (status, sentence)
    with pytest.raises(Refused, match="check LABEL_STUDIO_API_KEY"):
        http.call("POST", "api/x", body={})
