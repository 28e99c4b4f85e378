"""Predict: every task has exactly one outcome, each text is asked about once, and memory stays bounded."""

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.domain.answer import Answer, Labels
from backend.domain.chat import judged as judged_module
from backend.domain.chat.answer_spec import AnswerSpec
from backend.domain.chat.request import ChatRequest, Completion, PlannedRequests
from backend.domain.chat.response_parser import read
from backend.domain.labels.config import read_config
from backend.domain.outcome import Failure, Outcome, Rejection
from backend.domain.task import Task
from backend.engine import completion_writer as recorder
from backend.engine import request_executor as executor_module
from backend.engine.predictor import NoSharing, Plan, Predictor, Sink
from backend.engine.request_executor import RequestExecutor
from backend.engine.request_source import RequestSource
from backend.engine.stored_model import StoredModel
from backend.errors import ProviderError, StoreError, StudioError
from tests.scripted import BROKEN, GOOD, Reply, ScriptedModel, builder, completion, request, run, tasks

BAD = Failure("bad_request", "No.")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor_module, "_delay", lambda *_: 0)
    monkeypatch.setattr(recorder, "GATHER_S", 0)


class StoredAnswers:
    """Stored completions; `looked_up` are the digests asked for, call by call."""

    def __init__(self, found: Sequence[Completion] = ()) -> None:
        self.stored: dict[str, list[Completion]] = {}
        self.looked_up: list[list[str]] = []
        self.trouble: Exception | None = None
        self.write(found)

    def write(self, batch: Sequence[Completion]) -> None:
        for fact in batch:
            self.stored.setdefault(fact.digest, []).append(fact)

    def completions(self, digests: Sequence[str]) -> dict[str, list[Completion]]:
        if self.trouble is not None:
            raise self.trouble
        self.looked_up.append(list(digests))
        return {digest: list(self.stored[digest]) for digest in digests if digest in self.stored}


def pricing(model: str, _connection: str) -> Callable[[int, int, int], float]:
    return lambda prompt, cached, said: 0.01


async def labelled(
    model: ScriptedModel,
    pages: Iterable[list[Task]],
    facts: StoredAnswers | None = None,
    concurrency: int = 4,
    plan: Plan | None = None,
    asks: RequestSource | None = None,
    sink: Sink | None = None,
    claims: NoSharing | None = None,
) -> list[Outcome]:
    """All outcomes of these pages, in the order in which they came."""
    outcomes: list[Outcome] = []

    async def keep(some: list[Outcome]) -> None:
        outcomes.extend(some)

    facts = facts if facts is not None else StoredAnswers()
    executor = RequestExecutor(StoredModel(model, facts.write), concurrency)
    try:
        await Predictor(executor, facts, pricing, claims).label(asks or builder(), pages, sink or keep, plan)
    finally:
        await executor.close()
    return outcomes


def label(model: ScriptedModel, pages: Iterable[list[Task]], **how: Any) -> list[Outcome]:
    return run(labelled(model, pages, **how))


def pages_of(found: list[Task], size: int) -> list[list[Task]]:
    return [found[start : start + size] for start in range(0, len(found), size)]


def ids(outcomes: Iterable[Outcome]) -> list[int]:
    return [outcome.task_id for outcome in outcomes]


def failure(outcome: Outcome) -> Failure:
    assert isinstance(outcome.verdict, Failure)
    return outcome.verdict


def rejection(outcome: Outcome) -> Rejection:
    assert isinstance(outcome.verdict, Rejection)
    return outcome.verdict


def test_every_task_has_exactly_one_outcome() -> None:
    model = ScriptedModel()
    outcomes = label(model, pages_of(tasks(57), 10))
    assert sorted(ids(outcomes)) == list(range(1, 58))
    assert {str(outcome.answer) for outcome in outcomes} == {"{'mood': Labels(names=('Good',))}"}
    assert all((outcome.sent, outcome.reused) == (1, False) for outcome in outcomes)


@pytest.mark.parametrize("pages", [[], [[]], [[], [], []], [[], tasks(1), []]])
def test_pages_may_be_empty_or_missing(pages: list[list[Task]]) -> None:
    assert ids(label(ScriptedModel(), pages)) == [task.id for page in pages for task in page]


