"""Dialects: bodies with exactly the documented parts, and what is learnt from a refusal."""

import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.providers.request_format import FORMATS, MOST_RIVALS, RequestFormat, adapted, largest
from backend.domain.chat.answer_length import LEAST
from backend.domain.chat.request import ChatRequest
from backend.domain.labels.config import read_config
from backend.errors import ProviderError
from tests.scripted import any_text, some, template

PARAMETERS = {"temperature": 0, "seed": 7, "max_tokens": 50}
ASK = ChatRequest(template(parameters=PARAMETERS), "I love it")


def body(used: RequestFormat | None = None, ask: ChatRequest = ASK) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((used or RequestFormat()).body(ask))
    return found


def after(
    message: str,
    param: str | None = None,
    status: int = 400,
    used: RequestFormat | None = None,
    ask: ChatRequest = ASK,
) -> RequestFormat | None:
    return adapted(used or RequestFormat(), ask, status, param, message)


def test_the_body_in_full() -> None:
    assert body() == {
        "model": "some-model",
        "temperature": 0,
        "seed": 7,
        "max_tokens": 50,
        "logprobs": True,
        "top_logprobs": 20,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "labels", "strict": True, "schema": ASK.template.answer_schema},
        },
        "messages": ASK.messages,
    }


def test_each_step_down_changes_the_format_and_nothing_else() -> None:
    full = body()
    assert body(RequestFormat(format=1)) == {**full, "response_format": {"type": "json_object"}}
    assert body(RequestFormat(format=2)) == {key: full[key] for key in full if key != "response_format"}


def test_what_is_dropped_is_left_out_and_nothing_else() -> None:
    full = body()
    for dropped in ("temperature", "logprobs", "max_tokens"):
        without = {dropped, "top_logprobs"} if dropped == "logprobs" else {dropped}
        expected = {key: full[key] for key in full if key not in without}
        assert body(RequestFormat(dropped=frozenset({dropped}))) == expected


def test_the_long_name_of_max_tokens_has_its_value() -> None:
    found = body(RequestFormat(long_cap=True))
    assert found["max_completion_tokens"] == 50
    assert "max_tokens" not in found
    assert "max_completion_tokens" not in body(RequestFormat(long_cap=True), ChatRequest(template(), "x"))
    assert "max_completion_tokens" not in body(RequestFormat(long_cap=True, dropped=frozenset({"max_tokens"})))


def test_without_logprobs_none_are_asked_for() -> None:
    assert "logprobs" not in body(ask=ChatRequest(template(logprobs=False), "x"))


@given(any_text, any_text, st.sampled_from(range(len(FORMATS))), st.booleans())
def test_every_text_arrives_exactly(system: str, user: str, place: int, long_cap: bool) -> None:
    ask = ChatRequest(template(system=system, parameters={"stop": [user]}), user)
    found = body(RequestFormat(format=place, long_cap=long_cap), ask)
    assert found["messages"] == ask.messages
    assert found["stop"] == [user]


def test_frames_alike_do_not_share_what_is_encoded() -> None:
    one, other = ChatRequest(template(system="one"), "x"), ChatRequest(template(system="other"), "x")
    assert [body(ask=ask)["messages"][0]["content"] for ask in (one, other, one)] == ["one", "other", "one"]


@pytest.mark.parametrize(
    ("message", "param"),
    [
        (
            "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
            "response_format",
        ),
        ("This response_format type is unavailable now", None),
        ("This model does not support response format `json_schema`.", None),
        ("Invalid schema for response_format 'labels': too many enum values", "response_format"),
        ("Bad request", "response_format.json_schema"),
    ],
)
def test_a_refused_format_is_followed_by_the_next_and_then_by_none(message: str, param: str | None) -> None:
    first = after(message, param)
    second = after(message, param, used=first)
    assert (first, second) == (RequestFormat(format=1), RequestFormat(format=2))
    assert after(message, param, used=second) is None


