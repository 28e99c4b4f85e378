"""What users have stored and paid for: digests that were in use before rules, phrases and headings were read.

`digests.json`: config -> the tag of the prompt made from it, the schema's digest, that of a request.
"""

import json
from pathlib import Path

import pytest

from backend.domain.chat.request import ChatRequest
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.labels.config import read_config
from backend.domain.prompts.default_prompt import auto_tag, default_version
from backend.domain.task import Task
from tests.scripted import at

KEPT = json.loads((Path(__file__).parent / "data/digests.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", KEPT)
def test_a_plain_config_leads_to_the_same_requests_for_ever(name: str) -> None:
    xml, tag, digest, request = KEPT[name]
    schema = read_config(xml).as_of(digest)
    version = default_version(schema, 7, "m")
    task = Task(1, {"text": "one\n two", "title": "T", "body": "<b>B</b>"})
    made = RequestBuilder(version, schema, at("http://model.test/v1")).request(task)
    assert isinstance(made, ChatRequest)
    assert (auto_tag(version), schema.digest, made.digest) == (tag, digest, request)
    assert read_config(xml).fits(digest)
