"""A run that sends nothing for a minute says what it waits for, once."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from backend.flows.silence import LONG_S, Silence
from backend.flows.slots import Slots
from tests.clock import run_jumping


class Still:
    """An asker and a predictor in which nothing moves unless a test moves it."""

    def __init__(self) -> None:
        self.slots = Slots(4)
        self.tally = SimpleNamespace(sent=3)
        self.settled = 0
        self.storing = 0
        self.is_provider_away = self.waits_for_others = False
        self.told: list[str] = []

    def watched(self, seconds: float, *moves: Any) -> list[str]:
        """What is told in so many seconds, in each minute of which one of `moves` is made."""

        async def scene() -> None:
            async with asyncio.timeout(seconds):
                watch: Any = Silence(self, self, self.told.append).watch()  # type: ignore[arg-type]
                task = asyncio.create_task(watch)
                try:
                    for move in moves:
                        move()
                        await asyncio.sleep(60)
                    await task
                finally:
                    task.cancel()

        with pytest.raises(TimeoutError):
            run_jumping(scene())
        return self.told


def test_it_is_said_once_after_a_minute() -> None:
    still = Still()
    still.slots.in_flight = 2
    assert still.watched(LONG_S - 1) == []
    assert still.watched(600) == [
        "Nothing was sent or answered for 60 seconds: it waits for the model's server, which has 2 requests "
        "(REQUEST_TIMEOUT_S bounds that)."
    ]


def test_who_sends_or_gets_outcomes_is_not_silent() -> None:
    still = Still()

    def send() -> None:
        still.tally.sent += 1

    def settle() -> None:
        still.settled += 1

    assert still.watched(240, send, settle, send, settle) == []


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"storing": 2, "flying": 2}, "the database, to store 2 answers"),
        ({"waiting": 1}, "other workers have all that MAX_IN_FLIGHT"),
        ({"waits_for_others": True}, "another worker has under way"),
        ({}, "tasks from Label Studio, or the database"),
    ],
)
def test_it_says_what_it_waits_for(state: dict[str, Any], words: str) -> None:
    still = Still()
    still.storing, still.slots.in_flight = state.get("storing", 0), state.get("flying", 0)
    still.waits_for_others = state.get("waits_for_others", False)
    still.slots._waiting.extend(asyncio.Future(loop=asyncio.new_event_loop()) for _ in range(state.get("waiting", 0)))
    (told,) = still.watched(100)
    assert words in told


def test_an_outage_was_told_of_already() -> None:
    still = Still()
    still.is_provider_away = True
    assert still.watched(600) == []
