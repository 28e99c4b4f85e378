"""Metrics: numbers about this process, for Prometheus.

They start at zero with the process; lasting numbers are in the database. Metric labels are names of models and kinds of
failure, of which there are few; a task's content, an address or an id is never a label.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from functools import cache, cached_property

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from backend.domain.chat.model import BatchModel
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure, Outcome, Rejection
from backend.domain.resolution.pricing import Pricing, cost_of
from backend.errors import ProviderError, SettingsError

PREFIX = "open_prompts"
MODEL_BUCKETS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)
PREDICT_BUCKETS = (0.05, 0.25, 1, 2.5, 5, 10, 20, 40, 60, 85, 100)
QUEUE_S = 1.0
"""How long /metrics waits for Redis."""


class Counters:
    """The counters of one registry. Their children by label are kept: finding one costs more than counting."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, about: str, *labels: str) -> Counter:
            return Counter(name, about, labels, namespace=PREFIX, registry=registry)

        def seconds(name: str, about: str, buckets: Sequence[float], *labels: str) -> Histogram:
            return Histogram(name, about, labels, namespace=PREFIX, registry=registry, buckets=buckets)

        self.requests = counter("requests", "Requests to the model, by what came back.", "model", "result")
        self.tokens = counter(
            "tokens", "Tokens as the provider counts them; cached ones are prompt ones, too.", "model", "kind"
        )
        self.cost = counter("cost_usd", "Price of the completions whose price is known.", "model")
        self.unpriced = counter("unpriced", "Completions whose price is unknown.", "model")
        self.in_flight = Gauge("in_flight", "Requests at the model now.", namespace=PREFIX, registry=registry)
        self.model_seconds = seconds("model_seconds", "Latency of completions.", MODEL_BUCKETS, "model")
        self.predict_seconds = seconds("predict_seconds", "How long /predict took.", PREDICT_BUCKETS)
        self.retries = counter("retries", "Requests sent again, by why.", "reason")
        self.answers = counter("answers", "Tasks with a usable answer.")
        self.rejections = counter("rejections", "Tasks whose answer can't be used.", "reason")
        self.failures = counter("failures", "Tasks without an answer.", "kind")
        self.joined = counter("single_flight_hits", "Requests that joined an equal one in flight.")
        self.reused = counter("reuse_hits", "Tasks that needed no request of their own.")


