"""A run by the batch endpoint, against the stand-in's: what is uploaded, what comes back, what is asked again."""

import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.batches import BatchStore
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.adapters.prometheus import Metrics
from backend.adapters.providers.batch_api import BatchApi
from backend.adapters.providers.chat_completions import ChatCompletions
from backend.adapters.providers.model_connection import ModelConnection
from backend.domain.chat.request import MAX_ATTEMPTS
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.dataset.subset import Subset
from backend.domain.outcome import Failure, Outcome, Rejection
from backend.domain.runs.run import Run
from backend.domain.task import Task
from backend.engine.shutdown import Shutdown, Stopped
from backend.errors import ProviderAwayError, ProviderError, RunError
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.progress import Silent
from backend.services.run_control.termination import Canceled, LeftBatch
from backend.services.runs.batch import batch_run as module
from backend.services.runs.batch import request_files as batch_writer
from backend.services.runs.batch.batch_run import Batches, BatchRun
from backend.services.runs.batch.request_files import BatchStores
from tests.running import RunningStandIn, until
from tests.scripted import at, builder, some, tasks

KEY = "sk-of-a-test"


class NotedOutcomes(Silent):
    """Keeps what comes, and what is said."""

    def __init__(self, told: list[str]) -> None:
        self.outcomes: list[Outcome] = []
        self._told = told

    def add(self, outcomes: list[Outcome]) -> None:
        self.outcomes += outcomes

    def notify(self, sentence: str) -> None:
        self._told.append(sentence)


