"""Idle notice: a run that sends nothing for a minute says what it waits for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from backend.engine.request_executor import RequestExecutor

IDLE_S = 60.0


@asynccontextmanager
async def told_when_idle(executor: RequestExecutor) -> AsyncIterator[None]:
    """While it is entered, the user is told of each minute in which nothing was sent or answered, and why."""
    watch = asyncio.create_task(_watch(executor))
    try:
        yield
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch


async def _watch(executor: RequestExecutor) -> None:
    before = (-1, -1)
    while True:
        now = (executor.tally.sent, executor.slots.answers)
        if now == before and not executor.patience.outage:  # an outage has a message of its own
            executor.patience.notify(f"Nothing was sent for a minute: {why_idle(executor)}.")
        before = now
        await asyncio.sleep(IDLE_S)


def why_idle(executor: RequestExecutor) -> str:
    """What keeps requests from being sent."""
    slots = executor.slots
    if slots.in_flight:
        return f"the model's server has {slots.in_flight} unanswered"
    if slots.cap < 1:
        return "other runs of this model have all the requests that MAX_IN_FLIGHT allows"
    if executor.waits:
        return f"{executor.waits} will be sent again later"
    return "Label Studio, the database or other workers are waited for"
