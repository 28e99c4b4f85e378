"""The model's server: which models it lists, whether one of them is ours, how fast it answers."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol, TypeVar

from backend.advice import Notice
from backend.domain.chat.model_names import doubt
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure
from backend.domain.runs.request_speed import Limits
from backend.domain.urls import public_url
from backend.errors import PromptsError, ProviderError, ProviderRefusedError
from backend.services.predictions.target_project import Notify
from backend.services.run_control.waiting import waiting
from backend.services.setup.timing import Timing, small_requests

LISTED_WITHIN_S = 5.0
"""What is only a caveat must not keep anybody waiting."""
TIMED_FOR_S = 120.0
"""Requests are timed for so long, even where the settings give them less: the settings are in question."""
T = TypeVar("T")


class ListingModel(Protocol):
    """See `adapters.providers.chat_completions.ChatCompletions`."""

    async def models(self) -> list[str] | None: ...

    async def describe(self, model: str) -> str: ...

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure: ...

    async def close(self) -> None: ...


class ModelServer:
    """The server at `url`. Errors are PromptsErrors that say what to do.

    make: seconds that a request may take -> the model there
    slots: how many requests the server works on at once, if it says so
    """

    def __init__(self, url: str, make: Callable[[float], ListingModel], slots: Callable[[], int | None]) -> None:
        self._url = url
        self._make = make
        self._slots = slots

    def names(self, timeout_s: float) -> list[str]:
        """Of the models it lists; a free request. Raises ProviderError when it has no such list."""
        names = self._ask(timeout_s, lambda model: model.models())
        if names is None:
            raise ProviderError(
                f"{public_url(self._url)} has no list of models, or this key may not read it: look up the names on the "
                "site where the key was issued."
            )
        return names

    def reach(self, timeout_s: float) -> str:
        """Its address, for people, when something there answers; whether it takes the key is another question."""
        with suppress(ProviderRefusedError):
            self._ask(timeout_s, lambda model: model.models())
        return public_url(self._url)

    def listed(self, timeout_s: float) -> str:
        """How many models it lists, for people. Raises ProviderRefusedError when it refuses the key."""
        names = self._ask(timeout_s, lambda model: model.models())
        return "no list of models" if names is None else f"a list of {len(names)} model{'s' * (len(names) != 1)}"

    def describe(self, name: str, timeout_s: float) -> str:
        """Where it is, for people; a free request. Raises ProviderError also when it lists other models only."""
        return self._ask(timeout_s, lambda model: model.describe(name))

    def doubt(self, name: str) -> Notice | None:
        """What speaks against a model of this name: that it is not listed. None when nothing does, or the server does
        not say so within seconds."""
        try:
            return doubt(name, self.names(LISTED_WITHIN_S), self._url)
        except PromptsError:
            return None

    def timed(self, name: str, limits: Limits, notify: Notify) -> str:
        """How fast `name` answers, for people, and which settings fit better where `limits` do not; asks it a small
        request, or a few."""

        async def measured(model: ListingModel) -> str:
            return await Timing(model, small_requests(self._url, name), self._slots).measure(limits)

        with waiting(notify, "the model to answer a small request"):
            return self._ask(max(limits.timeout_s, TIMED_FOR_S), measured)

    def _ask(self, timeout_s: float, question: Callable[[ListingModel], Awaitable[T]]) -> T:
        async def answer() -> T:
            model = self._make(timeout_s)
            try:
                return await question(model)
            finally:
                await model.close()

        return asyncio.run(answer())