def test_outcomes_come_as_they_come_and_not_at_the_end() -> None:
    async def scene() -> None:
        outcomes, first, others_may_go_on = list[Outcome](), asyncio.Event(), asyncio.Event()

        async def sink(some: list[Outcome]) -> None:
            outcomes.extend(some)
            first.set()

        async def reply(asked: ChatRequest, _: int) -> Reply:
            if not asked.user.endswith("text 1"):
                await others_may_go_on.wait()
            return GOOD

        labeler = asyncio.create_task(labelled(ScriptedModel(reply), [tasks(8)], sink=sink))
        await first.wait()
        assert ids(outcomes) == [1]
        others_may_go_on.set()
        await labeler
        assert len(outcomes) == 8

    run(scene())


def test_the_same_text_is_asked_about_once_within_a_page_and_across_pages() -> None:
    model = ScriptedModel()
    same = [Task(number, {"text": "the same", "other": number}) for number in range(40)]
    outcomes = label(model, pages_of(same, 7))
    assert sorted(ids(outcomes)) == list(range(40))
    assert len(model.requests) == 1
    assert sum(outcome.sent for outcome in outcomes) == 1
    assert sum(outcome.reused for outcome in outcomes) == 39


def test_what_is_stored_is_not_asked_about_again() -> None:
    model, facts = ScriptedModel(), StoredAnswers()
    first = label(model, [tasks(20)], facts=facts)
    second = label(model, [tasks(20)], facts=facts)
    assert len(model.requests) == 20
    assert sorted(ids(second)) == sorted(ids(first))
    assert all((outcome.sent, outcome.reused) == (0, True) for outcome in second)
    assert [outcome.answer for outcome in second] == [outcome.answer for outcome in first]


def test_a_completion_is_read_once_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []

    def counted(attempt: Completion, spec: AnswerSpec) -> Answer | Rejection:
        texts.append(attempt.text)
        return read(attempt, spec)

    monkeypatch.setattr(judged_module, "read", counted)
    facts = StoredAnswers()
    label(ScriptedModel([BROKEN]), [tasks(1)], facts=facts)
    label(ScriptedModel(), [tasks(1, first=2)], facts=facts)
    assert texts == [BROKEN, BROKEN, GOOD]
    texts.clear()
    label(ScriptedModel(), [tasks(2)], facts=facts)
    assert texts == [BROKEN, BROKEN, GOOD], "stored ones too"


def test_only_what_is_missing_is_asked_about() -> None:
    model, facts = ScriptedModel(), StoredAnswers()
    label(model, [tasks(10)], facts=facts)
    outcomes = label(model, [tasks(15)], facts=facts)
    assert len(model.requests) == 15
    assert sorted(ids(outcomes)) == list(range(1, 16))
    assert sorted(outcome.task_id for outcome in outcomes if outcome.sent) == [11, 12, 13, 14, 15]


def test_one_look_up_per_page_with_each_digest_once() -> None:
    facts = StoredAnswers()
    label(ScriptedModel(), [[*tasks(3), *tasks(3)], tasks(2, first=50)], facts=facts)
    assert [len(digests) for digests in facts.looked_up] == [3, 2]


def test_a_malformed_fact_leaves_one_attempt() -> None:
    model, facts = ScriptedModel(), StoredAnswers([completion(BROKEN, request("text 1").digest)])
    (outcome,) = label(model, [tasks(1)], facts=facts)
    assert model.attempts == [1]
    assert outcome.answer == {"mood": Labels(("Good",))}
    assert outcome.usage.cost_usd == pytest.approx(0.02)


def test_two_malformed_facts_leave_none() -> None:
    digest = request("text 1").digest
    facts = StoredAnswers([completion(BROKEN, digest), completion(BROKEN, digest, 1)])
    model = ScriptedModel()
    (outcome,) = label(model, [tasks(1)], facts=facts)
    assert model.requests == []
    assert isinstance(outcome.verdict, Rejection)
    assert outcome.reused


def test_tasks_that_can_not_be_asked_about_have_their_failure() -> None:
    found = [Task(1, {"text": "fine"}), Task(2, {}), Task(3, {"text": None}), Task(4, {"text": "fine too"})]
    outcomes = {outcome.task_id: outcome for outcome in label(ScriptedModel(), [found])}
    assert {number: outcome.spoke for number, outcome in outcomes.items()} == {1: True, 2: False, 3: False, 4: True}
    assert failure(outcomes[2]).kind == "bad_task"
    assert outcomes[2].digest is None


