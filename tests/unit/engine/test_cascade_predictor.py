"""A cascade: each request is sent once, each to its model, and a server that is away stops only its own model."""

from collections.abc import Iterable, Sequence

import pytest

from backend.domain.cascade import Cascade, reason_of
from backend.domain.chat.request import ChatRequest
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.chat.request_resources import RequestResources
from backend.domain.connections.connection import DEFAULT
from backend.domain.labels.config import read_config
from backend.domain.outcome import Failure, Outcome
from backend.domain.task import Task
from backend.engine import completion_writer as recorder
from backend.engine import request_executor as executor_module
from backend.engine.cascade_predictor import CascadePredictor
from backend.engine.predictor import NoSharing, Predictor
from backend.engine.request_executor import RequestExecutor
from backend.engine.stored_model import StoredModel
from backend.errors import ProviderAwayError, ProviderError
from tests.scripted import BROKEN, CONFIG, Reply, ScriptedModel, at, completion, run, tasks, tokens, version
from tests.unit.engine.test_predictor import StoredAnswers, pricing

CASCADE = Cascade("dear", "other", 0.8)
SCHEMA = read_config(CONFIG)
VERSION = version(schema=SCHEMA, cascade=CASCADE)
AWAY = ProviderError("Nobody answers at http://cheap.test/v1.")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor_module, "_delay", lambda *_: 0)
    monkeypatch.setattr(recorder, "GATHER_S", 0)


def builder() -> RequestBuilder:
    addresses = {DEFAULT: "http://cheap.test/v1", "other": "http://dear.test/v1"}
    return RequestBuilder(VERSION, SCHEMA, RequestResources(addresses.__getitem__))


def number_of(request: ChatRequest) -> int:
    return int(request.user.rsplit(" ", 1)[1])


def says(label: str, sure: float) -> Reply:
    return tokens(('{"mood": "', 1.0), (label, sure), ('"}', 1.0))


def cheap(request: ChatRequest, attempt: int) -> Reply:
    """Sure of odd tasks, unsure of even ones, and nonsense about task 9."""
    number = number_of(request)
    if number == 9:
        return BROKEN
    reply = says("Good", 0.95 if number % 2 else 0.5)
    assert not isinstance(reply, str | Failure | Exception)
    return completion(reply.text, request.digest, attempt, logprobs=reply.logprobs)


def dear(request: ChatRequest, attempt: int) -> Reply:
    reply = says("Bad", 0.99)
    assert not isinstance(reply, str | Failure | Exception)
    return completion(reply.text, request.digest, attempt, logprobs=reply.logprobs)


class Scene:
    """Two models, what is stored, and what came out."""

    def __init__(self, first: ScriptedModel, second: ScriptedModel) -> None:
        self.first, self.second, self.facts = first, second, StoredAnswers()
        self.outcomes: list[Outcome] = []
        self.told: list[str] = []

    def label(self, pages: Iterable[list[Task]], claims: NoSharing | None = None) -> dict[int, Outcome]:
        run(self._label(pages, claims))
        assert len({outcome.task_id for outcome in self.outcomes}) == len(self.outcomes)
        return {outcome.task_id: outcome for outcome in self.outcomes}

    async def _label(self, pages: Iterable[list[Task]], claims: NoSharing | None) -> None:
        self.outcomes = []

        async def sink(some: list[Outcome]) -> None:
            self.outcomes.extend(some)

        executors = [RequestExecutor(StoredModel(model, self.facts.write), 4) for model in (self.first, self.second)]
        for executor in executors:
            executor.patience.notify = self.told.append
        try:
            base = Predictor(executors[0], self.facts, pricing, claims)
            await CascadePredictor(base, executors[1], CASCADE).label(builder(), pages, sink)
        finally:
            for executor in executors:
                await executor.close()

    def asked(self) -> tuple[list[int], list[int]]:
        return sorted(map(number_of, self.first.requests)), sorted(map(number_of, self.second.requests))


def test_the_second_is_asked_where_the_first_is_unsure_or_unusable() -> None:
    scene = Scene(ScriptedModel(cheap), ScriptedModel(dear))
    found = scene.label([tasks(6), tasks(6, 7)])
    assert scene.asked() == ([*range(1, 10), 9, 10, 11, 12], [2, 4, 6, 8, 9, 10, 12])
    assert {task for task, outcome in found.items() if outcome.first} == {2, 4, 6, 8, 9, 10, 12}
    assert (reason_of(found[2]), reason_of(found[9]), reason_of(found[1])) == ("unsure", "unusable", None)
    assert (found[1].sent, found[2].sent, found[9].sent) == (1, 2, 3)
    assert {request.template.base_url for request in scene.second.requests} == {"http://dear.test/v1"}
    assert {request.template.connection for request in scene.second.requests} == {"other"}


