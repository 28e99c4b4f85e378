"""A provider that is away is waited for by all together; a request's own trouble stays its own."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from backend.core.chat import Completion
from backend.core.outcomes import Failure, Outcome
from backend.errors import ProviderAwayError
from backend.flows.asker import Asker
from backend.flows.predict import Predictor
from backend.flows.provider import Patience
from tests.clock import run_jumping
from tests.scripted import GOOD, ScriptedModel, recipe, tasks

PATIENCE_S = 300.0


@pytest.fixture(autouse=True)
def the_same_chance() -> None:
    random.seed(7)


AWAY = {
    "500": Failure("server", "It answered 500."),
    "503, Retry-After 5": Failure("server", "It answered 503.", 5.0),
    "429, Retry-After 1": Failure("rate_limited", "Slow down.", 1.0),
    "429, Retry-After 40": Failure("rate_limited", "Slow down.", 40.0),
    "cut": Failure("connection", "Cut."),
    "not there": Failure("connection", "Nobody listens.", unbilled=True),
}
Reply = Callable[[str, float], Any]
"""The last word of a task's text and the time in seconds -> what the model replies."""


@dataclass
class Scene:
    """A run over `number` tasks against a model that `reply`s after `latency_s`."""

    reply: Reply
    number: int = 60
    concurrency: int = 8
    patience_s: float = PATIENCE_S
    latency_s: float = 0.1
    told: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    seconds: float = 0.0

    def run(self) -> "Scene":
        """Raises what the run raises."""
        self.model = ScriptedModel(self._script)
        self.seconds = run_jumping(self._label())[1]
        return self

    @property
    def answered(self) -> int:
        return sum(outcome.answer is not None for outcome in self.outcomes)

    @property
    def failures(self) -> dict[int, str]:
        found = {outcome.task_id: outcome.verdict for outcome in self.outcomes}
        return {task: verdict.kind for task, verdict in found.items() if isinstance(verdict, Failure)}

    async def _script(self, request: Any, _attempt: int) -> Any:
        await asyncio.sleep(self.latency_s)
        return self.reply(request.user.split()[-1], asyncio.get_running_loop().time())

    async def _label(self) -> None:
        asker = Asker(
            self.model, lambda _: None, self.concurrency, patience=Patience(self.patience_s, self.told.append)
        )

        async def sink(found: list[Outcome]) -> None:
            self.outcomes += found

        try:
            await Predictor(asker, NoFacts(), lambda _: lambda *_: 0.0).label(recipe(), [tasks(self.number)], sink)
        finally:
            await asker.close()


class NoFacts:
    def completions(self, _digests: Any) -> dict[str, list[Completion]]:
        return {}


def away(trouble: Failure, start: float, end: float) -> Reply:
    return lambda _, now: trouble if start <= now < end else GOOD


# An outage


@pytest.mark.parametrize("kind", [*AWAY])
@pytest.mark.parametrize("start", [0.0, 0.15])
@pytest.mark.parametrize("concurrency", [1, 8, 32])
def test_a_minute_without_answers_fails_no_task(kind: str, start: float, concurrency: int) -> None:
    if kind in ("cut", "not there") and start == 0:
        pytest.skip("a server that was never reached is another matter")
    scene = Scene(away(AWAY[kind], start, 60), concurrency=concurrency).run()
    assert (scene.answered, scene.failures) == (60, {})
    assert 60 < scene.seconds < 120
    assert len(scene.model.requests) < 60 + 2 * concurrency + 60
    first, last = scene.told
    assert AWAY[kind].detail in first
    assert "5 minutes at most" in first
    assert last.startswith("The model's server answers again")


@pytest.mark.parametrize("number", [2, 3, 10, 30])
def test_an_outage_at_the_end_of_a_run_is_waited_for_too(number: int) -> None:
    """All that is left is under way when it begins."""
    scene = Scene(away(AWAY["500"], 0.15, 60), number=number + 1, concurrency=32).run()
    assert (scene.answered, scene.failures) == (number + 1, {})


@pytest.mark.parametrize("kind", [*AWAY])
def test_patience_ends_and_the_run_can_be_resumed(kind: str) -> None:
    scene = Scene(away(AWAY[kind], 0.35, 1e9))
    with pytest.raises(ProviderAwayError, match="5 minutes"):
        scene.run()
    assert scene.failures == {}
    assert scene.answered > 0
    assert len(scene.model.requests) < 400


def test_a_wait_beyond_patience_ends_the_run_at_once() -> None:
    trouble = Failure("rate_limited", "It asks to wait 25 minutes.", 1500.0)
    for start in (0.0, 0.35):
        scene = Scene(away(trouble, start, 1e9))
        with pytest.raises(ProviderAwayError, match="25 minutes"):
            scene.run()


