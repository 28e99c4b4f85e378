"""What a profile says is asked for from the start; what it promises in vain is left out, and told."""

import pytest

from backend.adapters.providers.learnt_formats import LearntFormats
from backend.adapters.providers.model_profiles import ModelProfiles, start_of
from backend.adapters.providers.request_format import FORMATS, RequestFormat
from backend.domain.connections.learnt_format import LearntFormat
from backend.domain.connections.profiles import profile_named
from tests.scripted import completion, request


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


class KeptFormats:
    """Keeps in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, LearntFormat] = {}
        self.writes = 0

    def of(self, address: str, profile: str) -> list[LearntFormat]:
        return list(self.kept.values())

    def note(self, address: str, profile: str, learnt: LearntFormat) -> None:
        self.kept[learnt.model] = learnt
        self.writes += 1

    def forget(self, address: str, profile: str, model: str) -> None:
        self.kept.pop(model, None)


def test_what_one_process_learnt_the_next_one_knows_once_a_model_answered_so() -> None:
    record, one = KeptFormats(), request("a")
    learnt, model = LearntFormats(record, "http://model.test/v1"), one.template.model
    first = ModelProfiles(None, learnt)
    assert first.refused(one, RequestFormat(), 400, "response_format", "json_schema is not supported")
    assert record.kept == {}, "a form that nobody has answered may be refused too"
    for _ in range(2):
        first.answered(one, first.format(model), completion())
    assert (record.writes, record.kept[model].response_format) == (1, "json_object")
    second = ModelProfiles(None, learnt)
    assert second.format(model) == first.format(model) != RequestFormat()
    second.answered(one, second.format(model), completion())
    assert record.writes == 1
    second.forget(model)
    assert (second.format(model), second.learnt(model), record.kept) == (RequestFormat(), None, {})


def test_a_form_that_was_found_by_trying_is_kept_and_the_first_one_never() -> None:
    record, one = KeptFormats(), request("a")
    profiles = ModelProfiles(None, LearntFormats(record, "http://model.test/v1"))
    profiles.answered(one, RequestFormat(), completion())
    assert record.kept == {}
    profiles.takes("m", RequestFormat(2))
    assert record.kept["m"] == profiles.learnt("m")