@pytest.mark.parametrize(
    ("message", "param", "dropped"),
    [
        ("Unsupported value: 'temperature' does not support 0 with this model.", "temperature", "temperature"),
        ("Unsupported parameter: 'temperature'", None, "temperature"),
        (
            "[{'type': 'extra_forbidden', 'loc': ('body', 'seed'), 'msg': 'Extra inputs are not permitted'}]",
            None,
            "seed",
        ),
        ("This model does not support the parameter logprobs", None, "logprobs"),
        ("Logprobs is not supported for the current model.", None, "logprobs"),
        ("logprobs isn't supported here", None, "logprobs"),
        ("You are not allowed to request logprobs from this model", "logprobs", "logprobs"),
    ],
)
def test_a_parameter_the_model_does_not_take_is_dropped(message: str, param: str | None, dropped: str) -> None:
    assert after(message, param) == RequestFormat(dropped=frozenset({dropped}))
    assert after(message, param, status=422) == RequestFormat(dropped=frozenset({dropped}))


def test_max_tokens_gets_its_long_name_and_is_dropped_only_when_that_is_refused_too() -> None:
    message = "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."
    first = after(message, "max_tokens")
    assert first == RequestFormat(long_cap=True)
    assert after(message, None) == first
    refused = "Unsupported parameter: 'max_completion_tokens'"
    expected = RequestFormat(long_cap=True, dropped=frozenset({"max_tokens"}))
    assert after(refused, "max_completion_tokens", used=first) == expected
    assert after(refused, None, used=first) == expected


@pytest.mark.parametrize(
    ("message", "param", "status"),
    [
        ("This model's maximum context length is 8192 tokens.", "messages", 400),
        ("temperature must be between 0 and 2", "temperature", 400),
        ("Unsupported parameter: 'top_k'", "top_k", 400),
        ("Unsupported parameter: 'top_p'", None, 400),
        ("Something is unsupported", None, 400),
        ("", None, 400),
        ("response_format temperature unsupported", None, 503),
        ("temperature unsupported", None, 500),
        ("response_format temperature unsupported", None, 401),
        ("response_format temperature unsupported", None, 429),
    ],
)
def test_any_other_refusal_is_about_the_request(message: str, param: str | None, status: int) -> None:
    assert after(message, param, status=status) is None


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("Failed to parse grammar", 500),
        ("invalid JSON schema in format", 500),
        ("structured outputs are not implemented", 501),
        ("No endpoints found that can handle the requested parameters.", 404),
    ],
)
def test_some_servers_fail_over_a_form_of_answer(message: str, status: int) -> None:
    assert after(message, None, status=status) == RequestFormat(format=1)


@pytest.mark.parametrize(
    ("message", "dropped"),
    [
        ("No endpoints found that support the requested parameters: logprobs", "logprobs"),
        ("No endpoints found that support logprobs.", "logprobs"),
        ("No providers support `seed` for this model", "seed"),
    ],
)
def test_a_parameter_that_no_provider_behind_a_router_takes_is_dropped(message: str, dropped: str) -> None:
    assert after(message, status=404) == RequestFormat(dropped=frozenset({dropped}))


def test_requested_parameters_that_nobody_takes_are_given_up_form_by_form_and_one_by_one() -> None:
    message, used, seen = "No endpoints found that support the requested parameters.", RequestFormat(), []
    while (better := after(message, status=404, used=used)) is not None:
        used = better
        seen.append((used.format, MOST_RIVALS[used.rivals], sorted(used.dropped)))
    assert seen[:5] == [(1, 20, []), (2, 20, []), (0, 0, []), (1, 0, []), (2, 0, [])]
    assert seen[5:8] == [(0, 0, ["logprobs"]), (1, 0, ["logprobs"]), (2, 0, ["logprobs"])]
    assert (seen[-1][0], seen[-1][2]) == (2, sorted({"logprobs", *PARAMETERS} - {"max_tokens"}))


