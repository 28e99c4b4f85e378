"""ChatModel: the protocol of a model that answers requests, for all layers above the adapters."""

from typing import Protocol

from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure


class ChatModel(Protocol):
    """Belongs to one event loop. It does not retry, and does not limit requests in flight."""

    async def complete(self, request: ChatRequest, attempt: int) -> Completion | Failure:
        """Answer number `attempt` (from 0) to `request`, or a Failure.

        Raises ProviderError if no other request would be answered either.
        """

    async def close(self) -> None:
        """Closes connections."""


class BatchModel(ChatModel, Protocol):
    """A model that also answers requests in batch files."""

    def body(self, request: ChatRequest) -> bytes:
        """The body of the request in the form that this model accepts, as far as is known."""
