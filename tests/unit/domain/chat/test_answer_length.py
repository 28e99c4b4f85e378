"""How long an answer can be: every answer that keeps to the schema is shorter than its bound."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.chat.answer_length import LEAST, is_length_free, most_tokens
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


@pytest.mark.parametrize(
    "parameters",
    [
        {"max_tokens": 7},
        {"Max_Completion_Tokens": 9},
        {"extra_body": {"max_tokens": 7}},
        {"reasoning_effort": "low"},
        {"reasoning": {"effort": "high", "exclude": False}},
        {"reasoning": {"exclude": True}},
        {"thinking": {"type": "enabled", "budget_tokens": 1024}},
        {"chat_template_kwargs": {"enable_thinking": True}},
        {"extra_body": {"google": {"thinking_config": {"thinking_budget": 512, "include_thoughts": False}}}},
        {"extra_body": {"google": {"thinking_config": {"include_thoughts": False}}}},
        {"include_reasoning": False},
        {"separate_reasoning": False},
        {"reasoning": {"effort": None, "max_tokens": 4000}},
        {"reasoning": {"enabled": True, "max_tokens": 0}},
        {"thinking_budget": -1},
        {"extra_body": [{"think": True}]},
        {"extra_body": [[{"max_tokens": 7}]]},
    ],
)
def test_parameters_that_bound_an_answer_or_ask_for_thoughts_leave_no_other_bound(parameters: dict[str, Any]) -> None:
    assert is_length_free(parameters)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"temperature": 0, "stop": ["reason", "I think", "max_tokens"]},
        {"reasoning_effort": "none"},
        {"reasoning": {"effort": "none"}},
        {"reasoning": {"enabled": False}},
        {"thinking": {"type": "disabled"}},
        {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}},
        {"extra_body": {"google": {"thinking_config": {"thinking_budget": 0, "include_thoughts": False}}}},
        {"reasoning_effort": None},
        {"think": False},
        {"thinkingBudget": 0},
        {"extra_body": [{"think": False}, "max_tokens"]},
    ],
)
def test_parameters_that_ask_for_no_thoughts_leave_the_bound(parameters: dict[str, Any]) -> None:
    assert not is_length_free(parameters)
