"""What an error says counts more than the status that a proxy gave it."""

import json
from typing import Any

import pytest

from backend.adapters.providers.meant_status import meant_status
from backend.domain.outcome import Failure
from backend.errors import ProviderError
from tests.scripted import request
from tests.unit.adapters.providers.test_chat_completions import HANG, ask, chat, error, failure

LITELLM = "litellm.AuthenticationError: AuthenticationError: OpenAIException - Incorrect API key provided: sk-1***2."
UPSTREAM = 'litellm.APIError: OpenAIException - {"error": {"message": "Too long", "code": "context_length_exceeded"}}'


def google(status: str) -> tuple[Any, ...]:
    return 503, {"error": {"message": "No.", "status": status}}, {}


KEY_REFUSED: dict[str, Any] = {
    "LiteLLM": error(500, message=LITELLM, type=None, code="500"),
    "LiteLLM, code": error(500, message="Authentication Error", type="auth_error", code="401"),
    "LiteLLM, type": error(500, message="No.", type="auth_error", code=None),
    "OpenAI": error(500, code="invalid_api_key"),
    "Anthropic": error(500, type="authentication_error"),
    "Google": google("UNAUTHENTICATED"),
    "a client's words": error(502, message="Error code: 401 - {'error': 'denied'}"),
    "axios": error(500, message="Request failed with status code 401"),
    "status 400": error(400, message="No.", type="auth_error"),
    "status 403": error(403, message="No.", code="invalid_api_key"),
    "status 200": {"error": {"message": "No.", "type": "authentication_error"}},
    "status 200, code 500": {"error": {"message": LITELLM, "code": 500}},
}
NO_MONEY: dict[str, Any] = {
    "LiteLLM": error(500, message="Budget has been exceeded! Current cost: 1.2", type="budget_exceeded", code="400"),
    "LiteLLM, type": error(500, message="No.", type="budget_exceeded"),
    "OpenAI": error(500, message="litellm.RateLimitError: OpenAIException - insufficient_quota"),
    "Anthropic": error(503, message="Your credit balance is too low to access the API."),
}
OF_ONE_TASK = [
    (error(500, type="permission_error"), "auth"),
    (error(500, message="litellm.PermissionDeniedError: key_model_access_denied"), "auth"),
    (google("PERMISSION_DENIED"), "auth"),
    (error(500, message="litellm.ContextWindowExceededError: too much"), "bad_request"),
    (error(500, message=UPSTREAM), "bad_request"),
    (error(500, message="the request exceeds the available context size, try increasing it"), "bad_request"),
    (error(500, message="This model's maximum context length is 8192 tokens."), "bad_request"),
    (error(500, code=400), "bad_request"),
    (error(500, message="litellm.ContentPolicyViolationError: no"), "refused"),
    (error(500, code="content_filter"), "refused"),
    (error(500, message="litellm.RateLimitError: slow down"), "rate_limited"),
    (error(500, code="429"), "rate_limited"),
    ({"error": {"message": "slow down", "type": "rate_limit_error"}}, "rate_limited"),
]
MAY_PASS = [
    error(500, message="context deadline exceeded"),
    error(500, message="litellm.InternalServerError: Connection error."),
    error(503, message="litellm.ServiceUnavailableError: the authentication service is busy"),
    error(500, message="litellm.Timeout: status code 408"),
    error(502, code=502, message="Provider returned error"),
    error(500, code="server_error", type="internal_error"),
    error(500, message={"a": ["b"]}, code={"c": 1}, type=7),
    error(500, code="499"),
    error(500, code="４０１"),
]


@pytest.mark.parametrize("who", KEY_REFUSED)
def test_a_refused_key_is_named_whatever_the_status(who: str) -> None:
    with pytest.raises(ProviderError, match="refused the key: check OPENAI_API_KEY"):
        ask(KEY_REFUSED[who])


@pytest.mark.parametrize("who", NO_MONEY)
def test_an_account_without_money_stops_a_run_whatever_the_status(who: str) -> None:
    with pytest.raises(ProviderError, match="has no quota left: add credit"):
        ask(NO_MONEY[who])


@pytest.mark.parametrize("fields", [{"code": "model_not_found"}, {"message": "model 'some-model' not found"}])
def test_an_unknown_model_is_named_whatever_the_status(fields: dict[str, str]) -> None:
    with pytest.raises(ProviderError, match="does not know model 'some-model'"):
        ask(error(500, None, **fields))


@pytest.mark.parametrize(("reply", "kind"), OF_ONE_TASK)
def test_a_refusal_in_a_500_is_no_outage(reply: Any, kind: str) -> None:
    assert failure(reply).kind == kind


@pytest.mark.parametrize("reply", MAY_PASS)
def test_what_may_pass_is_waited_for(reply: Any) -> None:
    assert failure(reply).kind == "server"


def test_a_tasks_text_that_is_repeated_means_nothing() -> None:
    text = "AuthenticationError: Incorrect API key provided, insufficient_quota, status code 401"
    found = failure(error(500, message=f"Could not read: {text}"), ask=request(text))
    assert (found.kind, meant_status(500, json.loads("[]"))) == ("server", 500)


def test_a_parameter_refused_in_a_500_is_left_out() -> None:
    words = "litellm.UnsupportedParamsError: some-model does not support parameters: {'logprobs': True}"
    _, provider = ask(error(500, message=words), chat())
    assert ["logprobs" in body for body in provider.bodies] == [True, False]


def test_a_404_quotes_what_the_provider_says() -> None:
    with pytest.raises(ProviderError, match=r'ends in /v1: "No endpoints found matching your data policy\."'):
        ask(error(404, message="No endpoints found matching your data policy."))


@pytest.mark.parametrize("code", [400, 402, 404])
def test_an_error_that_came_with_a_bill_was_paid_for_and_is_of_one_task(code: int) -> None:
    """As OpenRouter says it when a provider stops under way."""
    choice = {"message": None, "error": {"code": code, "message": "Provider returned error"}, "finish_reason": "error"}
    usage = {"prompt_tokens": 900, "completion_tokens": 40, "total_tokens": 940}
    found, provider = ask({"choices": [choice], "usage": usage})
    assert isinstance(found, Failure)
    assert (found.kind, found.unbilled, len(provider.bodies)) == ("bad_request", False, 1)


BILLED = {"choices": [{"message": None, "error": {"code": 400, "message": "No."}}], "usage": {"completion_tokens": 40}}


@pytest.mark.parametrize(
    ("second", "kind"), [(BILLED, "bad_request"), pytest.param(HANG, "timeout", marks=pytest.mark.slow), ({}, "server")]
)
def test_no_further_form_is_asked_after_what_may_be_charged(second: Any, kind: str) -> None:
    found, provider = ask(error(400, message="No, in words that nobody knows."), second, chat(), timeout_s=2)
    assert isinstance(found, Failure)
    assert (found.kind, found.unbilled, len(provider.bodies)) == (kind, False, 2)


def test_an_error_with_an_empty_bill_is_a_refusal() -> None:
    choice = {"message": None, "error": {"code": 404, "message": "No."}, "finish_reason": "error"}
    with pytest.raises(ProviderError, match="does not know model"):
        ask({"choices": [choice], "usage": {"prompt_tokens": 0, "completion_tokens": 0}})
