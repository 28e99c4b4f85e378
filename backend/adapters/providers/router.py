"""ModelRouter: several connections as one model; each request goes through the one that its template names."""

import asyncio
from collections.abc import Mapping

from backend.domain.chat.model import BatchModel
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure


class ModelRouter:
    """`models`: name of a connection -> the model that is asked through it."""

    def __init__(self, models: Mapping[str, BatchModel]) -> None:
        self._models = models

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
        return await self._models[request.template.connection].complete(request, attempt)

    def body(self, request: ChatRequest) -> bytes:
        return self._models[request.template.connection].body(request)

    async def close(self) -> None:
        await asyncio.gather(*(model.close() for model in self._models.values()))