def test_an_outage_that_comes_again_and_again_is_waited_for_each_time() -> None:
    """As with so many requests a minute, and with three of a free plan."""
    for allowed in (3, 15):
        counts: dict[int, int] = {}

        def reply(_: str, now: float, allowed: int = allowed, counts: dict[int, int] = counts) -> Any:
            minute = int(now // 60)
            counts[minute] = counts.get(minute, 0) + 1
            return GOOD if counts[minute] <= allowed else Failure("rate_limited", "Slow down.", 60 - now % 60)

        scene = Scene(reply, concurrency=32).run()
        assert (scene.answered, scene.failures) == (60, {})


def test_a_few_refusals_by_chance_pause_nobody() -> None:
    chance = random.Random(1)
    scene = Scene(lambda *_: AWAY["429, Retry-After 1"] if chance.random() < 0.05 else GOOD, number=600).run()
    assert (scene.answered, scene.told) == (600, [])
    assert scene.seconds < 20


def test_who_has_no_patience_does_not_wait() -> None:
    """As the server, which has a deadline."""
    scene = Scene(away(AWAY["500"], 0, 1e9), number=12, patience_s=0).run()
    assert set(scene.failures.values()) == {"server"}
    assert scene.seconds < 40
    long = Failure("rate_limited", "Slow down.", 1500.0)
    assert Scene(away(long, 0, 1e9), number=12, patience_s=0).run().seconds < 60


# One request's own trouble

POISONS = {
    "server": AWAY["500"],
    "connection": AWAY["cut"],
    "timeout": Failure("timeout", "Too late."),
    "rate_limited": Failure("rate_limited", "Too large."),
}


@pytest.mark.parametrize("kind", [*POISONS])
@pytest.mark.parametrize("poisonous", [(1,), (5,), (12,), (3, 7)])
@pytest.mark.parametrize("concurrency", [1, 4, 32])
def test_a_task_that_is_never_answered_while_others_are_fails_alone(
    kind: str, poisonous: tuple[int, ...], concurrency: int
) -> None:
    scene = Scene(
        lambda text, _: POISONS[kind] if int(text) in poisonous else GOOD, number=12, concurrency=concurrency
    ).run()
    assert scene.failures == dict.fromkeys(poisonous, kind)
    assert scene.answered == 12 - len(poisonous)
    assert scene.seconds < (60 if kind != "rate_limited" else 600)


def test_several_that_come_first_fail_alone_too() -> None:
    for concurrency in (8, 32):
        scene = Scene(lambda text, _: AWAY["500"] if int(text) <= 4 else GOOD, concurrency=concurrency).run()
        assert scene.failures == dict.fromkeys((1, 2, 3, 4), "server")
        assert scene.seconds < 90


@pytest.mark.parametrize("kind", [*POISONS])
def test_the_last_two_may_take_minutes(kind: str) -> None:
    scene = Scene(lambda text, _: POISONS[kind] if int(text) > 10 else GOOD, number=12, concurrency=1).run()
    assert scene.failures == {11: kind, 12: kind}
    assert scene.seconds < 400


def test_a_few_that_nothing_else_is_asked_beside_are_given_up_after_minutes() -> None:
    scene = Scene(away(AWAY["500"], 0, 1e9), number=3).run()
    assert scene.failures == dict.fromkeys((1, 2, 3), "server")
    assert 200 < scene.seconds < 400


# A server that answers one request after the other


class OneSlot:
    """llama.cpp with its defaults: first come, first served; what is given up while it waits is (`heeds`) dropped, or
    worked on all the same."""

    def __init__(self, seconds: float, timeout_s: float = 60, heeds: bool = True) -> None:
        self._seconds = seconds
        self._timeout_s = timeout_s
        self._heeds = heeds
        self._turn = asyncio.Lock()
        self._busy: set[asyncio.Task[None]] = set()

    async def __call__(self, _request: Any, _attempt: int) -> Any:
        work = asyncio.create_task(self._work())
        self._busy.add(work)
        try:
            async with asyncio.timeout(self._timeout_s):
                await (work if self._heeds else asyncio.shield(work))
        except TimeoutError:
            return POISONS["timeout"]
        return GOOD

    async def _work(self) -> None:
        async with self._turn:
            await asyncio.sleep(self._seconds)


@pytest.mark.parametrize(
    ("seconds", "heeds"),
    [(1, True), (2.5, True), (5, True), (12, True), (25, True), (50, True), (2.5, False), (5, False)],
)
@pytest.mark.parametrize("number", [30, 100, 300])
def test_a_server_of_one_slot_answers_all_tasks_with_the_defaults(seconds: float, heeds: bool, number: int) -> None:
    scene = Scene(lambda *_: GOOD, number=number, concurrency=32)
    server = OneSlot(seconds, heeds=heeds)
    scene.model = ScriptedModel(server)
    scene.seconds = run_jumping(scene._label())[1]
    assert (scene.answered, scene.failures) == (number, {})
    assert scene.seconds < 2 * number * seconds + 600


def test_a_task_that_takes_for_ever_fails_alone_even_with_one_slot() -> None:
    scene = Scene(lambda *_: GOOD, number=30, concurrency=32)
    server = OneSlot(2)
    normal = server._work

    async def reply(request: Any, attempt: int) -> Any:
        server._work = (lambda: endless(server)) if request.user.endswith(" 7") else normal  # type: ignore[method-assign]
        return await server(request, attempt)

    async def endless(server: OneSlot) -> None:
        async with server._turn:
            await asyncio.sleep(3600)

    scene.model = ScriptedModel(reply)
    scene.seconds = run_jumping(scene._label())[1]
    assert (scene.answered, scene.failures) == (29, {7: "timeout"})
    assert scene.seconds < 1500
