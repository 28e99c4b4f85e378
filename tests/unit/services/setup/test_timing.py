"""What `doctor` finds out about a model's speed, on servers that are slow in different ways."""

import asyncio
from collections.abc import Callable

import pytest

from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure
from backend.domain.runs.request_speed import TOGETHER, Limits
from backend.errors import ProviderError
from backend.services.setup.timing import Timing, small_requests
from tests.scripted import completion, run

LIMITS = Limits(32, 0.5)
"""As a minute to seconds."""


class SlotServer:
    """Works on `slots` requests at once, each for `seconds` by its own clock; the first takes `loading` more."""

    def __init__(self, seconds: float, slots: int, loading: float = 0.0, failure: Failure | None = None) -> None:
        self.requests: list[ChatRequest] = []
        self.now = 0.0
        self._free_at = [0.0] * slots
        self._seconds, self._loading, self._failure = seconds, loading, failure

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
        answered = self._answered_at()
        self.requests.append(request)
        await asyncio.sleep(0)  # the clock stands still until those sent together have come
        self.now = max(self.now, answered)
        return self._failure or completion(digest=request.digest)

    def _answered_at(self) -> float:
        extra = 0.0 if self.requests else self._loading
        slot = self._free_at.index(min(self._free_at))
        self._free_at[slot] = max(self.now, self._free_at[slot]) + self._seconds + extra
        return self._free_at[slot]


def measured(server: SlotServer, slots: Callable[[], int | None] = lambda: None) -> str:
    template = small_requests("http://model.test/v1", "some-model")
    return run(Timing(server, template, slots, clock=lambda: server.now).measure(LIMITS))


def never() -> int:
    raise AssertionError("a fast server is asked for nothing else")


def test_a_fast_server_is_asked_once() -> None:
    server = SlotServer(0.0, 1)
    assert measured(server, never).startswith("one small request took 0.0")
    assert len(server.requests) == 1
    (asked,) = server.requests
    assert asked.template.parameters["max_tokens"] < 100


def test_a_server_that_says_how_many_it_works_on_is_asked_once() -> None:
    server = SlotServer(0.05, 2)
    said = measured(server, lambda: 2)
    assert said.endswith("with 32 in flight (the server works on 2 at once): set CONCURRENCY=2")
    assert len(server.requests) == 1


@pytest.mark.parametrize("loading", [0.0, 0.6])
def test_one_that_does_not_say_is_tried_with_a_few_at_once(loading: float) -> None:
    server = SlotServer(0.05, 1, loading)
    said = measured(server)
    assert "so tasks could take longer than 0.5 s, with 32 in flight: set CONCURRENCY=" in said
    assert 1 <= int(said.rpartition("=")[2]) <= 3
    assert len({request.user for request in server.requests}) == len(server.requests) == 2 + TOGETHER


def test_a_slow_server_that_works_on_many_is_left_alone() -> None:
    server = SlotServer(0.1, 100)
    assert "set" not in measured(server)


def test_a_model_that_does_not_answer_is_an_error() -> None:
    with pytest.raises(ProviderError, match="one small request: The key is odd"):
        measured(SlotServer(0.0, 1, failure=Failure("bad_request", "The key is odd.")))
    with pytest.raises(ProviderError, match="set REQUEST_TIMEOUT_S to more seconds and CONCURRENCY=1"):
        measured(SlotServer(0.0, 1, failure=Failure("timeout", "Too late.")))