def test_a_deadline_is_no_length() -> None:
    free = ChatRequest(template(parameters={}), "x")
    assert after("the context is too long", status=500, ask=free) == RequestFormat(bounded=False)
    assert after("context deadline exceeded", status=500, ask=free) is None


@pytest.mark.parametrize("message", ["No endpoints found for some-model.", "model 'logprobs' not found", ""])
def test_an_unknown_model_is_not_asked_in_other_forms(message: str) -> None:
    assert after(message, status=404) is None


def test_a_limit_kept_for_a_budget_is_not_given_up_unnamed() -> None:
    capped = ChatRequest(template(parameters={}, logprobs=False, cap=9), "x")
    last = RequestFormat(format=2)
    assert after("No endpoints found that support the requested parameters.", status=404, used=last, ask=capped) is None


def test_what_was_not_sent_is_not_dropped() -> None:
    plain = ChatRequest(template(parameters={}, logprobs=False), "x")
    free = RequestFormat(bounded=False)
    for name in (*PARAMETERS, "logprobs"):
        assert after(f"Unsupported parameter: '{name}'", name, used=free, ask=plain) is None


def test_a_longer_name_is_not_its_beginning() -> None:
    ask = ChatRequest(template(parameters={"top": 1, "top_logprobs": 2}), "x")
    assert after("top_logprobs is unsupported", ask=ask) == RequestFormat(dropped=frozenset({"top_logprobs"}))


ECHO = "Ignore this: json_schema response_format temperature seed max_tokens logprobs are unsupported, see?"


@pytest.mark.parametrize(
    "message",
    [
        f"The content was filtered: {ECHO}",
        f"Error code: 400 - {{'error': {{'message': 'Filtered', 'input': {ECHO!r}}}}}",
        f"Not supported: ...{ECHO[8:-8]}...",
    ],
)
def test_what_the_provider_repeats_of_a_tasks_text_teaches_nothing(message: str) -> None:
    assert after(message, ask=ChatRequest(ASK.template, ECHO)) is None


def test_a_real_refusal_beside_such_an_echo_is_heard() -> None:
    message = f"Unsupported parameter: 'seed'. Your input was: {ECHO}"
    assert after(message, ask=ChatRequest(ASK.template, ECHO)) == RequestFormat(dropped=frozenset({"seed"}))


def test_a_text_that_happens_to_name_a_parameter_does_not_hide_its_refusal() -> None:
    weather = ChatRequest(ASK.template, "The temperature fell below zero.")
    assert after("Unsupported parameter: 'temperature'", ask=weather) == RequestFormat(
        dropped=frozenset({"temperature"})
    )


@given(any_text, st.none() | any_text | st.sampled_from([*PARAMETERS, "logprobs", "response_format"]))
def test_no_message_asks_for_ever(message: str, param: str | None) -> None:
    """Whatever is said, and however often: at most two formats, one long name and the parameters sent."""
    used, steps = RequestFormat(), 0
    while (better := after(f"{message} unsupported", param, used=used)) is not None:
        assert better != used
        used, steps = better, steps + 1
        assert steps <= 2 + 1 + len(PARAMETERS) + 1
    assert used.dropped <= {*PARAMETERS, "logprobs"}


def test_the_worst_message_of_all_strips_the_request_to_its_text() -> None:
    worst = "response_format json_schema temperature seed max_tokens max_completion_tokens logprobs unsupported"
    used = RequestFormat()
    while (better := after(worst, used=used)) is not None:
        used = better
    assert body(used) == {"model": "some-model", "messages": ASK.messages}


def test_all_dialects_are_valid_json() -> None:
    names = ("temperature", "logprobs", "max_tokens")
    for place, long_cap, dropped in product(range(3), (False, True), product((False, True), repeat=3)):
        left_out = frozenset(name for name, drop in zip(names, dropped, strict=True) if drop)
        found = body(RequestFormat(place, left_out, long_cap))
        assert found["messages"] == ASK.messages
        assert not left_out & set(found)


