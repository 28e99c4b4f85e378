"""Silence: a run that sends nothing and gets nothing for a minute says what it waits for."""

import asyncio
from collections.abc import Callable

from backend.core.durations import duration
from backend.flows.asker import Asker
from backend.flows.predict import Predictor

LONG_S = 60.0
LOOK_EVERY_S = 5.0


class Silence:
    """`tell` is called once for each thing that is waited for in one silence."""

    def __init__(self, asker: Asker, predictor: Predictor, tell: Callable[[str], object]) -> None:
        self._asker = asker
        self._predictor = predictor
        self._tell = tell

    async def watch(self) -> None:
        """Until it is canceled."""
        now = asyncio.get_running_loop().time
        last, since, told = self._work(), now(), ""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if (work := self._work()) != last:
                last, since, told = work, now(), ""
            elif now() - since >= LONG_S and (why := self._why()) and why != told:
                told = why
                self._tell(f"Nothing was sent or answered for {duration(now() - since)}: it waits for {why}.")

    def _work(self) -> tuple[int, int]:
        return self._asker.tally.sent, self._predictor.settled

    def _why(self) -> str:
        """ "" for an outage, of which is told already."""
        slots = self._asker.slots
        if self._asker.is_provider_away:
            return ""
        if 0 < slots.in_flight <= self._asker.storing:
            return f"the database, to store {self._asker.storing} answers"
        if slots.in_flight:
            return f"the model's server, which has {slots.in_flight} requests (REQUEST_TIMEOUT_S bounds that)"
        if slots.waiting:
            return "a free request: other workers have all that MAX_IN_FLIGHT and the provider's rate limit allow"
        if self._predictor.waits_for_others:
            return "answers to requests that another worker has under way"
        return "tasks from Label Studio, or the database"
