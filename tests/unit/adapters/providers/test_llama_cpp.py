"""How many requests a llama.cpp server works on at once; another server says nothing of it."""

import json

import pytest

from backend.adapters.providers.llama_cpp import slots
from tests.answering import answering


@pytest.mark.parametrize(
    ("status", "body", "number"),
    [
        (200, {"total_slots": 4}, 4),
        (200, {"total_slots": 0}, None),
        (200, {"total_slots": "4"}, None),
        (200, {"total_slots": 10**9}, None),
        (200, {}, None),
        (200, [4], None),
        (404, {"error": "no such page"}, None),
    ],
)
def test_the_slots_are_read_where_there_are_any(status: int, body: object, number: int | None) -> None:
    with answering(status, json.dumps(body).encode()) as (url, seen):
        assert slots(f"{url}/v1", "sk-of-a-test") == number
    assert seen == [("/props", "Bearer sk-of-a-test")]


def test_what_is_no_json_or_no_server_has_none() -> None:
    with answering(200, b"<html>") as (url, _):
        assert slots(f"{url}/v1", None) is None
    assert slots(f"{url}/v1", None) is None
    assert slots("no address", None) is None
