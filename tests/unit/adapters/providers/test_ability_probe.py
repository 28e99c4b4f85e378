"""One body is sent as it is, and what came of it is said without the key."""

from typing import Any

import pytest

from backend.adapters.providers.ability_probe import AbilityProbe
from backend.adapters.providers.batch_api import BatchApi
from backend.adapters.providers.model_connection import ModelConnection
from backend.domain.connections.abilities import AbilityResult
from backend.domain.outcome import Failure
from tests.running import RunningStandIn
from tests.scripted import run, some
from tests.unit.adapters.providers.test_chat_completions import CUT, KEY, Reply, ScriptedProvider, chat, error, provided

BODY = {"model": "m", "messages": []}


def tried(*replies: Reply) -> tuple[dict[str, Any] | Failure, ScriptedProvider]:
    provider = ScriptedProvider(*replies)

    async def once() -> dict[str, Any] | Failure:
        async with provided(provider) as model:
            return await AbilityProbe(model, KEY, lambda: pytest.fail("no batches")).tried(BODY)

    return run(once()), provider


def test_a_body_is_sent_once_as_it_is() -> None:
    reply, provider = tried(chat())
    assert isinstance(reply, dict)
    assert "choices" in reply
    assert provider.bodies == [BODY]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (error(400, message="logprobs is not supported"), "refused (400): logprobs is not supported"),
        (error(401, message=f"The key {KEY} is wrong."), "refused (401)"),
        (CUT, "no answer"),
        (b"<html>", "no chat completion came back"),
    ],
)
def test_why_there_is_no_reply_is_said(reply: Reply, said: str) -> None:
    found, _ = tried(reply)
    assert isinstance(found, Failure)
    assert found.detail.startswith(said)
    assert found.unbilled is said.startswith("refused")
    assert KEY not in str(found)


def test_what_is_billed_is_read() -> None:
    probe = AbilityProbe(None, KEY, lambda: pytest.fail("no batches"))  # type: ignore[arg-type]
    usage = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
    assert some(probe.completion("m", chat() | {"usage": usage})).prompt_tokens == 7
    assert probe.completion("m", {}) is None


def test_batches_are_listed(stand_in: RunningStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.01)

    def listed() -> AbilityResult:
        connection = ModelConnection(stand_in.url, KEY, 5)
        return run(AbilityProbe(None, KEY, lambda: BatchApi(connection)).batch_list())  # type: ignore[arg-type]

    assert listed() == AbilityResult("batches", True)
    stand_in.control(no_batches=True)
    found = listed()
    assert not found.works
    assert "has no batch endpoint" in found.detail