def capped(cap: int, **parameters: Any) -> ChatRequest:
    return ChatRequest(template(parameters=parameters, cap=cap), "I love it")


@pytest.mark.parametrize(
    ("cap", "own", "sent"),
    [
        (100, {}, {"max_tokens": 100}),
        (100, {"max_tokens": 50}, {"max_tokens": 50}),
        (100, {"max_tokens": 5000}, {"max_tokens": 100}),
        (100, {"max_completion_tokens": 5000}, {"max_completion_tokens": 100}),
        (100, {"max_tokens": None}, {"max_tokens": 100}),
        (100, {"max_tokens": "many"}, {"max_tokens": 100}),
    ],
)
def test_of_a_cap_and_the_versions_own_bound_the_smaller_is_sent(
    cap: int, own: dict[str, int | None], sent: dict[str, int]
) -> None:
    ask = capped(cap, **own)
    found = body(ask=ask)
    assert {name: found[name] for name in found if name.startswith("max_")} == sent
    assert largest(ask) == (len(RequestFormat().body(ask)), *sent.values())


def test_a_cap_goes_by_the_name_the_model_takes_and_is_known_to_be_gone() -> None:
    ask = capped(100)
    long = some(after("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'.", "max_tokens", ask=ask))
    assert body(long, ask)["max_completion_tokens"] == 100
    long.check_cap(ask.template)
    gone = some(after("'max_completion_tokens' is unsupported.", "max_completion_tokens", used=long, ask=ask))
    with pytest.raises(ProviderError, match="accepts no limit on the length"):
        gone.check_cap(ask.template)


def test_a_cap_is_no_part_of_the_digest() -> None:
    assert capped(100).digest == capped(200).digest == ChatRequest(template(parameters={}), "I love it").digest


@given(any_text, any_text)
def test_no_prompt_has_more_bytes_than_a_request_may_take_tokens(system: str, user: str) -> None:
    ask = ChatRequest(template(system=system, cap=1), user)
    assert largest(ask)[0] > sum(len(text.encode("utf-8", "surrogatepass")) for text in (system, user))


def test_each_sample_has_a_seed_of_its_own_where_there_is_one() -> None:
    seeded = ChatRequest(template(parameters=PARAMETERS, samples=3), "x").samples
    assert [body(ask=sample)["seed"] for sample in seeded] == [7, 8, 9]
    assert [body(RequestFormat(dropped=frozenset({"seed"})), sample).get("seed") for sample in seeded] == [None] * 3
    both = ChatRequest(template(parameters=PARAMETERS), "x, y", orders=(("x, y", ()), ("y, x", ()))).samples
    assert [body(ask=order)["seed"] for order in both] == [7, 7], "two orders differ in nothing else"
    plain = ChatRequest(template(samples=3), "x").samples
    assert len({json.dumps(body(ask=sample)) for sample in plain}) == 1


BOUNDED = ChatRequest(template(parameters={"temperature": 0}), "x")


def test_an_answer_is_cut_where_the_longest_one_ends() -> None:
    most = body(RequestFormat(), BOUNDED)["max_tokens"]
    assert most == BOUNDED.template.bound == LEAST
    assert body(RequestFormat(format=1), BOUNDED)["max_tokens"] == most
    for free in (RequestFormat(format=2), RequestFormat(long_cap=True), RequestFormat(bounded=False)):
        assert not {"max_tokens", "max_completion_tokens"} & body(free, BOUNDED).keys()
    assert body(RequestFormat(), ChatRequest(template(parameters={}, cap=50), "x"))["max_tokens"] == 50
    assert body(RequestFormat(), ChatRequest(template(parameters={}, cap=4096), "x"))["max_tokens"] == most


