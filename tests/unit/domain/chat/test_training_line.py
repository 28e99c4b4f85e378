"""Lines for fine-tuning: what would be asked, with the truth as the model would have to give it."""

import json
from typing import Any

import pytest

from backend.domain.answer import Answer
from backend.domain.chat.request import ChatRequest
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.chat.training_line import training_line
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.prompts.examples import Example, Examples
from backend.domain.task import Task
from tests.scripted import CONFIG, at, version

TWO = """<View><Text name="text" value="$text"/>
<Choices name="mood" toName="text"><Choice value="Good"/><Choice value="Bad"/></Choices>
<Rating name="stars" toName="text" required="true"/>
<Choices name="why" toName="text" visibleWhen="choice-selected" whenTagName="mood" whenChoiceValue="Bad">
<Choice value="Late"/><Choice value="Broken"/></Choices></View>"""


def request(schema: LabelSchema, text: str = "Fine.", **changed: Any) -> ChatRequest:
    made = RequestBuilder(version("How? {text}", schema, **changed), schema, at("http://t/v1")).request(
        Task(1, {"text": text})
    )
    assert isinstance(made, ChatRequest)
    return made


def line(config: str, said: dict[str, Any], **changed: Any) -> list[dict[str, str]]:
    schema = read_config(config)
    truth = schema.parse(said)
    assert isinstance(truth, dict)
    made = training_line(request(schema, **changed), truth, schema)
    assert made is not None
    assert made.isascii()
    return list(json.loads(made)["messages"])


def test_the_messages_are_those_that_are_sent_and_the_truth_answers() -> None:
    asked = request(read_config(CONFIG), system="Be fair.")
    *messages, reply = line(CONFIG, {"mood": "Good"}, system="Be fair.")
    assert messages == asked.messages
    assert reply == {"role": "assistant", "content": '{"mood": "Good"}'}


def test_examples_are_part_of_what_is_sent() -> None:
    shown = Examples(1, "fixed", (Example(7, {"text": "Bad."}, {"mood": "Bad"}),))
    roles = [message["role"] for message in line(CONFIG, {"mood": "Good"}, examples=shown)]
    assert roles == ["system", "user", "assistant", "user", "assistant"]


@pytest.mark.parametrize(
    "said", [{"mood": "Bad", "stars": 2, "why": "Late"}, {"mood": "Good", "stars": 5, "why": None}]
)
def test_the_answer_has_the_keys_of_the_answer_schema_in_its_order_and_is_read_as_the_truth(said: Any) -> None:
    schema = read_config(TWO)
    content = json.loads(line(TWO, said)[-1]["content"])
    assert list(content) == list(request(schema).template.answer_schema["properties"])
    assert schema.parse(content) == schema.parse(said)


def test_a_truth_that_no_answer_can_be_has_no_line() -> None:
    schema = read_config(TWO)
    lacking: Answer = {"mood": ("Good",), "stars": None, "why": None}  # type: ignore[dict-item]
    assert training_line(request(schema), lacking, schema) is None