class BatchDesk:
    """One database, one provider, and the run that is worked on."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self.store = Store(f"sqlite:///{folder / 'record.sqlite3'}")
        self.run_store = RunStore(self.store)
        self.lines = BatchStore(self.store)
        self.run = self.new_run()
        self.heartbeat = Heartbeat(lambda *_: "in_progress")
        self.told: list[str] = []
        self.stop = Shutdown()
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry)

    def new_run(self) -> Run:
        return self.run_store.create(NewRun("mood@1", 7, Subset("all"), batch=True))

    @property
    def batches(self) -> Batches:
        stores = BatchStores(self.store, self.run_store.run_tasks, self.lines)
        prices = lambda model, connection: lambda prompt, cached, said: 1.0  # noqa: E731
        connection = ModelConnection(self.url, KEY, 10)
        api, model = lambda: BatchApi(connection), lambda: ChatCompletions(connection)
        return Batches(stores, api, model, self.url, prices, lambda: self.metrics, self.stop)

    def label(self, *pages: list[Task], attempts: int = MAX_ATTEMPTS, **changed: Any) -> list[Outcome]:
        plain = builder(**{"parameters": {}, **changed})
        made = RequestBuilder(plain.version, plain.schema, at(self.url), attempts)
        bar = NotedOutcomes(self.told)
        self.batches.label(BatchRun(self.run, made, lambda: pages, bar, self.heartbeat))
        return bar.outcomes


@pytest.fixture
def desk(tmp_path: Path, stand_in: RunningStandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchDesk]:
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.01)
    made = BatchDesk(tmp_path, stand_in.url)
    yield made
    made.store.close()


def once_told(desk: BatchDesk, act: Callable[[], object]) -> threading.Thread:
    """A thread that acts as soon as something was said."""

    def wait() -> None:
        until(desk.told.__len__)
        act()

    return threading.Thread(target=wait)


def counted(stand_in: RunningStandIn) -> tuple[int, int, int, int]:
    """Requests in all, of them in batches; uploads; batches."""
    stats = stand_in.stats()
    return stats["requests"], stats["batched"], stats["uploads"], stats["batches"]


def test_every_task_gets_its_answer_at_half_the_price(desk: BatchDesk, stand_in: RunningStandIn) -> None:
    outcomes = desk.label(tasks(6), tasks(5, first=7))
    assert [outcome.task_id for outcome in outcomes] == list(range(1, 12))
    assert all(outcome.answer for outcome in outcomes)
    assert [outcome.usage.cost_usd for outcome in outcomes] == [1.0, *[0.5] * 10]
    assert [outcome.sent for outcome in outcomes] == [1] * 11
    assert outcomes[1].usage.seconds is None
    assert outcomes[1].confidence is not None
    assert counted(stand_in) == (11, 10, 1, 1)
    counts = desk.run_store.run_tasks.counts(desk.run, lambda *_: lambda *_: 1.0)
    assert (counts.done, counts.requests, counts.reused, counts.cost_usd) == (11, 11, 0, 6.0)
    assert "completed, 10 of 10 answered" in desk.told[-1]


def test_a_second_run_asks_nothing(desk: BatchDesk, stand_in: RunningStandIn) -> None:
    desk.label(tasks(5))
    desk.run = desk.new_run()
    assert [(o.sent, o.reused) for o in desk.label(tasks(5))] == [(0, True)] * 5
    assert counted(stand_in) == (5, 4, 1, 1)


def test_identical_requests_go_up_once(desk: BatchDesk, stand_in: RunningStandIn) -> None:
    twins = [Task(number, {"text": f"text {number % 3}"}) for number in range(9)]
    outcomes = desk.label(twins[:5], twins[5:])
    assert all(outcome.answer for outcome in outcomes)
    assert sum(outcome.sent for outcome in outcomes) == 3
    assert counted(stand_in) == (3, 2, 1, 1)


def test_a_task_that_can_not_be_asked_about_stays_one(desk: BatchDesk) -> None:
    outcomes = desk.label([Task(1, {"text": "fine"}), Task(2, {"text": ""}), Task(3, {"text": "fine too"})])
    assert [isinstance(outcome.verdict, Failure) for outcome in outcomes] == [False, True, False]


def test_large_runs_are_split(desk: BatchDesk, stand_in: RunningStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_writer, "MOST_LINES", 4)
    assert all(outcome.answer for outcome in desk.label(tasks(7), tasks(7, first=8)))
    assert counted(stand_in) == (14, 13, 4, 4)
    monkeypatch.setattr(batch_writer, "MOST_BYTES", 1500)
    assert all(outcome.answer for outcome in desk.label(tasks(5, first=100)))
    assert counted(stand_in)[:2] == (19, 17)
    assert counted(stand_in)[2] > 5


def test_what_a_model_refuses_is_learnt_before_the_upload(desk: BatchDesk, stand_in: RunningStandIn) -> None:
    stand_in.control(no_logprobs=True, no_json_schema=True)
    assert all(outcome.answer for outcome in desk.label(tasks(5)))
    assert counted(stand_in)[1:] == (4, 1, 1)


def test_malformed_answers_go_into_a_following_batch(desk: BatchDesk, stand_in: RunningStandIn) -> None:
    stand_in.control(malformed=0.5)
    outcomes = desk.label(tasks(40))
    rejected = [outcome for outcome in outcomes if isinstance(outcome.verdict, Rejection)]
    assert 0 < len(rejected) < 25
    assert all(outcome.sent == 2 for outcome in rejected)
    assert counted(stand_in)[2:] == (2, 2)
    assert stand_in.stats()["max_asked_after_good"] == 0
    assert stand_in.stats()["most_repeats"] == 2


def test_what_was_malformed_goes_up_again_for_a_run_that_may_have_more_answers(
    desk: BatchDesk, stand_in: RunningStandIn
) -> None:
    stand_in.control(malformed=1.0)
    assert all(isinstance(outcome.verdict, Rejection) for outcome in desk.label(tasks(5)))
    stand_in.control(malformed=0.0)
    desk.run = desk.new_run()
    assert all(outcome.reused for outcome in desk.label(tasks(5)))
    desk.run = desk.new_run()
    assert all(outcome.answer for outcome in desk.label(tasks(5), attempts=2 * MAX_ATTEMPTS))
    assert stand_in.requests() == 5 * (MAX_ATTEMPTS + 1)


@pytest.mark.parametrize(("fault", "kind"), [("server_error", "server"), ("rate_limited", "rate_limited")])
def test_errors_in_a_batch_are_failures_that_a_later_run_asks_again(
    desk: BatchDesk, stand_in: RunningStandIn, fault: str, kind: str
) -> None:
    desk.label(tasks(1))
    stand_in.control(**{fault: 0.5}, seed=5)
    probe = [Task(1, {"text": "text 1"})]
    outcomes = desk.label(probe, tasks(30, first=2))
    failed = [outcome.verdict for outcome in outcomes if isinstance(outcome.verdict, Failure)]
    assert 0 < len(failed) < 31
    assert {failure.kind for failure in failed} == {kind}
    stand_in.control(**{fault: 0.0})
    desk.run = desk.new_run()
    again = desk.label(probe, tasks(30, first=2))
    assert all(outcome.answer for outcome in again)
    assert sum(outcome.sent for outcome in again) == len(failed)


@pytest.mark.parametrize(("end", "kind", "answered"), [("expired", "deadline", 10), ("failed", "bad_request", 0)])
def test_batches_that_end_badly(desk: BatchDesk, stand_in: RunningStandIn, end: str, kind: str, answered: int) -> None:
    stand_in.control(batch_end=end)
    outcomes = desk.label(tasks(21))
    assert sum(outcome.answer is not None for outcome in outcomes) == answered + 1
    assert {o.verdict.kind for o in outcomes if isinstance(o.verdict, Failure)} == {kind}
    stand_in.control(batch_end="")
    desk.run = desk.new_run()
    assert all(outcome.answer for outcome in desk.label(tasks(21)))
    assert stand_in.requests() == 21


def test_a_provider_without_the_endpoint(desk: BatchDesk, stand_in: RunningStandIn) -> None:
    stand_in.control(no_batches=True)
    with pytest.raises(ProviderError, match="has no batch endpoint: run it without a batch"):
        desk.label(tasks(3))
    desk.batches.check("mood@1")
    stand_in.control(no_batches=False)
    assert all(outcome.answer for outcome in desk.label(tasks(3)))


def test_a_wrong_key_stops_it_before_anything_is_uploaded(desk: BatchDesk, stand_in: RunningStandIn) -> None:
    stand_in.control(api_key="another")
    with pytest.raises(ProviderError, match="OPENAI_API_KEY"):
        desk.label(tasks(3))
    assert counted(stand_in)[2:] == (0, 0)


def test_a_provider_that_is_away_is_waited_for(desk: BatchDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.1)
    desk.lines.move(desk.lines.create(desk.run.id, "http://127.0.0.1:9/v1", "m"), "open", batch_id="batch_1")
    desk.url = "http://127.0.0.1:9/v1"
    with pytest.raises(ProviderAwayError):
        desk.label([])
    assert len(desk.told) > 1


def test_an_interrupted_run_says_how_to_go_on_and_goes_on(desk: BatchDesk, stand_in: RunningStandIn) -> None:
    stand_in.control(batch_delay_ms=600_000)
    once_told(desk, lambda: signal.raise_signal(signal.SIGINT)).start()
    with pytest.raises(LeftBatch) as left:
        desk.label(tasks(5))
    assert left.value.notice.details == {"run": desk.run.id}
    with pytest.raises(RunError, match=f"A batch of run {desk.run.id} is under way"):
        desk.batches.check("mood@1")
    stand_in.control(batch_delay_ms=0)
    first, desk.run = desk.run, desk.new_run()
    assert desk.batches.cancel(first.id)
    assert counted(stand_in) == (3, 2, 1, 1)
    outcomes = desk.label(tasks(5))
    assert all(outcome.answer for outcome in outcomes)
    assert stand_in.requests() == 5
    assert stand_in.stats()["max_asked_after_good"] == 0


def test_a_process_that_is_to_end_leaves_the_batch_to_the_next(desk: BatchDesk, stand_in: RunningStandIn) -> None:
    stand_in.control(batch_delay_ms=600_000)
    once_told(desk, desk.stop.request).start()
    with pytest.raises(Stopped):
        desk.label(tasks(5))
    desk.stop = Shutdown()
    stand_in.control(batch_delay_ms=0)
    assert all(outcome.answer for outcome in desk.label(tasks(5)))
    assert counted(stand_in) == (5, 4, 1, 1)


def test_a_process_that_is_to_end_uploads_nothing(desk: BatchDesk, stand_in: RunningStandIn) -> None:
    desk.stop.request()
    with pytest.raises(Stopped):
        desk.label(tasks(5))
    assert counted(stand_in) == (0, 0, 0, 0)


def test_what_a_batch_brings_is_counted(desk: BatchDesk, stand_in: RunningStandIn) -> None:
    outcomes = desk.label(tasks(6))
    model = "open_prompts_requests_total", {"model": builder().version.model, "result": "answered"}
    assert desk.registry.get_sample_value(*model) == 5
    assert desk.registry.get_sample_value("open_prompts_answers_total") == len(outcomes)


def test_a_canceled_run_ends_at_once_and_keeps_what_came(desk: BatchDesk, stand_in: RunningStandIn) -> None:
    stand_in.control(batch_delay_ms=600_000)
    stop = once_told(desk, lambda: setattr(desk.heartbeat, "canceled", True))
    stop.start()
    with pytest.raises(Canceled):
        desk.label(tasks(9))
    stop.join()
    assert desk.batches.cancel(desk.run.id)
    desk.batches.check("mood@1")
    digests = [ask.digest for page in desk.run_store.run_tasks.of_run(desk.run.id) for ask in page if ask.digest]
    assert len(desk.store.completions(digests)) == 5
    assert not desk.batches.cancel(desk.run.id)


def test_a_run_of_other_requests_leaves_a_batch_alone(desk: BatchDesk, stand_in: RunningStandIn) -> None:
    stand_in.control(batch_delay_ms=600_000)
    batch = desk.lines.create(desk.run.id, desk.url, "m")
    other = replace(desk.run, tag="other@1")
    assert desk.lines.of_version(other.tag, desk.url) == []
    assert desk.lines.of_version("mood@1", "http://elsewhere.test") == []
    assert desk.lines.of_version("mood@1", desk.url) == [batch]


def test_all_samples_go_up_and_their_agreement_comes_back(desk: BatchDesk, stand_in: RunningStandIn) -> None:
    outcomes = desk.label(tasks(4), confidence="samples:3", parameters={"temperature": 0})
    assert counted(stand_in) == (12, 11, 1, 1)
    assert [outcome.sent for outcome in outcomes] == [3] * 4
    assert all(round(3 * some(outcome.confidence)) in (1, 2, 3) for outcome in outcomes)
    counts = desk.run_store.run_tasks.counts(desk.run, lambda *_: lambda *_: 1.0)
    assert (counts.done, counts.requests) == (4, 12)
