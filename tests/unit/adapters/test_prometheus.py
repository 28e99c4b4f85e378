"""Metrics as Prometheus reads them: what is counted under which labels, and what a Redis that is away does to them."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY, CollectorRegistry

from backend.adapters.prometheus import Metrics, MetricsEndpoint, process_metrics
from backend.domain.answer import Labels
from backend.domain.chat.request import Completion
from backend.domain.outcome import Failure, Outcome, Rejection
from backend.domain.resolution.resolve import failed
from backend.errors import ProviderError, SettingsError
from demo import services
from tests.scripted import Reply, ScriptedModel, completion, request, run, template

PRICES: dict[str, float] = {"priced": 0.5}


def pricing(model: str, _connection: str) -> Callable[[int, int, int], float | None]:
    return lambda *_: PRICES.get(model)


class CountedModel:
    """Metrics of a test's own, and what they say."""

    def __init__(self, *script: Reply) -> None:
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry)
        self.scripted = ScriptedModel(script)
        self.model = self.metrics.measured(self.scripted, pricing)

    def __call__(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"open_prompts_{name}", labels)


def test_requests_tokens_and_cost_are_counted_by_model() -> None:
    counted = CountedModel(
        completion(model="priced", prompt_tokens=100, completion_tokens=7, cached_tokens=60, seconds=0.3),
        completion(model="unheard-of", prompt_tokens=1, completion_tokens=1, seconds=20.0),
        Failure("rate_limited", "Slow down."),
    )
    for _ in range(3):
        run(counted.model.complete(request(), 0))
    model = request().template.model
    assert counted("requests_total", model=model, result="answered") == 2
    assert counted("requests_total", model=model, result="rate_limited") == 1
    tokens = {kind: counted("tokens_total", model=model, kind=kind) for kind in ("prompt", "completion", "cached")}
    assert tokens == {"prompt": 101, "completion": 8, "cached": 60}
    assert counted("cost_usd_total", model=model) == 0.5
    assert counted("unpriced_total", model=model) == 1
    assert counted("model_seconds_count", model=model) == 2
    assert counted("model_seconds_bucket", model=model, le="0.5") == 1
    assert counted("in_flight") == 0


def test_what_a_batch_brings_counts_at_its_price_and_has_no_latency() -> None:
    counted = CountedModel()
    answered = completion(model="priced", prompt_tokens=100, batch=True)
    counted.metrics.brought("m", [answered, Failure("server", "Sorry.")], pricing)
    results = {name: counted("requests_total", model="m", result=name) for name in ("answered", "server")}
    assert results == {"answered": 1, "server": 1}
    assert counted("tokens_total", model="m", kind="prompt") == 100
    assert counted("cost_usd_total", model="m") == 0.25
    assert counted("model_seconds_count", model="m") == 0


@pytest.mark.parametrize(("error", "result"), [(ProviderError("No."), "provider"), (ValueError(), "given_up")])
def test_a_request_that_raises_is_counted_and_raises(error: Exception, result: str) -> None:
    counted = CountedModel(error)
    with pytest.raises(type(error)):
        run(counted.model.complete(request(), 0))
    assert counted("requests_total", model=request().template.model, result=result) == 1
    assert counted("in_flight") == 0


def test_what_is_under_way_is_in_flight() -> None:
    counted = CountedModel("x")

    async def look() -> float | None:
        counted.scripted.hold = asyncio.Event()
        asks = [asyncio.create_task(counted.model.complete(request(), 0)) for _ in range(3)]
        await counted.scripted.arrived(3)
        seen = counted("in_flight")
        counted.scripted.hold.set()
        await asyncio.gather(*asks)
        return seen

    assert run(look()) == 3
    assert counted("in_flight") == 0


def test_answers_rejections_and_failures_are_three_things() -> None:
    counted = CountedModel()
    good = Outcome(1, {"mood": Labels(("Good",))})
    counted.metrics.settled(
        [good, Outcome(2, {"mood": Labels(("Bad",))}, reused=True), Outcome(3, Rejection("not_json", "x"))]
    )
    counted.metrics.settled([failed(4, Failure("timeout", "x"))])
    counted.metrics.settled([])
    assert (counted("answers_total"), counted("reuse_hits_total")) == (2, 1)
    assert counted("rejections_total", reason="not_json") == 1
    assert counted("failures_total", kind="timeout") == 1


def test_the_queue_is_counted_where_there_is_one() -> None:
    assert b"queue" not in MetricsEndpoint().page("")[0]
    body, content_type = MetricsEndpoint(lambda: 17).page("")
    assert b"open_prompts_queue_depth 17.0" in body
    assert b"open_prompts_queue_up 1.0" in body
    assert content_type.startswith("text/plain")
    body, content_type = MetricsEndpoint(lambda: 17).page("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")


@pytest.mark.slow
def test_a_queue_that_fails_or_hangs_delays_nobody() -> None:
    def fails() -> int:
        raise ConnectionError

    asked, free = [], threading.Event()

    def hangs() -> int:
        asked.append(1)
        free.wait(20)
        return 5

    for depth in (fails, hangs):
        exposition = MetricsEndpoint(depth)
        body, _ = exposition.page("")
        assert b"open_prompts_queue_up 0.0" in body
        assert b"queue_depth" not in body
    exposition.page("")
    assert asked == [1]
    free.set()
    deadline = time.monotonic() + 10
    while b"open_prompts_queue_depth 5.0" not in exposition.page("")[0]:
        assert time.monotonic() < deadline


def test_a_process_has_one_set_of_metrics() -> None:
    assert process_metrics() is process_metrics()
    process_metrics().joined()
    assert (REGISTRY.get_sample_value("open_prompts_single_flight_hits_total") or 0) >= 1
    assert b"process_cpu_seconds_total" in MetricsEndpoint().page("")[0]


def test_a_port_that_is_taken_is_told_in_one_sentence() -> None:
    port = services.free_port()
    MetricsEndpoint().serve("127.0.0.1", port)
    with pytest.raises(SettingsError, match="METRICS_PORT"):
        MetricsEndpoint().serve("127.0.0.1", port)


def test_an_unknown_price_is_not_zero() -> None:
    counted = CountedModel(completion(model="unheard-of"))
    run(counted.model.complete(request(), 0))
    assert counted("cost_usd_total", model=template().model) is None
    assert isinstance(completion(), Completion)
