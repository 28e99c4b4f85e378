"""StoredModel: a model and the place where its answers are stored. Every caller needs both."""

from collections.abc import Callable
from typing import Protocol

from backend.domain.chat.model import ChatModel
from backend.domain.chat.request import Completion

Write = Callable[[list[Completion]], None]
"""Stores completions, from any thread. Raises StoreError."""


class RecordedModel(ChatModel, Protocol):
    def write(self, completions: list[Completion]) -> None:
        """See Write."""


class StoredModel:
    """Without a budget. Its methods are the model's own: another call for each request would be felt."""

    def __init__(self, model: ChatModel, write: Write) -> None:
        self.complete = model.complete
        self.close = model.close
        self.write = write
