"""The HTTP server when things go wrong or slowly: what it keeps to itself, when it answers, what it asks again."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from backend.domain.outcome import Failure
from backend.errors import ProviderError
from backend.interfaces.web.server import create_app
from tests.calls import TOKEN, body, moods, predict, scripted, scripted_app, setup, task
from tests.installation import Installation
from tests.running import RunningStandIn, until
from tests.scripted import GOOD, ScriptedModel

KEY = "sk-of-a-test"
SECRET = "a text that belongs to a customer"


@pytest.fixture
def mine(tmp_path: Path, stand_in: RunningStandIn) -> Installation:
    return Installation.made(tmp_path, stand_in.url)


def _blow_up(_request: Any, _attempt: int) -> Any:
    raise RuntimeError(f"{SECRET} {KEY}")


TROUBLE: dict[str, Any] = {
    "crash": _blow_up,
    "provider": [ProviderError("The key was refused.")],
    "failure": [Failure("server", "It answered 500.")],
    "broken": ["no json"],
}


@pytest.mark.parametrize("trouble", [*TROUBLE, "record"])
def test_nothing_leaks_when_things_blow_up(
    mine: Installation, caplog: pytest.LogCaptureFixture, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.engine.request_executor.TRIES", {})
    caplog.set_level(logging.DEBUG)
    app = scripted_app(mine, ScriptedModel(TROUBLE.get(trouble, [GOOD])))
    client = create_app(app).test_client()
    if trouble == "record":
        with app.container.store.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE connections")
            connection.exec_driver_sql("DROP TABLE completions")
    answers = [client.post("/predict", json=body(task(SECRET), task("good"))), setup(client), client.get("/versions")]
    assert answers[0].json == {"results": [{}, {}]}
    said = caplog.text + "".join(answer.text for answer in answers)
    for leak in (SECRET, TOKEN, KEY, "Traceback", 'File "'):
        assert leak not in said
    if trouble == "crash":
        assert "a task crashed: RuntimeError in _blow_up" in caplog.text


@pytest.mark.slow
def test_at_the_deadline_it_answers_with_what_it_has(mine: Installation, stand_in: RunningStandIn) -> None:
    client = create_app(mine.but(PREDICT_DEADLINE_S="4", CONCURRENCY="2").app).test_client()
    tasks = [task(f"a good day, number {number}") for number in range(12)]
    predict(client, tasks[0])
    stand_in.control(latency_ms=1500)
    results = predict(client, *tasks)
    done = [place for place, found in enumerate(results) if found]
    assert 0 in done
    assert 3 <= len(done) < 12
    stand_in.control(latency_ms=0)
    until(lambda: stand_in.stats()["in_flight"] == 0)
    assert stand_in.stats()["left"] == 0
    assert stand_in.requests() <= len(done) + 2
    assert all(predict(client, *tasks))
    assert (stand_in.requests(), stand_in.stats()["distinct"]) == (12, 12)


def test_a_task_asked_for_eight_times_at_once_is_one_request(mine: Installation, stand_in: RunningStandIn) -> None:
    server = create_app(mine.app)
    stand_in.control(latency_ms=300)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: predict(server.test_client(), task("a good day")), range(8)))
    assert all(results == found[0] for results in found)
    assert moods(found[0]) == ["Good"]
    assert moods(predict(server.test_client(), task("a good day"), task("a good day"))) == ["Good"] * 2
    assert stand_in.requests() == 1


@pytest.mark.parametrize("trouble", [Failure("bad_request", "No."), ProviderError("No.")])
def test_what_failed_is_not_asked_again_for_a_while(
    mine: Installation, monkeypatch: pytest.MonkeyPatch, trouble: Any
) -> None:
    client, model = scripted(mine.but(FAILURE_TTL_S="500"), trouble, GOOD)
    assert predict(client, task("a day")) == predict(client, task("a day")) == [{}]
    assert len(model.requests) == 1
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + 501)
    monkeypatch.setattr("backend.engine.response_cache.time", later)
    assert moods(predict(client, task("a day"))) == ["Good"]
    assert len(model.requests) == 2


@pytest.mark.slow
def test_setup_does_not_wait_for_predictions(mine: Installation, stand_in: RunningStandIn) -> None:
    server: Flask = create_app(mine.app)
    stand_in.control(latency_ms=50_000)
    busy = threading.Thread(target=predict, args=(server.test_client(), *[task(f"day {i}") for i in range(50)]))
    busy.start()
    until(lambda: stand_in.stats()["in_flight"] > 0)
    client = server.test_client()
    assert client.get("/health").status_code == setup(client).status_code == 200
    assert busy.is_alive()
    stand_in.control(release=True)
    until(lambda: stand_in.stats()["in_flight"] == 0)
    busy.join()
