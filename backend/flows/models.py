"""Models: several servers as one Model; each request goes to the one that its frame names."""

import asyncio
from collections.abc import Mapping

from backend.core.chat import ChatRequest, Completion
from backend.core.outcomes import Failure
from backend.flows.asker import Model


class Models:
    """`models`: base URL -> who is asked there."""

    def __init__(self, models: Mapping[str, Model]) -> None:
        self._models = models

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
        return await self._models[request.frame.base_url].complete(request, attempt)

    async def close(self) -> None:
        await asyncio.gather(*(model.close() for model in self._models.values()))
