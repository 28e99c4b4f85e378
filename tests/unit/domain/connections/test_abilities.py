"""What a reply says about an ability."""

import base64
from typing import Any

import pytest

from backend.domain.connections.abilities import ABILITIES, Ability, reply_text, usage_found

BY_NAME = {ability.name: ability for ability in ABILITIES}


def reply(text: str | None = "yes", **more: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"content": text}, **more}]}


@pytest.mark.parametrize(
    ("name", "answer", "works", "detail"),
    [
        ("text", reply(), True, ""),
        ("text", reply(""), False, "the answer is empty"),
        ("text", {"choices": []}, False, "the answer is empty"),
        ("json_schema", reply('{"happy": "no"}'), True, ""),
        ("json_schema", reply('{"happy": "perhaps"}'), False, "taken, but not followed"),
        ("json_schema", reply("no"), False, "taken, but not followed"),
        ("json_object", reply('{"anything": 1}'), True, ""),
        ("json_object", reply("[1]"), False, "taken, but not followed"),
        ("log-probabilities", reply(logprobs={"content": [{"top_logprobs": [{}] * 5}, {}]}), True, "5 alternatives"),
        ("log-probabilities", reply(logprobs={"content": [{}]}), True, "without alternatives"),
        ("log-probabilities", reply(logprobs=None), False, "none came"),
        ("log-probabilities", reply(), False, "none came"),
        ("system part", reply("Banana!"), True, ""),
        ("system part", reply("no"), False, "taken, but not followed"),
        ("pictures", reply("Red."), True, ""),
        ("seed", reply(None), True, ""),
    ],
)
def test_a_reply_is_judged(name: str, answer: dict[str, Any], works: bool, detail: str) -> None:
    assert BY_NAME[name].judge(answer, 0) == (works, detail)


def test_the_name_of_the_longest_answer_is_the_one_that_was_taken() -> None:
    assert BY_NAME["longest answer"].judge(reply(), 1) == (True, "max_completion_tokens")


def test_usage_is_read_from_a_reply() -> None:
    assert usage_found({"usage": {"prompt_tokens": 9, "completion_tokens": 1}}).works
    assert not usage_found({"usage": None}).works
    assert not usage_found({}).works


def test_what_is_shown_is_whole() -> None:
    def part(ability: Ability) -> str:
        (body,) = ability.bodies
        return str(body["messages"][0]["content"][1])

    assert base64.b64decode(part(BY_NAME["pictures"]).partition("base64,")[2].partition("'")[0])[1:4] == b"PNG"
    assert base64.b64decode(part(BY_NAME["PDF files"]).partition("base64,")[2].partition("'")[0])[:4] == b"%PDF"
    assert reply_text({"choices": [{"message": None}]}) == ""
