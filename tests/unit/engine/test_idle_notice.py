"""A run that sends nothing for a minute says what it waits for."""

import asyncio

import pytest

from backend.engine import idle_notice
from backend.engine.idle_notice import idle_notices, why_idle
from backend.engine.request_executor import RequestExecutor
from backend.engine.stored_model import StoredModel
from tests.scripted import ScriptedModel, request, run


def test_a_slow_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle_notice, "IDLE_S", 0.01)

    async def scene() -> list[str]:
        model, told, heard = ScriptedModel(), list[str](), asyncio.Event()
        model.hold = asyncio.Event()

        def notify(sentence: str) -> None:
            told.append(sentence)
            heard.set()

        executor = RequestExecutor(StoredModel(model, lambda _: None), 4)
        executor.patience.notify = notify
        async with idle_notices(executor):
            task = asyncio.create_task(executor.ask(request()))
            await heard.wait()
            model.hold.set()
            await task
        await executor.close()
        return told

    assert run(scene())[0] == "Nothing was sent for a minute: the model's server has 1 unanswered."


def test_a_model_whose_requests_others_have_is_named() -> None:
    async def scene() -> str:
        executor = RequestExecutor(StoredModel(ScriptedModel(), lambda _: None), 4)
        executor.slots.set_cap(0)
        said = why_idle(executor)
        await executor.close()
        return said

    assert "MAX_IN_FLIGHT" in run(scene())
