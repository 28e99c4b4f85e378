"""BudgetAllocation: in whatever order things happen, what may have been spent never exceeds the budget."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.chat.request import Completion
from backend.engine.budgets.budget_allocation import BudgetAllocation
from backend.engine.budgets.budget_rules import AboveBudget, OverBudget
from tests.properties import cases
from tests.scripted import run


class Book:
    """A ledger in memory. `spent` is what stored completions cost."""

    def __init__(self, budget: float) -> None:
        self.whole = budget
        self.spent = 0.0
        self.holds: dict[str, float] = {}
        self.asked = 0

    def budget(self) -> float:
        return self.whole

    def hold(self, holder: str, least: float, most: float) -> float | None:
        self.asked += 1
        others = sum(usd for name, usd in self.holds.items() if name != holder)
        room = self.whole - self.spent - others
        if room < least:
            return None
        self.holds[holder] = min(most, room)
        return self.holds[holder]

    def keep(self, holder: str, usd: float) -> None:
        self.holds[holder] = usd

    def pay(self, answer: Completion) -> None:
        self.spent += answer.completion_tokens / 100

    @property
    def worst(self) -> float:
        """What is spent if everything that is reserved is, too."""
        return self.spent + sum(self.holds.values())


def test_a_request_is_taken_at_its_largest_and_settled_at_its_price() -> None:
    async def scene() -> Any:
        book = Book(1.0)
        allocation = BudgetAllocation(book, 1)
        taken = await allocation.take(0.5)
        book.spent += 0.1
        allocation.settle(taken, 0.1)
        await allocation.take(0.5)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(allocation.take(0.5), 0.01)  # waits for the one under way
        return book

    assert run(scene()).worst <= 1.0


def test_who_does_not_fit_waits_for_those_under_way_and_then_it_is_over() -> None:
    async def scene() -> None:
        book = Book(1.0)
        allocation = BudgetAllocation(book, 4)
        first = await allocation.take(0.9)
        second = asyncio.create_task(allocation.take(0.6))
        third = asyncio.create_task(allocation.take(0.05))
        await asyncio.sleep(0)
        assert not second.done()
        book.spent += 0.5
        allocation.settle(first, 0.5)
        for waiting in (second, third, asyncio.create_task(allocation.take(0))):
            with pytest.raises(OverBudget):
                await waiting
        await allocation.close()
        assert book.worst == 0.5

    run(scene())


def test_what_does_not_fit_leaves_smaller_ones_to_be_tried_where_it_is_not_final() -> None:
    async def scene() -> Any:
        book = Book(1.0)
        allocation = BudgetAllocation(book, 1, final=False)
        for most, fits in ((0.4, True), (0.8, False), (0.5, True), (0.7, False)):
            try:
                allocation.settle(await allocation.take(most), None)
            except OverBudget:
                assert not fits
            else:
                assert fits
        return book

    assert 0.9 <= run(scene()).worst <= 1.0


def test_what_exceeds_the_whole_budget_leaves_all_others_alone() -> None:
    async def scene() -> tuple[Any, int]:
        book = Book(1.0)
        allocation = BudgetAllocation(book, 4)
        first = await allocation.take(0.3)
        for _ in range(3):
            with pytest.raises(AboveBudget, match="more than the whole budget of 1 USD"):
                await allocation.take(1.5)  # does not wait for the one under way
        asked = book.asked
        allocation.settle(first, 0.0)
        allocation.settle(await allocation.take(0.9), 0.0)
        return book, asked

    book, asked = run(scene())
    assert asked == 2, "the ledger is asked about the first one alone"
    assert book.worst <= 1.0


def test_what_nobody_knows_the_end_of_stays_aside() -> None:
    async def scene() -> None:
        book = Book(1.0)
        allocation = BudgetAllocation(book, 1)
        allocation.settle(await allocation.take(0.4), None)
        allocation.settle(await allocation.take(0.4), 0.0)
        await allocation.take(0.2)
        await allocation.close()
        assert book.worst == pytest.approx(0.6, rel=1e-4)

    run(scene())


def test_the_ledger_is_asked_rarely_when_requests_cost_little_of_what_they_might() -> None:
    async def scene() -> Any:
        book = Book(1000.0)
        allocation = BudgetAllocation(book, 32)
        for _ in range(2000):
            taken = await allocation.take(1.0)
            book.spent += 0.02
            allocation.settle(taken, 0.02)
        return book.asked

    assert run(scene()) <= 3


def test_what_costs_nothing_needs_no_budget_to_be_left() -> None:
    async def scene() -> None:
        book = Book(0.0)
        allocation = BudgetAllocation(book, 1)
        taken = await allocation.take(0.0)
        allocation.settle(taken, 0.0)
        await allocation.close()
        assert taken == book.worst == 0

    run(scene())


requests = st.tuples(
    st.floats(0, 2),  # the most it may cost
    st.one_of(st.none(), st.floats(0, 1)),  # the share it does; None: nobody knows
    st.integers(0, 3),  # turns of the event loop it takes
)


@cases(50)
@given(st.floats(0.01, 5), st.lists(st.lists(requests, max_size=25), min_size=1, max_size=3), st.booleans())
def test_several_workers_in_any_order_never_exceed_the_budget(budget: Any, workers: Any, killed: Any) -> None:
    async def scene() -> None:
        book = Book(budget)
        truly = [0.0]

        async def send(allocation: Any, most: Any, share: Any, turns: Any) -> None:
            taken = await allocation.take(most)
            truly[0] += most if share is None else most * share  # the provider charges at once
            assert truly[0] <= budget
            for _ in range(turns):
                await asyncio.sleep(0)
            if share is not None:
                book.spent += most * share
            allocation.settle(taken, None if share is None else most * share)

        purses = [BudgetAllocation(book, 4) for _ in workers]
        tasks = [
            asyncio.create_task(send(allocation, *ask))
            for allocation, asks in zip(purses, workers, strict=True)
            for ask in asks
        ]
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(end is None or isinstance(end, OverBudget) for end in ended)
        for allocation in purses[killed:]:
            await allocation.close()
        assert truly[0] <= book.worst + 1e-9
        assert killed or book.worst <= budget * (1 + 1e-9), "what a killed worker paid counts twice at worst"

    run(scene())
