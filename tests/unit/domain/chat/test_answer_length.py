"""How long an answer can be: every answer that keeps to the schema is shorter than its bound."""

import json

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.chat.answer_length import LEAST, most_tokens
from backend.domain.labels.config import read_config
from backend.domain.optimize.teacher_request import REWRITE
from tests.scripted import choices

names = st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=30, unique_by=str.casefold)


@given(names, st.data())
def test_no_answer_under_the_schema_is_longer(labels: list[str], data: st.DataObject) -> None:
    """No tokenizer makes more tokens than a text has bytes."""
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string", "enum": labels}, "b": {"type": "array", "items": {"enum": labels}}},
    }
    answer = {"a": data.draw(st.sampled_from(labels)), "b": labels}
    for indent in (None, 1):
        assert len(json.dumps(answer, indent=indent).encode()) <= (most_tokens(schema) or 0)


def test_many_long_labels_have_room() -> None:
    listed = choices(*(f"A long label, number {n}" for n in range(100)), choice="multiple")
    assert (most_tokens(listed.json_schema()) or 0) > 2 * 100 * 25
    assert most_tokens(choices("Good", "Bad").json_schema()) == LEAST


def test_where_an_answer_may_be_of_any_length_there_is_no_bound() -> None:
    assert most_tokens(REWRITE.json_schema()) is None
    assert most_tokens({"type": "string"}) is None
    assert most_tokens({"type": "array", "items": {"type": "string"}}) is None


def test_null_is_an_answer_too() -> None:
    maybe = read_config(
        '<View><Text name="t" value="$text"/><Choices name="a" toName="t"><Choice value="x"/></Choices>'
        '<Choices name="b" toName="t" visibleWhen="choice-selected"><Choice value="y"/></Choices></View>'
    )
    assert most_tokens(maybe.json_schema()) == LEAST
