"""What else might have been said: read where it is in OpenAI's form, and left out where it is not."""

from dataclasses import replace
from typing import Any

import pytest

from backend.adapters.providers.rivals import with_branches
from backend.domain.chat.request import ChatRequest
from tests.scripted import GOOD, completion, template

ASK = ChatRequest(template(), "x")
SAID = completion(GOOD, logprobs=((GOOD, -0.5),))


def body(**token: Any) -> dict[str, Any]:
    return {"choices": [{"logprobs": {"content": [{"token": GOOD, "logprob": -0.5, **token}]}}]}


def test_rivals_are_kept_with_their_bytes() -> None:
    told = [{"token": "?", "bytes": list(GOOD.encode()), "logprob": -0.5}, {"token": "no", "logprob": -1}]
    found: Any = with_branches(SAID, body(top_logprobs=told), ASK)
    assert found.branches == ((0, GOOD, -0.5, ((GOOD, -0.5), ("no", -1.0))),)


@pytest.mark.parametrize(
    "told", [None, [], "x", [{}], [{"token": 1, "logprob": 0}], [{"token": "a"}], [{"token": "a", "logprob": "nan"}]]
)
def test_anything_else_leaves_the_completion_as_it_is(told: Any) -> None:
    assert with_branches(SAID, body(top_logprobs=told), ASK) == SAID


def test_nothing_is_read_where_nothing_was_asked() -> None:
    told = body(top_logprobs=[{"token": GOOD, "logprob": -0.5}])
    assert with_branches(SAID, told, ChatRequest(template(logprobs=False), "x")) == SAID
    assert with_branches(replace(SAID, logprobs=None), told, ASK).branches is None  # type: ignore[union-attr]
