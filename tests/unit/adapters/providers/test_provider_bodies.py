"""What well-known servers send, in forms of their own: refusals with status 200, accounts without money, usage."""

from typing import Any

import pytest

from backend.adapters.providers.prices import fixed_price
from backend.domain.chat.judged import judge
from backend.domain.outcome import Rejection
from backend.domain.resolution.resolve import usage_of
from backend.errors import ProviderError
from tests.scripted import request
from tests.unit.adapters.providers.test_chat_completions import ask, chat, completed, error, failure

pytestmark = pytest.mark.usefixtures("both_ways")

JSON = '{"mood": "Good"}'
NO_MONEY: dict[str, Any] = {
    "OpenAI, no code": error(429, message="You exceeded your current quota.", type="insufficient_quota", code=None),
    "Moonshot": error(429, message="Your account is suspended.", type="exceeded_current_quota_error"),
    "Zhipu": error(429, code="1113", message="Insufficient balance or no resource package. Please recharge."),
    "Anthropic": error(400, message="Your credit balance is too low to access the API.", type="invalid_request_error"),
    "LiteLLM": error(400, message="Budget has been exceeded! Current cost: 1.2", type="budget_exceeded", code="400"),
    "LiteLLM, a deployment": error(
        429,
        message="No deployments available - crossed budget: Exceeded budget for deployment model_name: m: 0.04 >= 1d",
        type="internal_server_error",
        code="429",
    ),
    "LiteLLM, a user": error(400, message="ExceededBudget: User=u over budget. Spend=2.0, Budget=1.0", code="400"),
    "OpenRouter, 200": {"error": {"message": "Insufficient credits", "code": 402}},
}
USAGES: dict[str, Any] = {
    "the total has thoughts": {"prompt_tokens": 21, "completion_tokens": 4, "total_tokens": 1025},
    "texts": {"prompt_tokens": "21", "completion_tokens": "4", "total_tokens": "1025"},
    "floats": {"prompt_tokens": 21.0, "completion_tokens": 4.0, "total_tokens": 1025.0},
    "thoughts apart": {"prompt_tokens": 21, "completion_tokens": 4, "reasoning_tokens": 1000},
    "other names": {"input_tokens": 21, "output_tokens": 1004},
    "other names, thoughts apart": {
        "input_tokens": 21,
        "output_tokens": 4,
        "output_tokens_details": {"reasoning_tokens": 1000},
    },
    "Gemini": {"promptTokenCount": 21, "candidatesTokenCount": 4, "thoughtsTokenCount": 1000, "totalTokenCount": 1025},
    "Gemini, snake case": {"prompt_token_count": 21, "candidates_token_count": 4, "thoughts_token_count": 1000},
    "Ollama": {"prompt_eval_count": 21, "eval_count": 1004},
}
NO_MODEL: dict[str, Any] = {
    "LiteLLM": error(
        400,
        message="/chat/completions: Invalid model name passed in model=some-model. Call `/v1/models` to view models.",
        type="invalid_request_error",
        code="400",
    ),
    "Mistral": error(400, message="Invalid model: some-model", type="invalid_model", code="1500"),
    "DeepSeek": error(400, message="Model Not Exist", type="invalid_request_error", code="invalid_request_error"),
    "OpenRouter": error(400, message="some-model is not a valid model ID", code=400),
    "OpenAI": error(400, message="The requested model 'some-model' does not exist.", code="model_not_found"),
}
BILL = {"usage": {"prompt_tokens": 900, "completion_tokens": 5}}
PROMPT_BILL = {"usage": {"prompt_tokens": 900, "completion_tokens": 0, "total_tokens": 900}}
FILTERED = {"finish_reason": "content_filter", "index": 0}
KEPT_BACK: dict[str, Any] = {
    "Gemini, message null": {"choices": [{**FILTERED, "message": None}], **BILL},
    "Gemini, no message": {"choices": [FILTERED], **BILL},
    "Gemini, its own reason": {"choices": [{"finish_reason": "content_filter: PROHIBITED_CONTENT"}], **BILL},
    "Gemini, no choices": {"object": "chat.completion", **PROMPT_BILL},
    "content null": {"choices": [{**FILTERED, "message": {"role": "assistant", "content": None}}], **BILL},
    "no content": {"choices": [{**FILTERED, "message": {"role": "assistant"}}], **BILL},
    "all null": {"choices": [{**FILTERED, "message": {}, "logprobs": None}], "model": None, "error": None, **BILL},
    "choices empty": {"choices": [], **PROMPT_BILL},
    "choices null": {"choices": None, **PROMPT_BILL},
    "choice null": {"choices": [None], **PROMPT_BILL},
    "usage in the choice": {"choices": [{**FILTERED, "message": None, **BILL}], "usage": None},
    "refusal true": {"choices": [{"finish_reason": "stop", "message": {"content": None, "refusal": True}}], **BILL},
}
NO_ANSWER: dict[str, Any] = {
    "another API": {"output": [], "usage": {"input_tokens": 3, "output_tokens": 4}},
    "a completion of text": {"choices": [{"text": JSON, "finish_reason": "stop"}], **BILL},
    "a part of a stream": {"choices": [{"delta": {"content": JSON}, "finish_reason": "stop"}], **BILL},
    "neither reason nor bill": {"choices": [{"message": None, "finish_reason": None}], "usage": None},
    "broken off": {"choices": [{"message": None, "finish_reason": "error"}], **BILL},
    "an error": {"choices": [], "error": {"code": 502, "message": "Upstream"}, **BILL},
}


