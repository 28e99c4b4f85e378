"""What a profile says is asked for from the start; what it promises in vain is left out, and told."""

import pytest

from backend.adapters.providers.model_profiles import ModelProfiles, start_of
from backend.adapters.providers.request_format import FORMATS, RequestFormat
from backend.domain.profiles import profile_named
from tests.scripted import request


def test_nothing_that_a_profile_says_is_refused_is_sent() -> None:
    assert start_of(None) == RequestFormat()
    assert start_of(profile_named("openai")) == RequestFormat()
    assert start_of(profile_named("groq")) == RequestFormat(dropped=frozenset({"logprobs"}))
    assert FORMATS[start_of(profile_named("deepseek")).format] == "json_object"


def test_a_promise_that_a_model_breaks_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    profiles = ModelProfiles(profile_named("openai"))
    one = request("a")
    model = one.template.model
    assert profiles.refused(one, profiles.format(model), 400, "response_format", "json_schema is not supported")
    assert profiles.refused(one, RequestFormat(), 400, "response_format", "json_schema is not supported")
    (said,) = caplog.messages
    assert said == (
        f"Profile 'openai' says that its server takes json_schema, and model '{model}' refused it: it is asked without."
    )


def test_what_no_profile_promised_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    for profiles in (ModelProfiles(), ModelProfiles(profile_named("openrouter"))):
        one = request("a")
        assert profiles.refused(one, RequestFormat(), 400, "response_format", "json_schema is not supported")
    assert caplog.messages == []
