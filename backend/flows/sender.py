"""Sender: one request -> its next completion, stored. Slots, retries, and waiting for a provider that is away.

Waiting (for `Retry-After`, for a back-off, for a provider) never holds a slot.
"""

import asyncio
import time

from backend.core.chat import MODERATED, Completion
from backend.core.outcomes import Failure
from backend.errors import ProviderError
from backend.flows.flight import Flight, Model, Tally
from backend.flows.observer import Observer
from backend.flows.provider import MOMENT_S, Patience, Provider, delay
from backend.flows.recorder import Recorder
from backend.flows.slots import Slots
from backend.flows.trouble import TRIES, Trouble
from backend.flows.warm_up import WarmUp

REFUSALS = ("bad_request", "refused", "auth")
UNREACHABLE_TRIES = 3


class Sender:
    """Lives on one event loop. `stopping`: nothing is sent again."""

    def __init__(self, model: Model, recorder: Recorder, slots: Slots, observer: Observer, patience: Patience) -> None:
        self.tally = Tally()
        self.stopping = False
        self._model = model
        self._recorder = recorder
        self._slots = slots
        self._observer = observer
        self._patience = patience
        self._warm_up = WarmUp()
        self._providers: dict[str, Provider] = {}

    def provider(self, model: str) -> Provider:
        """Who answers requests to `model`."""
        found = self._providers.get(model)
        if found is None:
            found = self._providers[model] = Provider(self._patience)
        return found

    @property
    def is_provider_away(self) -> bool:
        return any(provider.outage is not None for provider in self._providers.values())

    async def answer(self, flight: Flight) -> Completion | Failure:
        """The next completion; trouble that may pass is met with patience.

        Raises ProviderError when the provider will answer nothing, ProviderAwayError when it is away for too long.
        """
        trouble = Trouble(self.provider(flight.request.frame.model), flight.request.digest)
        while True:
            await self._warm_up.wait(flight.request.frame.model)
            reply = await self._sent(flight, trouble)
            if isinstance(reply, Completion) or reply.kind not in TRIES:
                return reply
            trouble.failed(reply)
            self._check_reached(trouble, reply)
            if not flight.waiters or self.stopping or trouble.provider.is_hopeless():
                return reply
            if trouble.provider.outage is None and not await self._waited(trouble, reply):
                return reply
            self._observer.retried(reply.kind)

    async def _waited(self, trouble: Trouble, failure: Failure) -> bool:
        """Waits for the next try of one request. False when there is none: it was the last one, or the provider asks to
        wait for too long."""
        provider = trouble.provider
        too_long = (failure.retry_after or 0) > provider.longest_wait_s
        if trouble.own + 1 >= TRIES[failure.kind] and trouble.is_own(failure):
            return False
        await asyncio.sleep(MOMENT_S if too_long else delay(failure, trouble.own + 1))
        if provider.outage is None:
            trouble.own += trouble.is_own(failure)
        return not too_long or provider.outage is not None

    def _check_reached(self, trouble: Trouble, failure: Failure) -> None:
        """Raises ProviderError for a server that was never there."""
        provider = trouble.provider
        asked = 1 + (trouble.own if provider.outage is None else provider.outage.pauses)
        if not provider.reached and asked >= UNREACHABLE_TRIES:
            raise ProviderError(f"{failure.detail} Start it, or correct its address in the settings.")

    async def _sent(self, flight: Flight, trouble: Trouble) -> Completion | Failure:
        """Sends once; where it is in doubt whether anything is answered, when it is this request's turn to see."""
        provider = trouble.provider
        while provider.is_in_doubt:
            async with provider.turn:
                await provider.pause()
                if provider.is_in_doubt:
                    return await self._send(flight, trouble)
        return await self._send(flight, trouble)

    async def _send(self, flight: Flight, trouble: Trouble) -> Completion | Failure:
        """A completion holds its slot until it is committed."""
        model = flight.request.frame.model
        async with self._slots.slot():
            flight.sending = True
            flight.sent += 1
            self.tally.sent += 1
            self.tally.first_sent = self.tally.first_sent or time.monotonic()
            trouble.sent(alone=self._slots.in_flight == 1)
            try:
                reply = await self._model.complete(flight.request, len(flight.attempts))
                await self._heard(reply, trouble)
            except ProviderError as error:
                self._warm_up.over(model, error)
                raise
            finally:
                flight.sending = False
                self._warm_up.over(model)
        return reply

    async def _heard(self, reply: Completion | Failure, trouble: Trouble) -> None:
        """Stores a completion. Raises ProviderError when the reply shows that nothing will be answered."""
        if isinstance(reply, Completion):
            await self._recorder.record(reply)
            self.tally.last_stored = time.monotonic()
        self._slots.heard(isinstance(reply, Failure) and _is_slow(reply))
        refusal = _refusal(reply)
        if refusal is not None:
            trouble.provider.refused(trouble.digest, refusal)
        elif isinstance(reply, Completion) or reply.kind not in TRIES:
            trouble.provider.answered(trouble.order)


def _refusal(reply: Completion | Failure) -> Failure | None:
    """What the provider, not the model, said no with."""
    if isinstance(reply, Failure):
        return reply if reply.kind in REFUSALS else None
    return Failure("refused", f"It says: {reply.text}") if reply.finish_reason == MODERATED else None


def _is_slow(failure: Failure) -> bool:
    """Whether fewer requests at a time may be what helps."""
    return failure.kind in ("rate_limited", "timeout") or failure.retry_after is not None