@pytest.mark.parametrize("how", KEPT_BACK)
def test_an_answer_that_a_filter_keeps_back_is_a_refusal_that_was_paid_for(how: str) -> None:
    attempt = completed(KEPT_BACK[how])
    judged = judge([attempt], request().template.spec)
    assert isinstance(judged.verdict, Rejection)
    assert (judged.verdict.reason, judged.is_settled()) == ("refused", True)
    assert (attempt.text, attempt.prompt_tokens) == ("", 900)


def test_an_empty_message_without_a_filter_is_an_empty_answer() -> None:
    attempt = completed({"choices": [{"message": None, "finish_reason": "stop"}], **BILL})
    judged = judge([attempt], request().template.spec)
    assert isinstance(judged.verdict, Rejection)
    assert (judged.verdict.reason, judged.is_settled(), attempt.prompt_tokens) == ("empty", False, 900)


@pytest.mark.parametrize("how", NO_ANSWER)
def test_a_body_without_an_answer_is_still_the_servers_failure(how: str) -> None:
    assert failure(NO_ANSWER[how]).kind == "server"


@pytest.mark.parametrize("where", ["choice", "body"])
def test_moderation_beside_an_empty_choice_refuses_one_task(where: str) -> None:
    """As OpenRouter says it when a provider stops under way."""
    told = {"error": {"message": "Your input was flagged", "code": 403}}
    choice = {"message": {"content": ""}, "finish_reason": "error", **(told if where == "choice" else {})}
    assert failure({"choices": [choice], **(told if where == "body" else {})}).kind == "refused"


@pytest.mark.parametrize("who", NO_MODEL)
def test_an_unknown_model_stops_a_run_where_the_status_is_400(who: str) -> None:
    with pytest.raises(ProviderError, match="does not know model 'some-model'"):
        ask(NO_MODEL[who])


def test_what_a_task_says_of_a_model_is_not_taken_for_the_servers() -> None:
    text = "Invalid model name: the model does not exist."
    assert failure(error(400, message=f"I can't read: {text}"), ask=request(text)).kind == "bad_request"


