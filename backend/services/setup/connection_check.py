"""Connection check: which models a connection's server lists, what one small request takes and costs there, and within
which budgets its abilities are found out."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from backend.adapters.providers.request_format import PICTURE_TOKENS, largest
from backend.advice import Advice, Notice
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.connections.abilities import AbilityResult
from backend.domain.connections.connection import RESERVED
from backend.domain.connections.learnt_format import LearntFormat
from backend.domain.outcome import Failure, total_usd
from backend.domain.resolution.pricing import Pricing, cost_of
from backend.domain.urls import public_url
from backend.engine.budgets.budget_rules import CAP, MonthUsedUp, UnknownPriceError
from backend.engine.budgets.unstored_payments import UnstoredPayments
from backend.errors import ProviderError, RunError, SettingsError, UsedUpError
from backend.services.predictions.target_project import Notify
from backend.services.run_control.waiting import waiting
from backend.services.setup.ability_check import AbilityCheck, AbilityClient
from backend.services.setup.model_server import ListingModel
from backend.services.setup.timing import small_requests

TEXT = "My parcel did not arrive, and I paid for it weeks ago."


class KnownFormats(Protocol):
    """See `adapters.providers.model_profiles.ModelProfiles`."""

    def forget(self, model: str) -> None: ...

    def learnt(self, model: str) -> LearntFormat | None: ...


@dataclass(frozen=True, slots=True)
class ConnectionCheck:
    """What a connection's server answered.

    models: the names it lists; None if it has no list
    model: the one that was asked a small request; None if it is not clear which
    seconds, tokens: of that request; tokens of prompt and completion, 0 if the server counts none
    usd: its cost; None if unknown
    abilities: what was found out about the model
    profile: name of what is known of the server; None without one
    limits: most requests and tokens a minute that the server states; None where it does not
    not_asked: why the model was not asked; None if it was, or if it is not clear which
    learnt: in which other form than the first the model answered the small request; None if in the first
    """

    name: str
    address: str
    models: tuple[str, ...] | None
    model: str | None = None
    seconds: float | None = None
    tokens: tuple[int, int] | None = None
    usd: float | None = None
    abilities: tuple[AbilityResult, ...] = ()
    profile: str | None = None
    limits: tuple[float | None, float | None] = (None, None)
    learnt: LearntFormat | None = None
    not_asked: Notice | None = None

    @property
    def abilities_usd(self) -> float | None:
        """What finding out about the abilities cost; None if unknown."""
        return total_usd(result.usd for result in self.abilities)


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """Of a connection.

    url: its address
    make: the model there
    pricing: of its models
    payments: who pays for what is asked
    probe: who finds out what the model can do; None to leave that out
    profile: name of what is known of the server
    limits: model -> the limits that the server has stated by now
    formats: what was learnt of the server's models; None to leave that out
    """

    name: str
    url: str
    make: Callable[[], ListingModel]
    pricing: Pricing
    payments: UnstoredPayments
    probe: Callable[[Any], AbilityClient] | None = None
    profile: str | None = None
    limits: Callable[[str], tuple[float | None, float | None]] = lambda _model: (None, None)
    formats: KnownFormats | None = None

    def check(self, model: str | None, notify: Notify) -> ConnectionCheck:
        """Asks `model` once, and once for each ability, or else the only model that is listed. What was learnt of it
        before is forgotten, so that it is learnt anew.

        A model without a price is not asked where a budget must be kept, nor is one when a limit is used up; abilities
        for which too little is left are not asked. Raises ProviderError for no answer.
        """
        with waiting(notify, f"connection '{self.name}' to answer"):
            return asyncio.run(self._check(model))

    async def _check(self, name: str | None) -> ConnectionCheck:
        model = self.make()
        try:
            listed = await model.models()
            names = None if listed is None else tuple(listed)
            check = ConnectionCheck(self.name, public_url(self.url), names, profile=self.profile)
            model_name = name or (listed[0] if listed and len(listed) == 1 else None)
            return check if model_name is None else await self._with_answer(model, model_name, check)
        except UnknownPriceError:
            return replace(check, not_asked=self._no_price(model_name or ""))
        except (MonthUsedUp, UsedUpError) as limit:
            return replace(check, not_asked=limit.notice)
        finally:
            await model.close()
            await self.payments.close()

    async def _with_answer(self, model: ListingModel, name: str, check: ConnectionCheck) -> ConnectionCheck:
        started = time.monotonic()
        reply = await self._reply(model, name)
        if not isinstance(reply, Completion):
            raise ProviderError(f"{public_url(self.url)} did not answer one small request to '{name}': {reply.detail}")
        seconds, tokens = time.monotonic() - started, (reply.prompt_tokens, reply.completion_tokens)
        usd = cost_of(replace(reply, model=name, connection=self.name), self.pricing)
        checked = replace(check, model=name, seconds=seconds, tokens=tokens, usd=usd)
        if self.probe is not None:
            client = PaidAbilities(self.probe(model), self.payments)
            results = await AbilityCheck(client, self.name, name, self.pricing).results()
            checked = replace(checked, abilities=results)
        learnt = None if self.formats is None else self.formats.learnt(name)
        return replace(checked, limits=self.limits(name), learnt=learnt)

    async def _reply(self, model: ListingModel, name: str) -> Completion | Failure:
        """To one small request."""
        request = ChatRequest(small_requests(self.url, name), TEXT)

        async def send() -> Completion | Failure:
            if self.formats is not None:
                self.formats.forget(name)
            return await model.complete(request, 0)

        return await self.payments.paid(name, largest(request), send, lambda reply: reply)

    def _no_price(self, model: str) -> Notice:
        sentence = f"Model '{model}' was not asked: its price is unknown, and there is a budget to keep."
        if self.name in RESERVED:
            own = "0 for a model on a machine of your own"
            return Notice(f"{sentence} Set PRICE_IN and PRICE_OUT (per million tokens; {own}).")
        return Notice(sentence, Advice.SET_PRICES, {"connection": self.name})


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
