"""ModelRouter: several servers as one model; each request goes to the server that its template names."""

import asyncio
from collections.abc import Mapping

from backend.domain.chat.model import BatchModel
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure


class ModelRouter:
    """`models`: base URL -> the model at that server."""

    def __init__(self, models: Mapping[str, BatchModel]) -> None:
        self._models = models

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
        return await self._models[request.template.base_url].complete(request, attempt)

    def body(self, request: ChatRequest) -> bytes:
        return self._models[request.template.base_url].body(request)

    async def close(self) -> None:
        await asyncio.gather(*(model.close() for model in self._models.values()))
