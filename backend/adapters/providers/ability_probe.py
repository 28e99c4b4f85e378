"""Ability probe: sends one body as it is, and says what came of it. Nothing is retried, learnt or stored."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import openai

from backend.adapters.providers.batch_api import BatchApi
from backend.adapters.providers.chat_completions import GARBAGE, ChatCompletions
from backend.adapters.providers.connection_errors import words_of
from backend.adapters.providers.response import parse, to_reply
from backend.domain.chat.provider_words import quotable
from backend.domain.chat.request import Completion
from backend.domain.connections.abilities import AbilityResult
from backend.domain.outcome import Failure
from backend.errors import ProviderError


class AbilityProbe:
    """key: never shown. batches: makes the client of the Batch API"""

    def __init__(self, chat: ChatCompletions, key: str, batches: Callable[[], BatchApi]) -> None:
        self._chat = chat
        self._key = key
        self._batches = batches

    async def tried(self, body: dict[str, Any]) -> dict[str, Any] | Failure:
        """The reply, or why there is none, for people; a refusal is not billed."""
        try:
            return dict(parse(await self._chat.post(json.dumps(body).encode())))
        except openai.APIStatusError as error:
            words = quotable(words_of(error), "", self._key)
            why = f"refused ({error.status_code})" + (f": {words}" if words else "")
            return Failure("bad_request", why, unbilled=True)
        except (openai.APIConnectionError, TimeoutError):
            return Failure("connection", "no answer")
        except GARBAGE:
            return Failure("server", "no chat completion came back")

    def completion(self, model: str, reply: dict[str, Any]) -> Completion | None:
        """A reply as it is billed; None if it is not one."""
        try:
            answer = to_reply("", model, reply)
        except GARBAGE:
            return None
        return answer if isinstance(answer, Completion) else None

    async def batch_list(self) -> AbilityResult:
        """Whether the server lists batches: a free request."""
        try:
            await asyncio.to_thread(lambda: self._batches().check_list())
        except ProviderError as error:
            return AbilityResult("batches", False, str(error).removesuffix(": run it without a batch."))
        return AbilityResult("batches", True)
