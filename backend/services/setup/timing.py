"""Timing: sends a few small requests to the model and proposes settings.

One request of about a hundred tokens is sent. If it is so slow that requests in flight could time out, and the server
does not say how many it works on, five more are sent.
"""

import asyncio
import time
from collections.abc import Callable
from itertools import count
from typing import Protocol

from backend.domain.chat.request import ChatRequest, Completion, RequestTemplate
from backend.domain.labels.config import read_config
from backend.domain.outcome import Failure
from backend.domain.runs.request_speed import TOGETHER, Limits, Speed, fitting, is_slow
from backend.errors import ProviderError

CONFIG = (
    '<View><Text name="text" value="$text"/><Choices name="topic" toName="text">'
    '<Choice value="delivery"/><Choice value="payment"/><Choice value="other"/></Choices></View>'
)
SYSTEM = (
    'Label the item in the user\'s message. Answer with one JSON object: {"topic": "delivery", "payment" or "other"}.'
)
MOST_TOKENS = 64


class TimedModel(Protocol):
    """What is timed of a model."""

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure: ...


class Timing:
    """Of the model that `template` names.

    slots: how many requests its server works on at once, if it says so
    clock: monotonic time, in seconds
    """

    def __init__(
        self,
        model: TimedModel,
        template: RequestTemplate,
        slots: Callable[[], int | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._slots = slots
        self._clock = clock
        self._parcels = count(1)
        self._template = template

    async def measure(self, limits: Limits) -> str:
        """What was found, for people: how long a request took, and which settings fit if these do not.

        Raises ProviderError when there is no answer.
        """
        speed = await self._speed(limits)
        took = f"one small request took {speed.alone:.{0 if speed.alone >= 10 else 2}f} s"
        if not is_slow(speed, limits):
            return took
        better = fitting(speed, limits)
        return f"{took}, {_trouble(speed, limits)}: set {_settings(better, limits)}"

    async def _speed(self, limits: Limits) -> Speed:
        first = Speed(await self._seconds(1))
        if not is_slow(first, limits):
            return first
        slots = await asyncio.to_thread(self._slots)
        if slots is not None:
            return Speed(first.alone, slots)
        return Speed(await self._seconds(1), None, await self._seconds(TOGETHER))  # the first may have loaded the model

    async def _seconds(self, number: int) -> float:
        """Until the last of so many requests, sent at once, is answered."""
        started = self._clock()
        replies = await asyncio.gather(*(self._model.complete(self._request(), 0) for _ in range(number)))
        if all(isinstance(reply, Failure) for reply in replies):
            raise ProviderError(_sentence(replies[0]))
        return self._clock() - started

    def _request(self) -> ChatRequest:
        """Another one each time: a server answers the same text out of its cache."""
        parcel = next(self._parcels)
        return ChatRequest(self._template, f"Parcel {parcel} did not arrive, and I paid for it weeks ago.")


def small_requests(base_url: str, name: str) -> RequestTemplate:
    """What is sent to the model `name` at `base_url`."""
    parameters = {"temperature": 0, "max_tokens": MOST_TOKENS}
    return RequestTemplate(base_url, name, parameters, SYSTEM, read_config(CONFIG), attempts=1)


def _sentence(reply: Completion | Failure) -> str:
    if isinstance(reply, Failure) and reply.kind != "timeout":
        return f"The model did not answer one small request: {reply.detail}"
    return (
        "The model did not answer one small request in time: set REQUEST_TIMEOUT_S to more seconds and CONCURRENCY=1, "
        "then try again."
    )


def _trouble(speed: Speed, limits: Limits) -> str:
    at_once = f", with {limits.concurrency} in flight" if limits.concurrency > 1 else ""
    works = f" (the server works on {speed.slots} at once)" if speed.slots is not None else ""
    return f"so tasks could take longer than {limits.timeout_s:g} s{at_once}{works}"


def _settings(better: Limits, limits: Limits) -> str:
    """The variables that are to change."""
    changed = []
    if better.concurrency != limits.concurrency:
        changed.append(f"CONCURRENCY={better.concurrency}")
    if better.timeout_s != limits.timeout_s:
        changed.append(f"REQUEST_TIMEOUT_S={better.timeout_s:g}")
    return " and ".join(changed)
