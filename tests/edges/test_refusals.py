"""Refusals: what an HTTP error says, and whether it is about one task, about the key, or about the input."""

import pytest

from backend.core.answers import read
from backend.core.chat import MODERATED, ChatRequest
from backend.core.outcomes import Failure, Rejection
from backend.edges.refusals import MOST
from tests.edges.test_llm import ASK, KEY, ask, completed, error, failure
from tests.scripted import frame

MODERATIONS = [
    error(403, message="Your chosen model requires moderation and your input was flagged.", code=403),
    error(400, message="The response was filtered.", code="content_filter"),
    error(400, message="Content Exists Risk", code="data_inspection_failed"),
    error(400, message="Your request was rejected.", type="image_generation_user_error", code="moderation_blocked"),
    error(400, message="The prompt triggered Azure OpenAI's content management policy."),
    error(403, message="Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_DATA_LEAKAGE"),
    (400, {"error": "prompt was flagged"}, {}),
]
NOT_MODERATIONS = [
    error(403, message="Forbidden"),
    error(403, message="Your organization does not allow this model."),
    error(400, message="Unknown field: 'policy'"),
    (403, b"<html><title>Forbidden</title></html>", {}),
]
KEYS = [
    error(400, message="API key not valid. Please pass a valid API key."),
    error(400, message="Incorrect API key provided: sk-ve***. You can obtain an API key from https://console.x.ai."),
    (422, {"detail": "Invalid api_key"}, {}),
    (400, {"message": "Access token expired"}, {}),
]


@pytest.mark.parametrize("reply", MODERATIONS)
def test_what_moderation_refuses_is_a_fact_about_the_task(reply) -> None:
    found = completed(reply)
    assert (found.finish_reason, found.refused) == (MODERATED, True)
    assert (found.prompt_tokens, found.completion_tokens, found.attempt) == (0, 0, 0)
    verdict = read(found, ASK.frame.schema)
    assert isinstance(verdict, Rejection)
    assert verdict.reason == "refused"


@pytest.mark.parametrize("reply", NOT_MODERATIONS)
def test_other_refusals_are_failures_that_are_asked_again(reply) -> None:
    found = failure(reply)
    assert found.kind in ("refused", "bad_request")
    assert found.unbilled


def test_words_of_a_task_that_are_repeated_mean_nothing() -> None:
    text = "was my input flagged by moderation, or is the API key not valid?"
    asked = ChatRequest(frame(), text)
    found, _ = ask(error(400, message=f"Too long: {text}"), ask=asked)
    assert isinstance(found, Failure)
    assert (found.kind, found.stops) == ("bad_request", "")


@pytest.mark.parametrize("reply", KEYS)
def test_a_wrong_key_is_named_whatever_the_status(reply) -> None:
    found = failure(reply)
    assert found.kind == "auth"
    assert "OPENAI_API_KEY" in found.stops


@pytest.mark.parametrize(
    ("status", "kind", "named"),
    [(403, "refused", "'some-model'"), (404, "bad_request", "OPENAI_BASE_URL"), (405, "bad_request", "/v1")],
)
def test_what_may_be_about_everything_says_so(status, kind, named) -> None:
    found = failure(error(status, message="No way."))
    assert (found.kind, found.detail) == (
        kind,
        f"The model's server refused the request ({status}): No way.",
    )
    assert named in found.stops


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Model needs the header X-Team to be set", "Model needs the header X-Team to be set"),
        ("one\ntwo\x1b[31m\u202e three", "one two [31m three"),
        (f"the key {KEY} is odd", "the key … is odd"),
        ("x" * 100_000, "x" * (MOST - 1) + "…"),
    ],
)
def test_a_provider_is_quoted_in_one_short_printable_line(said, shown) -> None:
    assert failure(error(400, message=said)).detail == f"The model's server refused the request (400): {shown}"


def test_a_code_is_short_too() -> None:
    assert len(failure(error(400, message="No.", code="c" * 100_000)).detail) < 200


def test_how_long_it_asks_to_wait_is_said() -> None:
    found = failure(error(429, {"Retry-After": "1500"}))
    assert (found.detail, found.retry_after) == (
        "The provider's rate limit was reached: it asks to wait 25 minutes.",
        1500,
    )
    assert failure(error(503, {"Retry-After": "5"})).detail == (
        "The model's server answered 503: it asks to wait 5 seconds."
    )
