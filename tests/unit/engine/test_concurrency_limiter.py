"""ConcurrencyLimiter: never more in flight than allowed, never one lost, first come first served."""

import asyncio
import contextlib
import random
from typing import Any

import pytest

from backend.engine.concurrency_limiter import ConcurrencyLimiter
from tests.scripted import run


class Holder:
    """A task that takes a slot and keeps it until told to let go."""

    def __init__(self, slots: ConcurrencyLimiter, log: list["Holder"] | None = None) -> None:
        self.inside = asyncio.Event()
        self.done = asyncio.Event()
        self.task = asyncio.create_task(self._hold(slots, log))

    async def _hold(self, slots: ConcurrencyLimiter, log: list["Holder"] | None) -> None:
        async with slots.slot():
            if log is not None:
                log.append(self)
            self.inside.set()
            await self.done.wait()

    async def let_go(self) -> None:
        self.done.set()
        await self.task

    async def cancel(self) -> None:
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


async def settle() -> None:
    """Lets everything that can run, run."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_so_many_and_no_more() -> None:
    async def scene() -> None:
        slots = ConcurrencyLimiter(3)
        holders = [Holder(slots) for _ in range(5)]
        await settle()
        assert [holder.inside.is_set() for holder in holders] == [True, True, True, False, False]
        await holders[1].let_go()
        await settle()
        assert (slots.in_flight, holders[3].inside.is_set(), holders[4].inside.is_set()) == (3, True, False)
        for holder in holders:
            await holder.let_go()
        assert slots.in_flight == 0

    run(scene())


def test_first_come_first_served_even_when_a_slot_is_free_again() -> None:
    async def scene() -> None:
        slots, log = ConcurrencyLimiter(1), list[Holder]()
        holders = [Holder(slots, log) for _ in range(4)]
        await settle()
        holders[0].done.set()
        late = Holder(slots, log)
        await settle()
        for holder in (*holders[1:], late):
            await holder.let_go()
        assert log == [*holders, late]

    run(scene())


def test_a_slot_is_given_back_when_its_holder_fails() -> None:
    async def scene() -> None:
        slots = ConcurrencyLimiter(1)
        with pytest.raises(ValueError, match="trouble"):
            async with slots.slot():
                raise ValueError("trouble")
        assert slots.in_flight == 0

    run(scene())


def test_who_is_cancelled_while_waiting_takes_no_slot() -> None:
    async def scene() -> None:
        slots = ConcurrencyLimiter(1)
        first, second, third = (Holder(slots) for _ in range(3))
        await settle()
        await second.cancel()
        assert slots.in_flight == 1
        await first.let_go()
        await settle()
        assert third.inside.is_set()
        await third.let_go()
        assert slots.in_flight == 0

    run(scene())


def test_who_is_cancelled_at_the_moment_of_being_admitted_hands_the_slot_on() -> None:
    async def scene() -> None:
        slots = ConcurrencyLimiter(1)
        first, second, third = (Holder(slots) for _ in range(3))
        await settle()
        first.done.set()
        while slots.in_flight and not first.task.done():
            await asyncio.sleep(0)
        second.task.cancel()  # admitted, but it has not run since
        await settle()
        assert second.task.cancelled()
        assert not second.inside.is_set()
        assert (third.inside.is_set(), slots.in_flight) == (True, 1)
        await third.let_go()
        assert slots.in_flight == 0

    run(scene())


def test_cancelled_waiters_leave_nothing_that_blocks() -> None:
    async def scene() -> None:
        slots = ConcurrencyLimiter(1)
        first, second = Holder(slots), Holder(slots)
        await settle()
        await second.cancel()
        await first.let_go()
        third = Holder(slots)
        await settle()
        assert third.inside.is_set()
        await third.let_go()

    run(scene())


def test_a_smaller_limit_holds_as_slots_come_back_and_a_larger_one_at_once() -> None:
    async def scene() -> None:
        slots = ConcurrencyLimiter(4)
        holders = [Holder(slots) for _ in range(8)]
        await settle()
        slots.adaptive.limit = 2
        for holder in holders[:2]:
            await holder.let_go()
        await settle()
        assert slots.in_flight == 2
        await holders[2].let_go()
        await settle()
        assert (slots.in_flight, holders[4].inside.is_set()) == (2, True)
        slots.adaptive.limit = 4
        await holders[3].let_go()
        await settle()
        assert slots.in_flight == 4
        for holder in holders[4:]:
            await holder.let_go()
        assert slots.in_flight == 0

    run(scene())


@pytest.mark.parametrize("seed", range(10))
def test_whatever_happens_no_slot_is_lost_and_none_too_many(seed: Any) -> None:
    async def scene() -> None:
        chance, slots = random.Random(seed), ConcurrencyLimiter(4)
        holders: list[Holder] = []
        for _ in range(400):
            action = chance.random()
            if action < 0.45 or not holders:
                holders.append(Holder(slots))
            elif action < 0.7:
                holders.pop(chance.randrange(len(holders))).done.set()
            elif action < 0.9:
                holders.pop(chance.randrange(len(holders))).task.cancel()
            else:
                slots.adaptive.limit = chance.randint(1, 4)
            for _ in range(chance.randrange(4)):
                await asyncio.sleep(0)
            assert 0 <= slots.in_flight <= 4
        slots.adaptive.limit = 4
        for holder in holders:
            holder.done.set()
        await asyncio.gather(*(holder.task for holder in holders), return_exceptions=True)
        await settle()
        assert slots.in_flight == 0
        last = Holder(slots)
        await settle()
        assert last.inside.is_set()
        await last.let_go()

    run(scene())


def test_a_slot_that_was_freed_inside_is_not_freed_again() -> None:
    async def scene() -> None:
        slots = ConcurrencyLimiter(2)
        async with slots.slot(), slots.slot() as second:
            second.free()
            second.free()
            assert slots.in_flight == 1
        assert slots.in_flight == 0

    run(scene())
