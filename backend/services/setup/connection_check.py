"""Connection check: which models a connection's server lists, and what one small request takes and costs there."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.resolution.resolve import Pricing, cost_of
from backend.domain.urls import shown
from backend.errors import ProviderError
from backend.services.predictions.target_project import Notify
from backend.services.run_control.waiting import waiting
from backend.services.setup.model_server import ListingModel
from backend.services.setup.timing import small_requests

TEXT = "My parcel did not arrive, and I paid for it weeks ago."


@dataclass(frozen=True, slots=True)
class ConnectionCheck:
    """What a connection's server answered.

    models: the names it lists; None if it has no list
    model: the one that was asked a small request; None if it is not clear which
    seconds, tokens: of that request; tokens of prompt and completion, 0 if the server counts none
    usd: its cost; None if unknown
    """

    name: str
    address: str
    models: tuple[str, ...] | None
    model: str | None = None
    seconds: float | None = None
    tokens: tuple[int, int] | None = None
    usd: float | None = None


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """Of the connection `name` to `url`. `make`: the model there; `pricing`: of its models."""

    name: str
    url: str
    make: Callable[[], ListingModel]
    pricing: Pricing

    def check(self, model: str | None, notify: Notify) -> ConnectionCheck:
        """Asks `model` once, or else the only model that is listed. Raises ProviderError for no answer."""
        with waiting(notify, f"connection '{self.name}' to answer"):
            return asyncio.run(self._check(model))

    async def _check(self, name: str | None) -> ConnectionCheck:
        model = self.make()
        try:
            listed = await model.models()
            check = ConnectionCheck(self.name, shown(self.url), None if listed is None else tuple(listed))
            asked = name or (listed[0] if listed and len(listed) == 1 else None)
            return check if asked is None else await self._asked(model, asked, check)
        finally:
            await model.close()

    async def _asked(self, model: ListingModel, name: str, check: ConnectionCheck) -> ConnectionCheck:
        started = time.monotonic()
        reply = await model.complete(ChatRequest(small_requests(self.url, name), TEXT), 0)
        if not isinstance(reply, Completion):
            raise ProviderError(f"{shown(self.url)} did not answer one small request to '{name}': {reply.detail}")
        seconds, tokens = time.monotonic() - started, (reply.prompt_tokens, reply.completion_tokens)
        usd = cost_of(replace(reply, model=name, connection=self.name), self.pricing)
        return replace(check, model=name, seconds=seconds, tokens=tokens, usd=usd)