def test_failures_and_rejections_are_outcomes_too() -> None:
    replies: dict[str, Reply] = {"1": GOOD, "2": BAD, "3": BROKEN}
    model = ScriptedModel(lambda asked, _: replies[asked.user[-1]])
    outcomes = {outcome.task_id: outcome for outcome in label(model, [tasks(3)])}
    assert outcomes[1].answer == {"mood": Labels(("Good",))}
    assert (outcomes[2].verdict, outcomes[2].sent) == (BAD, 1)
    assert (rejection(outcomes[3]).reason, outcomes[3].sent) == ("not_json", 2)
    assert all(outcomes[number].digest for number in (1, 2, 3))


class DroppedDigests(NoSharing):
    """The digests that were dropped; each had been stored when it was."""

    def __init__(self, facts: StoredAnswers) -> None:
        self.facts = facts
        self.digests: list[str] = []

    def drop(self, digests: Sequence[str]) -> None:
        assert set(digests) <= set(self.facts.stored)
        self.digests += digests


def test_claims_to_what_is_stored_are_dropped_and_those_to_failures_kept() -> None:
    good, bad, there, broken = (request(f"text {number}").digest for number in (1, 2, 3, 4))
    facts = StoredAnswers([completion(digest=there)])
    claims = DroppedDigests(facts)
    replies: dict[str, Reply] = {bad: BAD, broken: BROKEN}
    model = ScriptedModel(lambda asked, _: replies.get(asked.digest, GOOD))
    label(model, [tasks(4), *(tasks(1, number) for number in range(5, 20))], facts=facts, concurrency=1, claims=claims)
    assert {good, there, broken} <= set(claims.digests)
    assert bad not in claims.digests


def test_a_task_with_choices_of_its_own() -> None:
    config = """<View><Text name="text" value="$text"/><Choices name="mood" toName="text" value="$options"/></View>"""
    found = [
        Task(1, {"text": "a", "options": ["Good", "Bad"]}),
        Task(2, {"text": "a", "options": ["Great", "Awful"]}),
        Task(3, {"text": "a"}),
    ]
    outcomes = {o.task_id: o for o in label(ScriptedModel(), [found], asks=builder(read_config(config)))}
    assert outcomes[1].answer == {"mood": Labels(("Good",))}
    assert rejection(outcomes[2]).reason == "unknown_choice"
    assert failure(outcomes[3]).kind == "bad_task"


def test_a_plan_is_made_of_every_page_before_anything_of_it_is_asked() -> None:
    events: list[tuple[str, str | None]] = []

    def reply(asked: ChatRequest, _: int) -> Reply:
        events.append(("asked", asked.digest))
        return GOOD

    def plan(asks: PlannedRequests) -> None:
        assert threading.current_thread() is not threading.main_thread()
        events.extend(("planned", ask.digest if not isinstance(ask, Failure) else None) for _, ask in asks)
        planned.extend(task_id for task_id, _ in asks)

    planned: list[int] = []
    label(ScriptedModel(reply), [[*tasks(5), Task(99, {})], tasks(5, first=6)], plan=plan)
    assert planned == [1, 2, 3, 4, 5, 99, 6, 7, 8, 9, 10]
    for number, (kind, digest) in enumerate(events):
        assert kind == "planned" or ("planned", digest) in events[:number]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_are_in_flight_than_allowed(concurrency: int) -> None:
    async def slowly(*_asked: object) -> Reply:
        for _ in range(5):
            await asyncio.sleep(0)
        return GOOD

    model = ScriptedModel(slowly)
    label(model, pages_of(tasks(40), 10), concurrency=concurrency)
    assert model.peak == concurrency


# When the whole has to stop


def test_trouble_of_the_provider_stops_it_at_once_and_what_is_stored_stays() -> None:
    facts, pulled, outcomes = StoredAnswers(), list[list[Task]](), list[Outcome]()

    def reply(asked: ChatRequest, _: int) -> Reply:
        return ProviderError("No quota left.") if asked.user.endswith(" 5") else GOOD

    def pages() -> Iterator[list[Task]]:
        for page in pages_of(tasks(1000), 10):
            pulled.append(page)
            yield page

    async def sink(some: list[Outcome]) -> None:
        outcomes.extend(some)

    model = ScriptedModel(reply)
    with pytest.raises(ProviderError, match="No quota left"):
        label(model, pages(), facts=facts, concurrency=1, sink=sink)
    assert set(ids(outcomes)) >= {1, 2}
    assert {outcome.digest for outcome in outcomes} <= set(facts.stored)
    assert len(model.requests) < 15
    assert len(pulled) <= 3
    assert len(facts.stored) == len(model.requests) - 1


