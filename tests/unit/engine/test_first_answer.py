"""Until a model has answered, requests go one at a time, and a refusal that all meet ends the run."""

import asyncio
from typing import Any

import pytest

from backend.domain.outcome import Failure
from backend.engine.first_answer import MOST_REFUSALS
from backend.engine.request_executor import RequestExecutor
from backend.engine.stored_model import StoredModel
from backend.errors import ProviderError
from tests.scripted import GOOD, ScriptedModel, request, run

NO = Failure("bad_request", "The model's server refused the request (400): Model needs the header X-Team to be set.")
FORBIDDEN = Failure("auth", "The key may not use the model: choose another.")


def asked(script: Any, number: int) -> Any:
    """What became of `number` different requests, and the model they were put to."""

    async def reply(request: Any, attempt: Any) -> Any:
        await asyncio.sleep(0)
        return script(request, attempt) if callable(script) else script[0]

    async def scene() -> Any:
        model = ScriptedModel(reply)
        executor = RequestExecutor(StoredModel(model, lambda _: None), 32)
        try:
            found = await asyncio.gather(
                *(executor.ask(request(f"text {n}")) for n in range(number)), return_exceptions=True
            )
        finally:
            await executor.close()
        return found, model

    return run(scene())


def test_what_each_of_the_first_ten_meets_is_about_all() -> None:
    found, model = asked([NO], 40)
    assert len(model.requests) == MOST_REFUSALS
    assert model.peak == 1
    errors = [error for error in found if isinstance(error, ProviderError)]
    assert "first 10 requests" in str(errors[0])
    assert "X-Team" in str(errors[0])


def test_a_refusal_of_one_task_is_its_own() -> None:
    found, model = asked(lambda asked, _: NO if asked.user.endswith(" 0") else GOOD, 40)
    assert [result.failure for result in found if result.failure] == [NO]
    assert len(model.requests) == 40


def test_many_refusals_after_an_answer_are_those_tasks_own() -> None:
    found, _ = asked(lambda asked, _: GOOD if asked.user.endswith(" 0") else NO, 40)
    assert sum(result.failure is not None for result in found) == 39


def test_a_key_that_may_not_is_known_after_one_request() -> None:
    found, model = asked([FORBIDDEN], 40)
    assert len(model.requests) == 1
    assert all(isinstance(error, ProviderError) for error in found)


def test_a_403_among_answers_is_that_tasks_refusal() -> None:
    found, model = asked(lambda asked, _: FORBIDDEN if asked.user.endswith(" 5") else GOOD, 12)
    assert [result.failure.kind for result in found if result.failure] == ["refused"]
    assert len(model.requests) == 12


def test_a_key_that_is_withdrawn_meanwhile_ends_the_run() -> None:
    with_key = iter([True] * 3)
    found, _ = asked(lambda *_: GOOD if next(with_key, False) else FORBIDDEN, 64)
    assert any(isinstance(error, ProviderError) and "last 10 requests" in str(error) for error in found)


def test_a_slow_first_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.engine.first_answer.WARM_UP_S", 0)

    async def scene() -> None:
        model = ScriptedModel([GOOD])
        model.hold = asyncio.Event()
        executor = RequestExecutor(StoredModel(model, lambda _: None), 32)
        tasks = [asyncio.create_task(executor.ask(request(f"text {n}"))) for n in range(20)]
        await model.arrived(20)
        model.hold.set()
        await asyncio.gather(*tasks)
        await executor.close()
        assert len(model.requests) == 20

    run(scene())