def test_a_proxy_without_a_database_refuses_a_key_it_does_not_know() -> None:
    with pytest.raises(ProviderError, match="refused the key: check OPENAI_API_KEY"):
        ask(error(400, message="No connected db.", type="no_db_connection", code="400"))


@pytest.mark.parametrize("who", NO_MONEY)
def test_an_account_without_money_stops_a_run_in_whatever_words(who: str) -> None:
    with pytest.raises(ProviderError, match="has no quota left: add credit"):
        ask(NO_MONEY[who])


def test_a_rate_limit_that_speaks_of_a_quota_is_waited_for() -> None:
    """Gemini's, a minute long."""
    assert failure(error(429, message="You exceeded your current quota. Please retry in 32s.")).kind == "rate_limited"


@pytest.mark.parametrize(
    ("code", "named"), [(401, "OPENAI_API_KEY"), ("401", "OPENAI_API_KEY"), (404, "does not know")]
)
def test_a_refusal_with_status_200_is_one(code: int | str, named: str) -> None:
    with pytest.raises(ProviderError, match=named):
        ask({"error": {"message": "No.", "code": code}})


def test_moderation_with_status_200_refuses_one_task() -> None:
    assert failure({"error": {"message": "Your input was flagged", "code": 403}}).kind == "refused"


@pytest.mark.parametrize("code", [429, 502, None, "x", [], 99])
def test_other_errors_with_status_200_may_pass(code: object) -> None:
    assert failure({"error": {"message": "No.", "code": code}}).kind in ("rate_limited", "server")


@pytest.mark.parametrize("form", USAGES)
def test_what_is_billed_is_read_in_each_form(form: str) -> None:
    found = completed(chat(body={"usage": USAGES[form]}))
    assert (found.prompt_tokens, found.completion_tokens) == (21, 1004)


@pytest.mark.parametrize(
    "body",
    [
        {"prompt_eval_count": 21, "eval_count": 1004},
        {"usageMetadata": {"promptTokenCount": 21, "candidatesTokenCount": 1004, "cachedContentTokenCount": 8}},
        {"usage_metadata": {"prompt_token_count": 21, "total_token_count": 1025}},
    ],
)
def test_what_is_billed_is_found_where_native_answers_have_it(body: dict[str, Any]) -> None:
    found = completed(chat(body={"usage": None, **body}))
    assert (found.prompt_tokens, found.completion_tokens) == (21, 1004)


@pytest.mark.parametrize(
    "body", [{}, {"usage": None}, {"usage": {}}, {"usage": {"prompt_tokens": 21}}, {"usage": {"completion_tokens": 4}}]
)
def test_what_nobody_counted_costs_an_unknown_sum_and_not_nothing(body: dict[str, Any]) -> None:
    message = {"choices": [{"message": {"content": JSON}, "finish_reason": "stop"}]}
    usage = usage_of([completed(message | body)], 0.5, lambda model, _: fixed_price(1.0, 2.0)(model))
    assert (usage.cost_usd, usage.prompt_tokens, usage.completion_tokens) == (None, None, None)


def test_an_empty_answer_without_tokens_costs_its_prompt() -> None:
    usage = usage_of(
        [completed(chat("", body={"usage": {"prompt_tokens": 10**6}}))],
        0.5,
        lambda model, _: fixed_price(1.0, 2.0)(model),
    )
    assert (usage.cost_usd, usage.completion_tokens) == (1.0, 0)


def test_usage_may_stand_in_the_choice() -> None:
    found = completed(chat(usage={"prompt_tokens": 3, "completion_tokens": 4}, body={"usage": None}))
    assert (found.prompt_tokens, found.completion_tokens) == (3, 4)


@pytest.mark.parametrize(
    "content", [{"mood": "Good"}, [JSON], [{"type": "text", "text": JSON}], [None, {"type": None, "text": JSON}]]
)
def test_content_may_be_the_object_itself_or_in_parts(content: Any) -> None:
    assert completed(chat(content)).text == JSON