@pytest.mark.parametrize("trouble", [StudioError("Label Studio is gone."), ValueError("a bug")])
def test_trouble_with_the_pages_stops_it(trouble: Exception) -> None:
    def pages() -> Iterator[list[Task]]:
        yield tasks(3)
        raise trouble

    with pytest.raises(type(trouble), match=str(trouble)):
        label(ScriptedModel(), pages())


def test_trouble_with_the_record_stops_it() -> None:
    facts = StoredAnswers()
    facts.trouble = StoreError("The disk is full.")
    with pytest.raises(StoreError, match="full"):
        label(ScriptedModel(), [tasks(3)], facts=facts)


def test_trouble_with_the_plan_stops_it_before_anything_is_asked() -> None:
    def plan(asks: PlannedRequests) -> None:
        raise StoreError("The disk is full.")

    model = ScriptedModel()
    with pytest.raises(StoreError):
        label(model, [tasks(3)], plan=plan)
    assert model.requests == []


def test_trouble_with_the_sink_stops_it() -> None:
    async def sink(some: list[Outcome]) -> None:
        raise StoreError("The disk is full.")

    with pytest.raises(StoreError):
        label(ScriptedModel(), pages_of(tasks(30), 10), sink=sink)


def test_cancelled_while_asking_it_stores_what_is_under_way() -> None:
    model, facts = ScriptedModel(), StoredAnswers()

    async def scene() -> None:
        model.hold = asyncio.Event()
        executor = RequestExecutor(StoredModel(model, facts.write), 4)

        async def sink(some: list[Outcome]) -> None:
            pass

        labeler = asyncio.create_task(
            Predictor(executor, facts, pricing).label(builder(), pages_of(tasks(100), 10), sink)
        )
        await model.arrived(1)
        labeler.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await labeler
        model.hold.set()
        await executor.close()

    run(scene())
    assert len(facts.stored) == len(model.requests) <= 4


# Memory


def test_never_more_than_two_pages_are_pulled_ahead() -> None:
    """While the model says nothing, only the page being asked about and the next one are in memory."""
    model, second = ScriptedModel(), threading.Event()
    pulled: list[list[Task]] = []

    def pages() -> Iterator[list[Task]]:
        for page in pages_of(tasks(400), 50):
            pulled.append(page)
            if len(pulled) == 2:
                second.set()
            yield page

    async def scene() -> list[Outcome]:
        model.hold = asyncio.Event()
        labeler = asyncio.create_task(labelled(model, pages(), concurrency=2))
        await model.arrived(1)
        await asyncio.to_thread(second.wait, 10)
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(pulled) == 2
        model.hold.set()
        return await labeler

    assert len(run(scene())) == 400
    assert len(pulled) == 8


@pytest.mark.slow
@pytest.mark.parametrize(("concurrency", "size"), [(1, 5), (2, 20), (4, 50)])
def test_what_is_pulled_but_not_done_is_two_pages_and_what_is_in_hand(concurrency: int, size: int) -> None:
    ahead, done = list[int](), list[Outcome]()

    def pages() -> Iterator[list[Task]]:
        for number, page in enumerate(pages_of(tasks(10 * size), size), start=1):
            ahead.append(number * size - len(done))
            yield page

    async def sink(some: list[Outcome]) -> None:
        done.extend(some)

    label(ScriptedModel(), pages(), concurrency=concurrency, sink=sink)
    assert max(ahead) <= 2 * size + 4 * concurrency


