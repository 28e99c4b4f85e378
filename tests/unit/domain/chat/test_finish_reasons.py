import pytest

from backend.domain.chat.finish_reasons import is_broken_off, is_cut, is_refusal

WHOLE = ("stop", "STOP", "eos", "eos_token", "stop_sequence", "end_turn", "COMPLETE", "tool_calls", "function_call", "")
CUT = (
    *("length", "MAX_TOKENS", "max_output_tokens", "model_length", "token_limit", "limit", "time_limit", "timeout"),
    *("model_context_window_exceeded", "context_length_exceeded", "incomplete", "truncated", "ERROR_LIMIT", "abort"),
    *("cancelled", "insufficient_system_resource", "interrupted"),
)
REFUSED = (
    *("content_filter", "CONTENT_FILTERED", "SAFETY", "IMAGE_SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST"),
    *("SPII", "refusal", "sensitive", "guardrail_intervened", "moderation"),
)


@pytest.mark.parametrize("reason", WHOLE)
def test_a_model_that_was_done(reason: str) -> None:
    assert (is_cut(reason), is_broken_off(reason), is_refusal(reason)) == (False, False, False)


@pytest.mark.parametrize("reason", CUT)
def test_a_text_that_may_have_gone_on(reason: str) -> None:
    assert is_cut(reason)
    assert not is_refusal(reason)


@pytest.mark.parametrize("reason", REFUSED)
def test_an_answer_that_the_provider_kept_back(reason: str) -> None:
    assert is_refusal(reason)
    assert not is_cut(reason)


@pytest.mark.parametrize("reason", ["error", "ERROR", "engine_error", "abort", "insufficient_system_resource"])
def test_an_answer_that_the_server_gave_up(reason: str) -> None:
    assert is_broken_off(reason)
