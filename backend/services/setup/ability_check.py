"""Ability check: asks a model once for each ability, within a minute or so, and says what works and what that cost."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from backend.domain.chat.request import Completion
from backend.domain.connections.abilities import ABILITIES, Ability, AbilityResult, Reply, usage_found
from backend.domain.outcome import Failure
from backend.domain.resolution.pricing import Pricing, cost_of

MOST_S = 90.0
"""For all of them together."""
LATE = "not asked: the others took too long"


class AbilityClient(Protocol):
    """See `adapters.providers.ability_probe.AbilityProbe`."""

    async def tried(self, body: dict[str, Any]) -> dict[str, Any] | Failure: ...

    def completion(self, model: str, reply: dict[str, Any]) -> Completion | None: ...

    async def batch_list(self) -> AbilityResult: ...


@dataclass(frozen=True, slots=True)
class AbilityCheck:
    """Of `model` of a connection. most_s: seconds for all abilities together"""

    probe: AbilityClient
    connection: str
    model: str
    pricing: Pricing
    most_s: float = MOST_S

    async def results(self) -> tuple[AbilityResult, ...]:
        """In the order of ABILITIES, then usage and batches. Only the first if the model says nothing at all."""
        return tuple([result async for result in self._each()])

    async def _each(self) -> AsyncIterator[AbilityResult]:
        deadline = time.monotonic() + self.most_s
        for ability in ABILITIES:
            result, reply = await self._within(deadline, ability)
            yield result
            if ability is ABILITIES[0]:
                if reply is None:
                    return
                yield usage_found(reply)
        yield await self._batches(deadline)

    async def _within(self, deadline: float, ability: Ability) -> tuple[AbilityResult, Reply | None]:
        left = deadline - time.monotonic()
        if left <= 0:
            return AbilityResult(ability.name, None, LATE), None
        try:
            async with asyncio.timeout(left):
                return await self._ask(ability)
        except TimeoutError:
            return AbilityResult(ability.name, None, "no answer in time", None), None

    async def _ask(self, ability: Ability) -> tuple[AbilityResult, Reply | None]:
        why = ""
        for number, body in enumerate(ability.bodies):
            reply = await self.probe.tried({"model": self.model, **body})
            if not isinstance(reply, Failure):
                works, detail = ability.judge(reply, number)
                return AbilityResult(ability.name, works, detail, self._usd(reply)), reply
            if reply.kind == "budget":
                return AbilityResult(ability.name, None, reply.detail), None
            why = why or reply.detail
        return AbilityResult(ability.name, False, why), None

    async def _batches(self, deadline: float) -> AbilityResult:
        left = deadline - time.monotonic()
        if left <= 0:
            return AbilityResult("batches", None, LATE)
        try:
            async with asyncio.timeout(left):
                return await self.probe.batch_list()
        except TimeoutError:
            return AbilityResult("batches", None, LATE)

    def _usd(self, reply: dict[str, Any]) -> float | None:
        completion = self.probe.completion(self.model, reply)
        if completion is None:
            return None
        return cost_of(replace(completion, model=self.model, connection=self.connection), self.pricing)