# Anything


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.sampled_from(["a", "b", "c", "d", "e", "", None]), max_size=30),
    size=st.integers(1, 8),
    concurrency=st.integers(1, 5),
    replies=st.fixed_dictionaries(
        {
            name: st.lists(
                st.sampled_from([GOOD, BROKEN, BAD, Failure("rate_limited", ""), Failure("server", "")]), min_size=1
            )
            for name in "abcde"
        }
    ),
)
def test_whatever_is_answered_every_task_has_one_outcome_and_no_answer_is_paid_for_twice(
    texts: list[str | None], size: int, concurrency: int, replies: dict[str, list[Reply]]
) -> None:
    asked = Counter[str]()

    def reply(got: ChatRequest, attempt: int) -> Reply:
        name = got.user[-1]
        asked[name] += 1
        said = replies[name][min(asked[name], len(replies[name])) - 1]
        answered[name, attempt] += isinstance(said, str)
        return said

    answered = Counter[tuple[str, int]]()
    facts = StoredAnswers()
    found = [Task(number, {"text": text}) for number, text in enumerate(texts)]
    outcomes = label(ScriptedModel(reply), pages_of(found, size), facts=facts, concurrency=concurrency)
    assert sorted(ids(outcomes)) == list(range(len(texts)))
    assert all(count <= 1 for count in answered.values())
    for stored in facts.stored.values():
        assert [fact.attempt for fact in stored] == list(range(len(stored)))
    for outcome in outcomes:
        assert outcome.digest in facts.stored if outcome.spoke else isinstance(outcome.verdict, Failure)


def test_a_task_that_crashes_leaves_the_others_alone(caplog: pytest.LogCaptureFixture) -> None:
    class Fragile(ScriptedModel):
        async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
            if "3" in request.user:
                raise ZeroDivisionError(request.user)
            return await super().complete(request, attempt)

    outcomes = {outcome.task_id: outcome for outcome in label(Fragile(), [tasks(5)])}
    assert sorted(outcomes) == [1, 2, 3, 4, 5]
    crashed = [task for task, outcome in outcomes.items() if not outcome.answer]
    assert len(crashed) == 1
    verdict = outcomes[crashed[0]].verdict
    assert isinstance(verdict, Failure)
    assert (verdict.kind, "ZeroDivisionError" in verdict.detail) == ("crashed", True)
    assert "ZeroDivisionError in complete" in caplog.text
    assert tasks(5)[crashed[0] - 1].data["text"] not in caplog.text


BAD_MOOD = '{"mood": "Bad"}'


def sampled(model: ScriptedModel, number: int = 3, samples: int = 5, **how: Any) -> list[Outcome]:
    return label(model, [tasks(number)], asks=builder(confidence=f"samples:{samples}"), **how)


def test_each_sample_is_asked_stored_and_counted() -> None:
    replies = {0: GOOD, 1: BAD_MOOD, 2: GOOD, 3: BAD_MOOD, 4: GOOD}
    model, facts = ScriptedModel(lambda asked, _: replies[asked.sample]), StoredAnswers()
    outcomes = sampled(model, facts=facts)
    assert Counter(asked.sample for asked in model.requests) == dict.fromkeys(range(5), 3)
    assert [outcome.answer for outcome in outcomes] == [{"mood": Labels(("Good",))}] * 3
    assert [(o.confidence, o.sent, o.reused) for o in outcomes] == [(0.6, 5, False)] * 3
    assert outcomes[0].usage.cost_usd == pytest.approx(0.05)
    again = sampled(model, facts=facts)
    assert [(o.confidence, o.sent, o.reused) for o in again] == [(0.6, 0, True)] * 3
    assert len(model.requests) == 15


def test_more_samples_ask_only_for_those_that_are_missing() -> None:
    model, facts = ScriptedModel(), StoredAnswers()
    sampled(model, samples=2, facts=facts)
    outcomes = sampled(model, samples=5, facts=facts)
    assert sorted(asked.sample for asked in model.requests[6:]) == sorted([2, 3, 4] * 3)
    assert [(outcome.confidence, outcome.sent) for outcome in outcomes] == [(1.0, 3)] * 3


def test_a_malformed_sample_is_asked_again_and_counts_against_the_answer_when_it_stays_so() -> None:
    model = ScriptedModel(lambda asked, attempt: BROKEN if asked.sample == 1 or not attempt else GOOD)
    (outcome,) = sampled(model, number=1, samples=4)
    assert (outcome.answer, outcome.confidence, outcome.sent) == ({"mood": Labels(("Good",))}, 0.75, 8)


def test_a_sample_that_fails_fails_its_task_and_the_next_run_asks_for_it_alone() -> None:
    trouble = [BAD]
    model, facts = (
        ScriptedModel(lambda asked, _: trouble.pop() if asked.sample == 3 and trouble else GOOD),
        StoredAnswers(),
    )
    (outcome,) = sampled(model, number=1, facts=facts)
    assert (outcome.verdict, outcome.sent) == (BAD, 5)
    (outcome,) = sampled(model, number=1, facts=facts)
    assert (outcome.confidence, outcome.sent) == (1.0, 1)
