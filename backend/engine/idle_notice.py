"""Idle notice: a run that sends nothing for a minute says what it waits for."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from backend.engine.request_executor import RequestExecutor

IDLE_S = 60.0


@asynccontextmanager
async def idle_notices(*executors: RequestExecutor) -> AsyncIterator[None]:
    """While it is entered, the user is told of each minute in which nothing was sent or answered, and why."""
    watch = asyncio.create_task(_watch(executors))
    try:
        yield
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch


async def _watch(executors: Sequence[RequestExecutor]) -> None:
    before: list[tuple[int, int]] = []
    while True:
        now = [(executor.counts.sent, executor.slots.answers) for executor in executors]
        if now == before and not any(each.patience.outage for each in executors):  # which has a message of its own
            busiest = max(executors, key=lambda executor: (executor.slots.in_flight, executor.waits))
            busiest.patience.notify(f"Nothing was sent for a minute: {why_idle(busiest)}.")
        before = now
        await asyncio.sleep(IDLE_S)


def why_idle(executor: RequestExecutor) -> str:
    """What keeps requests from being sent."""
    slots = executor.slots
    if slots.in_flight:
        return f"the model's server has {slots.in_flight} unanswered"
    if slots.cap < 1:
        return "other runs of this model have all the requests that MAX_IN_FLIGHT allows"
    if executor.rates.waits_for:
        return f"requests wait for the rate limit, {next(iter(executor.rates.waits_for))}"
    if executor.waits:
        return f"{executor.waits} will be sent again later"
    return "Label Studio, the database or other workers are waited for"
