"""/metrics and request ids on the server that Label Studio calls."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.domain.outcome import Failure
from backend.interfaces.web.server import create_app
from demo import services
from tests.calls import body, predict, scripted, task
from tests.installation import Installation
from tests.running import RunningStandIn
from tests.scripted import BROKEN, GOOD

Growth = Callable[..., float]


@pytest.fixture
def mine(tmp_path: Path, stand_in: RunningStandIn) -> Installation:
    return Installation.made(tmp_path, stand_in.url)


def read(client: FlaskClient) -> dict[str, float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def growth(client: FlaskClient, act: Callable[[], Any]) -> dict[str, float]:
    """What of this process's metrics grew, and by how much, without the prefix."""
    before = read(client)
    act()
    grown = {name: value - before.get(name, 0) for name, value in read(client).items()}
    return {name.removeprefix("open_prompts_"): value for name, value in grown.items() if value and "open_" in name}


def test_what_a_prediction_took_is_counted(mine: Installation) -> None:
    client, model = scripted(mine, GOOD, BROKEN, BROKEN, Failure("bad_request", "No."))

    def act() -> None:
        for text in ("one", "two", "three", "one"):
            predict(client, task(text))

    grown = growth(client, act)
    asked = model.requests[0].template.model
    assert grown[f'requests_total{{model="{asked}",result="answered"}}'] == 3
    assert grown[f'requests_total{{model="{asked}",result="bad_request"}}'] == 1
    assert grown[f'tokens_total{{kind="prompt",model="{asked}"}}'] == 30
    assert grown[f'model_seconds_count{{model="{asked}"}}'] == 3
    assert (grown["answers_total"], grown["reuse_hits_total"]) == (2, 1)
    assert grown['rejections_total{reason="not_json"}'] == 1
    assert grown['failures_total{kind="bad_request"}'] == 1
    assert grown['retries_total{reason="not_json"}'] == 1
    assert grown["predict_seconds_count"] == 4
    assert read(client)["open_prompts_in_flight"] == 0


def test_a_task_twice_in_a_batch_is_a_single_flight_hit(mine: Installation) -> None:
    client, _ = scripted(mine, GOOD)
    grown = growth(client, lambda: predict(client, task("same"), task("same")))
    assert (grown["single_flight_hits_total"], grown["answers_total"]) == (1, 2)


def test_a_retry_is_counted_with_its_reason(mine: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.engine.request_executor._delay", lambda *_: 0)
    client, _ = scripted(mine, Failure("rate_limited", "x"), Failure("server", "x"), GOOD)
    grown = growth(client, lambda: predict(client, task("a day")))
    assert (grown['retries_total{reason="rate_limited"}'], grown['retries_total{reason="server"}']) == (1, 1)


def test_a_body_that_is_refused_is_no_prediction(mine: Installation) -> None:
    client, _ = scripted(mine, GOOD)
    assert "predict_seconds_count" not in growth(client, lambda: client.post("/predict", data=b"{"))


def test_no_text_address_or_id_becomes_a_label(mine: Installation) -> None:
    client, _ = scripted(mine.but(OPENAI_BASE_URL="http://127.0.0.1:1/v1/geheim"), GOOD)
    predict(client, task("a text of a customer", 123456789))
    page = client.get("/metrics").text
    for leak in ("geheim", "127.0.0.1", "customer", "123456789", "0123456789abcdef"):
        assert leak not in page


def test_metrics_want_the_password_of_the_other_routes(mine: Installation) -> None:
    client = create_app(mine.but(BASIC_AUTH_USER="me", BASIC_AUTH_PASS="secret").app).test_client()
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", auth=("me", "secret")).status_code == 200


def test_metrics_come_when_redis_is_away(mine: Installation) -> None:
    client = create_app(mine.but(REDIS_URL=f"redis://127.0.0.1:{services.free_port()}").app).test_client()
    found = read(client)
    assert found["open_prompts_queue_up"] == 0
    assert "open_prompts_queue_depth" not in found
    assert "open_prompts_queue_up" not in read(create_app(mine.app).test_client())


@pytest.mark.parametrize("given", ["abc-123", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"])
def test_a_request_keeps_the_id_it_came_with(mine: Installation, given: str) -> None:
    client, _ = scripted(mine, GOOD)
    answer = client.post("/predict", json=body(task("a")), headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, 'a"b', "é"])
def test_a_request_without_a_good_id_gets_one(mine: Installation, given: str) -> None:
    client, _ = scripted(mine, GOOD)
    ids = [client.get("/health", headers={"X-Request-ID": given}).headers["X-Request-ID"] for _ in range(2)]
    assert all(re.fullmatch("[0-9a-f]{12}", found) for found in ids)
    assert ids[0] != ids[1]