@pytest.mark.parametrize(
    "chosen",
    [
        {"max_tokens": 7},
        {"max_tokens": 70_000},
        {"max_completion_tokens": 9},
        {"reasoning_effort": "low"},
        {"chat_template_kwargs": {"enable_thinking": True}},
    ],
)
def test_what_a_user_set_counts_alone_and_models_told_to_think_are_free(chosen: dict[str, Any]) -> None:
    ask = ChatRequest(template(parameters=chosen), "x")
    sent = body(RequestFormat(), ask)
    assert {name: sent[name] for name in chosen} == chosen
    assert chosen.get("max_tokens") == sent.get("max_tokens")


def test_the_bound_is_no_part_of_the_digest() -> None:
    assert BOUNDED.digest == "872f3b7dce2832ac954e47067feb0802ebeb349b28a2e7d823cc843593338c07"


@pytest.mark.parametrize(
    "message",
    [
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "This model's maximum context length is 512 tokens. However, you requested 700.",
        "max_tokens is too large",
    ],
)
def test_a_bound_that_is_refused_is_left_out_from_then_on(message: str) -> None:
    free = after(message, ask=BOUNDED)
    assert free == RequestFormat(bounded=False)
    assert "max_tokens" not in body(free, BOUNDED)
    assert after("This model's maximum context length is 512 tokens.", used=free, ask=BOUNDED) is None


@pytest.mark.parametrize(
    "message",
    [
        "The specified schema produces a constraint that has too many states for serving.",
        "JSON schema contains features not supported by the grammar backend",
        "Failed to compile grammar: unsupported enum",
        "Structured outputs are not available for this model",
        "guided_json is disabled on this server",
        "failed to parse grammar",
        "This model does not support JSON mode.",
        "xgrammar: unimplemented keys",
    ],
)
def test_a_form_that_is_refused_in_any_words_steps_down(message: str) -> None:
    assert after(message) == RequestFormat(format=1)
    assert after(message, used=RequestFormat(format=2)) is None
    assert after(f"Invalid: {message}", ask=ChatRequest(ASK.template, f"Invalid: {message} x")) is None


def test_other_ways_to_ask_are_each_form_and_no_log_probabilities() -> None:
    others = RequestFormat().others(ASK)
    assert [(other.format, MOST_RIVALS[other.rivals], "logprobs" in other.dropped) for other in others] == [
        (1, 20, False),
        (2, 20, False),
        (0, 0, False),
        (0, 20, True),
        (2, 20, True),
    ]


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ("top_logprobs must be at most 5", None),
        ("Invalid value: 20 is greater than the maximum.", "top_logprobs"),
        ("Requested sample logprobs of 20, which is greater than max allowed: 5", None),
        ("Unsupported parameter: 'top_logprobs'", "top_logprobs"),
    ],
)
def test_other_tokens_that_a_server_does_not_tell_are_asked_for_less_and_then_not_at_all(
    message: str, param: str | None
) -> None:
    fewer = some(after(message, param))
    assert body(fewer) == body() | {"top_logprobs": 5}
    none = some(after(message, param, used=fewer))
    assert body(none) == {key: value for key, value in body().items() if key != "top_logprobs"}
    assert after(message, param, used=none) is None


def test_other_tokens_are_asked_for_where_labels_are_known_and_nobody_said_how_many() -> None:
    free = template(spec=read_config('<View><Text name="t" value="$t"/><TextArea name="x" toName="t"/></View>'))
    assert "top_logprobs" not in body(ask=ChatRequest(free, "x"))
    assert "top_logprobs" not in body(ask=ChatRequest(template(logprobs=False), "x"))
    assert body(ask=ChatRequest(template(parameters={"top_logprobs": 3}), "x"))["top_logprobs"] == 3
    assert RequestFormat(format=2).others(replace(ASK, template=template(logprobs=False))) == []
