"""ChatModel: who answers requests, as everything above the adapters sees it."""

from typing import Protocol

from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure


class ChatModel(Protocol):
    """Lives on one event loop. Retrying and pacing are not its business."""

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
        """The answer number `attempt` (from 0) to `request`, or why there is none.

        Raises ProviderError when no other request would be answered either.
        """

    async def close(self) -> None:
        """Lets go of connections."""


class BatchModel(ChatModel, Protocol):
    """A model that can be asked by a batch file as well."""

    def body(self, request: ChatRequest) -> bytes:
        """The request as this model wants it, as far as is known by now."""