class Metrics:
    """Counts for its registry; implements `engine.observer.Observer`. Safe in threads."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._of = Counters(registry)
        self._by_model: dict[str, ModelMeter] = {}

    def measured(self, model: BatchModel, pricing: Pricing) -> "MeasuredModel":
        """The same model, with counting."""
        return MeasuredModel(model, self, pricing)

    def meter(self, model: str) -> "ModelMeter":
        meter = self._by_model.get(model)
        if meter is None:
            meter = self._by_model[model] = ModelMeter(self._of, model)
        return meter

    def joined(self) -> None:
        self._of.joined.inc()

    def retried(self, reason: str) -> None:
        self._of.retries.labels(reason).inc()

    def settled(self, outcomes: Sequence[Outcome]) -> None:
        usable = sum(outcome.answer is not None for outcome in outcomes)
        reused = sum(outcome.reused for outcome in outcomes)
        if usable:
            self._of.answers.inc(usable)
        if reused:
            self._of.reused.inc(reused)
        if usable < len(outcomes):
            self._trouble(outcomes)

    def brought(self, model: str, replies: Iterable[Completion | Failure], pricing: Pricing) -> None:
        meter = self.meter(model)
        for reply in replies:
            if isinstance(reply, Completion):
                meter.answered(reply, pricing)
            else:
                meter.failed(reply.kind)

    def predicted(self, seconds: float) -> None:
        self._of.predict_seconds.observe(seconds)

    def _trouble(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome.verdict, Rejection):
                self._of.rejections.labels(outcome.verdict.reason).inc()
            elif isinstance(outcome.verdict, Failure):
                self._of.failures.labels(outcome.verdict.kind).inc()


class ModelMeter:
    """The counts of one model."""

    def __init__(self, counters: Counters, model: str) -> None:
        self._counters = counters
        self._model = model
        self._prompt, self._completion, self._cached = (
            counters.tokens.labels(model, kind) for kind in ("prompt", "completion", "cached")
        )
        self._seconds = counters.model_seconds.labels(model)
        self._answered = counters.requests.labels(model, "answered")
        self.in_flight = counters.in_flight

    def answered(self, completion: Completion, pricing: Pricing) -> None:
        self._answered.inc()
        self._prompt.inc(completion.prompt_tokens)
        self._completion.inc(completion.completion_tokens)
        if not completion.batch:
            self._seconds.observe(completion.seconds)
        if completion.cached_tokens:
            self._cached.inc(completion.cached_tokens)
        cost = cost_of(completion, pricing)
        if cost is None:
            self._unpriced.inc()
        else:
            self._cost.inc(cost)

    @cached_property
    def _unpriced(self) -> Counter:
        return self._counters.unpriced.labels(self._model)

    @cached_property
    def _cost(self) -> Counter:
        return self._counters.cost.labels(self._model)

    def failed(self, result: str) -> None:
        self._counters.requests.labels(self._model, result).inc()


class MeasuredModel:
    """A model that counts the requests to another one."""

    def __init__(self, model: BatchModel, metrics: Metrics, pricing: Pricing) -> None:
        self._model = model
        self._metrics = metrics
        self._pricing = pricing

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
        meter = self._metrics.meter(request.template.model)
        meter.in_flight.inc()
        result = "given_up"
        try:
            reply = await self._model.complete(request, attempt)
            if isinstance(reply, Completion):
                meter.answered(reply, self._pricing)
                result = ""
            else:
                result = reply.kind
            return reply
        except ProviderError:
            result = "provider"
            raise
        finally:
            meter.in_flight.dec()
            if result:
                meter.failed(result)

    def body(self, request: ChatRequest) -> bytes:
        return self._model.body(request)

    async def close(self) -> None:
        await self._model.close()


class MetricsEndpoint:
    """The page that Prometheus reads: this process's metrics and, if there is a queue, its length."""

    def __init__(self, depth: Callable[[], int] | None = None) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(REGISTRY)
        if depth is not None:
            self._registry.register(QueueDepth(depth))

    def page(self, accept: str) -> tuple[bytes, str]:
        """Text, and its content type, for a client that accepts this."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    def serve(self, host: str, port: int) -> None:
        """From a thread, until the process ends. Raises SettingsError if the address is in use or invalid."""
        try:
            start_http_server(port, host, self._registry)
        except OSError as error:
            raise SettingsError(
                f"Metrics cannot be served at {host}:{port} ({error.strerror}): choose another METRICS_PORT."
            ) from None


class QueueDepth(Collector):
    """Collects the number of jobs in the queue. It asks Redis in a thread of its own and waits at most a second, so
    Redis delays nobody when it does not answer."""

    def __init__(self, depth: Callable[[], int]) -> None:
        self._depth = depth
        self._pending: Future[int] | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        depth = self._ask()
        yield GaugeMetricFamily(f"{PREFIX}_queue_up", "Whether Redis answers.", int(depth is not None))
        if depth is not None:
            yield GaugeMetricFamily(f"{PREFIX}_queue_depth", "Jobs that wait in Redis.", depth)

    def _ask(self) -> int | None:
        """Returns the number of jobs that wait, or None if Redis does not answer in time. Redis is not asked again
        before it has answered the last question."""
        if self._pending is None or self._pending.done():
            self._pending = Future()
            threading.Thread(target=self._answer, args=(self._pending,), name="queue depth", daemon=True).start()
        try:
            return self._pending.result(QUEUE_S)
        except Exception:  # whatever it is, there is no number
            return None

    def _answer(self, future: "Future[int]") -> None:
        try:
            future.set_result(self._depth())
        except Exception as error:
            future.set_exception(error)


@cache
def process_metrics() -> Metrics:
    """The metrics of this process, shared by all `App`s in it."""
    return Metrics(REGISTRY)