def test_its_requests_are_those_of_a_version_with_that_model_alone() -> None:
    (_, ask), *_ = builder().requests(tasks(1))
    assert isinstance(ask, ChatRequest)
    urls = ("http://cheap.test/v1", "http://dear.test/v1")
    alone = [RequestBuilder(step, SCHEMA, at(url)) for step, url in zip(VERSION.steps, urls, strict=True)]
    digests = [one.request(tasks(1)[0]) for one in alone]
    assert [request.digest for request in digests if isinstance(request, ChatRequest)] == [
        ask.digest,
        ask.then.digest if ask.then else "",
    ]


def test_what_is_stored_is_not_asked_again() -> None:
    scene = Scene(ScriptedModel(cheap), ScriptedModel(dear))
    before = scene.label([tasks(12)])
    requests = len(scene.first.requests), len(scene.second.requests)
    again = scene.label([tasks(12)])
    assert (len(scene.first.requests), len(scene.second.requests)) == requests
    assert all(outcome.reused and not outcome.sent for outcome in again.values())
    assert {task: outcome.answer for task, outcome in again.items()} == {
        task: outcome.answer for task, outcome in before.items()
    }


def test_without_the_first_server_the_second_answers_all() -> None:
    scene = Scene(ScriptedModel([AWAY]), ScriptedModel(dear))
    found = scene.label([tasks(20)])
    assert len(found) == 20
    assert {reason_of(outcome) for outcome in found.values()} == {"failed"}
    assert scene.told == [f"{AWAY} other/dear is asked in its place."]


def test_without_the_second_server_the_others_go_on_and_those_that_wait_are_counted() -> None:
    scene = Scene(ScriptedModel(cheap), ScriptedModel([AWAY]))
    with pytest.raises(ProviderAwayError, match="7 tasks wait for other/dear; what the first model answered is kept"):
        scene.label([tasks(6), tasks(6, 7)])
    assert sorted(outcome.task_id for outcome in scene.outcomes) == [1, 3, 5, 7, 11]
    scene.second = ScriptedModel(dear)
    sent = len(scene.first.requests)
    assert len(scene.label([tasks(12)])) == 12
    assert len(scene.first.requests) == sent, "the first model's answers were kept"


def test_a_failure_of_one_task_goes_on_alone() -> None:
    def fails(request: ChatRequest, attempt: int) -> Reply:
        return Failure("bad_request", "Too long.") if number_of(request) == 3 else cheap(request, attempt)

    scene = Scene(ScriptedModel(fails), ScriptedModel(dear))
    found = scene.label([tasks(5)])
    assert reason_of(found[3]) == "failed"
    assert found[1].first is None


class Others(NoSharing):
    """Another process asks what is not ours, until it is released."""

    def __init__(self, theirs: str) -> None:
        self.theirs = {theirs}

    def take(self, digests: Sequence[str]) -> list[str]:
        return [digest for digest in digests if digest not in self.theirs]

    def release(self) -> None:
        self.theirs = set()


def test_a_second_request_that_another_process_asks_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.engine.predictor.OTHERS_S", 0.01)
    scene = Scene(ScriptedModel(cheap), ScriptedModel(dear))
    ask = builder().request(tasks(2)[1])
    assert isinstance(ask, ChatRequest)
    assert ask.then is not None
    assert len(scene.label([tasks(4)], Others(ask.then.digest))) == 4


class OthersTwice(NoSharing):
    """Another process asks the first request, and later the second one."""

    def __init__(self) -> None:
        self.calls = 0

    def take(self, digests: Sequence[str]) -> Sequence[str]:
        self.calls += 1
        return [] if self.calls in (1, 3) else digests


def test_a_second_request_that_another_process_asks_after_the_first_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("backend.engine.predictor.OTHERS_S", 0.01)
    scene = Scene(ScriptedModel(cheap), ScriptedModel(dear))
    claims = OthersTwice()
    assert list(scene.label([tasks(2)[1:]], claims)) == [2]
    assert claims.calls > 3
