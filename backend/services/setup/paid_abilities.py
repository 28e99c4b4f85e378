"""Paid abilities: an AbilityClient that asks within budgets."""

import json
from dataclasses import dataclass
from typing import Any

from backend.adapters.providers.request_format import PICTURE_TOKENS
from backend.domain.chat.request import Completion
from backend.domain.connections.abilities import AbilityResult
from backend.domain.outcome import Failure
from backend.engine.budgets.budget_rules import CAP
from backend.engine.budgets.unstored_payments import UnstoredPayments
from backend.errors import RunError, SettingsError
from backend.services.setup.ability_check import AbilityClient

_FILES = ("image_url", "file_data")
_NO_REPLY = Failure("server", "no chat completion came back")
USED_UP = "not asked: too little is left of the budget"


@dataclass(frozen=True, slots=True)
class PaidAbilities:
    """`client`: whoever asks; its requests are small, and their answers have no bound: CAP tokens are reserved."""

    client: AbilityClient
    payments: UnstoredPayments

    async def tried(self, body: dict[str, Any]) -> dict[str, Any] | Failure:
        """A Failure of the kind `budget` for what was not asked."""
        model = str(body["model"])

        def bill(reply: dict[str, Any] | Failure) -> Completion | Failure:
            return reply if isinstance(reply, Failure) else self.client.completion(model, reply) or _NO_REPLY

        try:
            return await self.payments.paid(model, _most(body), lambda: self.client.tried(body), bill)
        except (RunError, SettingsError):
            return Failure("budget", USED_UP, unbilled=True)

    def completion(self, model: str, reply: dict[str, Any]) -> Completion | None:
        return self.client.completion(model, reply)

    async def batch_list(self) -> AbilityResult:
        return await self.client.batch_list()


def _most(body: dict[str, Any]) -> tuple[int, int]:
    """No tokenizer makes more than one token of a byte; a file is a small picture, or a page that may become one."""
    text = json.dumps(body)
    return len(text) + PICTURE_TOKENS * sum(f'"{name}": ' in text for name in _FILES), CAP
