"""Lists of the Batch API end: where the server says so, where it repeats itself, and after so many pages."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from backend.adapters.providers import batch_api as module
from backend.adapters.providers.batch_api import BatchApi
from backend.adapters.providers.model_connection import ModelConnection
from backend.domain.outcome import Failure
from backend.errors import ProviderError
from tests.answering import QuietHandler, serving

Listing = Callable[[str], dict[str, Any]]
"""The page behind an id, "" for the first."""
PER_PAGE = 20


class Lists:
    """What the server lists; `asked`: behind which ids."""

    def __init__(self) -> None:
        self.page: Listing = whole(0)
        self.asked: list[str] = []


@pytest.fixture
def lists() -> Lists:
    return Lists()


@pytest.fixture
def api(lists: Lists) -> Iterator[BatchApi]:
    class ListsHandler(QuietHandler):
        def do_GET(self) -> None:
            after = parse_qs(urlsplit(self.path).query).get("after", [""])[0]
            lists.asked.append(after)
            self.answer(json.dumps(lists.page(after)).encode())

    with serving(ListsHandler) as url:
        yield BatchApi(ModelConnection(f"{url}/v1", "sk-any", 5))


def entry(number: int) -> dict[str, Any]:
    """A batch, and a file: each has what the other needs."""
    file = {"filename": f"name-{number}", "purpose": "batch", "bytes": 1, "input_file_id": f"file-{number}"}
    times = {"created_at": 1, "completion_window": "24h", "endpoint": "/v1/chat/completions"}
    return {"id": f"id-{number}", "object": "batch", "status": "completed", **file, **times}


def whole(number: int, **more: Any) -> Listing:
    """So many entries, page by page."""

    def page(after: str) -> dict[str, Any]:
        first = int(after.removeprefix("id-")) + 1 if after else 0
        last = min(first + PER_PAGE, number)
        return {"object": "list", "data": [entry(n) for n in range(first, last)], "has_more": last < number, **more}

    return page


def test_it_is_found_on_a_later_page(api: BatchApi, lists: Lists) -> None:
    lists.page = whole(100)
    found = api.find("file-45")
    assert found is not None
    assert (found.id, lists.asked) == ("id-45", ["", "id-19", "id-39"])
    assert api.find_file("name-99") == "id-99"


@pytest.mark.parametrize("more", [{}, {"has_more": None}])
def test_what_is_not_there_is_not_found(api: BatchApi, lists: Lists, more: dict[str, Any]) -> None:
    lists.page = whole(100, **more)
    assert (api.find("file-100"), api.find_file("name-100")) == (None, None)


@pytest.mark.parametrize("more", [{"has_more": True}, {"has_more": None}])
def test_a_server_that_repeats_its_first_page_is_asked_twice_and_says_nothing_of_the_rest(
    api: BatchApi, lists: Lists, more: dict[str, Any]
) -> None:
    lists.page = lambda _after: whole(3, **more)("")
    for find in (api.find, api.find_file):
        with pytest.raises(ProviderError, match="lists batches without an end"):
            find("another")
    assert lists.asked == ["", "id-2"] * 2
    assert api.find("file-1") is not None


def test_a_list_without_an_end_is_an_error(api: BatchApi, lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PAGES", 4)
    lists.page = whole(10**9)
    for find in (api.find, api.find_file):
        with pytest.raises(ProviderError, match="lists batches without an end: run it without a batch"):
            find("another")
    assert len(lists.asked) == 10, "one page more shows that there is more"


def test_whether_there_is_a_list_takes_one_request(api: BatchApi, lists: Lists) -> None:
    lists.page = whole(10**9)
    api.check_list()
    assert lists.asked == [""]


FILTERED = {"code": "content_filter", "message": "The response was filtered."}
USAGE = {"prompt_tokens": 9, "completion_tokens": 1}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"choices": [], "error": FILTERED, "usage": USAGE}, "bad_request"),
        (
            200,
            {"choices": [{"error": {"code": 403, "message": "No."}, "message": None}], "usage": USAGE},
            "bad_request",
        ),
        (500, {"error": {"message": "Error code: 400 - too long", "type": "invalid_request_error"}}, "bad_request"),
        (500, {"error": {"message": "Out of memory"}}, "server"),
        (429, {"error": {"message": "Slow down"}}, "rate_limited"),
        (200, {"choices": [], "error": {"code": 429}}, "rate_limited"),
        (200, ["no", "answer"], "server"),
        (200, {"choices": 5}, "server"),
        (200, {"choices": [{"message": 5}]}, "server"),
    ],
)
def test_a_refusal_in_a_batch_is_of_the_kind_that_it_means(status: int, body: Any, kind: str) -> None:
    line = {"custom_id": "d", "response": {"status_code": status, "body": body}, "error": None}
    read = module._result(json.dumps(line), "m")
    assert read is not None
    assert isinstance(read[1], Failure)
    assert read[1].kind == kind


@pytest.mark.parametrize("body", [{"object": "list", "data": None}, {"object": "list"}, {}])
def test_an_empty_list_has_nothing(api: BatchApi, lists: Lists, body: dict[str, Any]) -> None:
    lists.page = lambda _after: body
    assert api.find("file-1") is None
