"""What else might have been said: read where it is in OpenAI's form, and left out where it is not."""

from dataclasses import replace
from typing import Any

import pytest

from backend.adapters.providers.response import to_completion
from backend.adapters.providers.rivals import branches_in
from backend.domain.chat.request import ChatRequest
from tests.scripted import GOOD, completion, template

ASK = ChatRequest(template(), "x")
SAID = completion(GOOD, logprobs=((GOOD, -0.5),))


def body(**token: Any) -> dict[str, Any]:
    return {"choices": [{"logprobs": {"content": [{"token": GOOD, "logprob": -0.5, **token}]}}]}


def test_rivals_are_kept_with_their_bytes() -> None:
    told = [{"token": "?", "bytes": list(GOOD.encode()), "logprob": -0.5}, {"token": "no", "logprob": -1}]
    assert branches_in(body(top_logprobs=told), ASK, SAID) == ((0, GOOD, -0.5, ((GOOD, -0.5), ("no", -1.0))),)


@pytest.mark.parametrize(
    "told", [None, [], "x", [{}], [{"token": 1, "logprob": 0}], [{"token": "a"}], [{"token": "a", "logprob": "nan"}]]
)
def test_anything_else_is_left_out(told: Any) -> None:
    assert branches_in(body(top_logprobs=told), ASK, SAID) is None


def test_nothing_is_read_where_nothing_was_asked() -> None:
    told = body(top_logprobs=[{"token": GOOD, "logprob": -0.5}])
    assert branches_in(told, ChatRequest(template(logprobs=False), "x"), SAID) is None
    assert branches_in(told, ASK, replace(SAID, logprobs=None)) is None


def test_the_log_probability_of_a_token_has_eight_significant_digits() -> None:
    """Also where the answer was read in fewer pieces than its server listed tokens, because an end mark is no piece."""
    for logprob, kept in ((-0.3333333432674408, -0.33333334), (-1.1920928955078125e-07, -1.1920929e-07), (0, 0)):
        told = body(top_logprobs=[{"token": "no", "logprob": -1}], logprob=logprob)
        told["choices"][0]["message"] = {"content": GOOD}
        found = []
        for end in ([], [{"token": "<eos>", "logprob": 0}]):
            told["choices"][0]["logprobs"]["content"] += end
            found.append(branches_in(told, ASK, to_completion("", "m", told)))
        assert found == [((0, GOOD, kept, (("no", -1.0),)),)] * 2
