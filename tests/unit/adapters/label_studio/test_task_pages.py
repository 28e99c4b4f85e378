"""All tasks are read, once each, whatever happens meanwhile and however many rows Label Studio gives at once."""

from typing import Any

import pytest

from backend.adapters.label_studio.http import Faulted, NotFound
from backend.adapters.label_studio.task_pages import MOST_UNREADABLE, PageSize, TaskPages
from backend.errors import StudioError
from tests.unit.adapters.label_studio.shelf import Shelf

OR = {"filters": {"conjunction": "or", "items": []}}


def pages(shelf: Shelf, size: int, **params: Any) -> list[list[int]]:
    http: Any = shelf
    return [[row["id"] for row in page] for page in TaskPages(http).pages(1, size, **params)]


def ids(shelf: Shelf, size: int, **params: Any) -> list[int]:
    return [task for page in pages(shelf, size, **params) for task in page]


def test_each_page_is_asked_for_once() -> None:
    shelf = Shelf(range(1, 251))
    assert [len(page) for page in pages(shelf, 100)] == [100, 100, 50]
    assert shelf.asked == [(1, 100)] * 3


def test_the_first_pages_can_be_smaller() -> None:
    shelf = Shelf(range(1, 251))
    assert [len(page) for page in pages(shelf, 100, first=20)] == [20, 40, 80, 100, 10]
    assert shelf.asked == [(1, 20), (1, 40), (1, 80), (1, 100), (1, 100)]


@pytest.mark.parametrize("how", [{}, {"query": OR}])
def test_smaller_pages_hold_each_task_once_whatever_label_studio_gives_at_once(how: Any) -> None:
    assert ids(Shelf(range(1, 251), most=30), 100, first=20, **how) == [*range(1, 251)]


def test_there_may_be_none() -> None:
    for how in ({}, {"query": OR}):
        assert pages(Shelf([]), 100, **how) == []


@pytest.mark.parametrize("how", [{}, {"query": OR}, {"query": {"selectedItems": {"included": [*range(1, 251)]}}}])
def test_label_studio_may_allow_fewer_on_a_page(how: Any) -> None:
    assert [len(page) for page in pages(Shelf(range(1, 251), most=30), 100, **how)] == [100, 100, 50]


@pytest.mark.parametrize("gone", [1, 3])
def test_none_is_skipped_when_tasks_go_away(gone: int) -> None:
    shelf = Shelf(range(1, 1001))
    shelf.then = lambda: shelf.tasks.__delitem__(slice(gone))
    seen = ids(shelf, 10)
    assert [task for task in shelf.tasks if task not in seen] == []


@pytest.mark.parametrize("gone", [1, 9, 25])
@pytest.mark.parametrize("size", [10, 100])
def test_none_is_skipped_when_tasks_leave_what_is_read_by_page_number(gone: int, size: int) -> None:
    shelf = Shelf(range(1, 1001))
    times = iter(range(10))
    shelf.then = lambda: shelf.tasks.__delitem__(slice(gone)) if next(times, None) is not None else None
    seen = ids(shelf, size, query=OR)
    assert [task for task in shelf.tasks if task not in seen] == []
    assert len(seen) == len(set(seen))


def test_a_task_that_is_listed_twice_is_one() -> None:
    shelf = Shelf(range(1, 101))
    shelf.twice = set(range(5, 95))
    assert ids(shelf, 10) == [*range(1, 101)]


@pytest.mark.parametrize("how", [{}, {"query": OR}])
def test_it_ends_without_a_total_too(how: Any) -> None:
    shelf = Shelf(range(1, 25))
    shelf.counts = False
    assert ids(shelf, 10, **how) == [*range(1, 25)]


def test_it_ends_where_filters_are_not_applied() -> None:
    shelf = Shelf(range(1, 25))
    shelf.filters = False
    assert ids(shelf, 10) == [*range(1, 11)]


@pytest.mark.parametrize("most", [None, 30])
def test_tasks_that_cannot_be_shown_are_left_with_their_ids(most: int | None) -> None:
    shelf = Shelf(range(1, 1001), most)
    shelf.broken = {1, 500, 501, 1000}
    http: Any = shelf
    rows = [row for page in TaskPages(http).pages(1, 100, include="id,data") for row in page]
    assert [row["id"] for row in rows] == [*range(1, 1001)]
    assert {row["id"] for row in rows if "data" not in row} == shelf.broken


def test_a_fault_that_passes_hides_no_task_and_leaves_pages_large() -> None:
    shelf = Shelf(range(1, 1001))
    shelf.broken = {7}
    shelf.then = shelf.broken.clear
    http: Any = shelf
    rows = [row for page in TaskPages(http).pages(1, 100) for row in page]
    assert len([row for row in rows if "data" in row]) == 1000
    assert shelf.asked[-5:] == [(1, 100)] * 5


@pytest.mark.parametrize("how", [{}, {"query": OR}])
def test_a_fault_that_is_about_no_task_is_told(how: Any) -> None:
    class FaultedShelf(Shelf):
        def call(self, *args: Any, **params: Any) -> Any:
            raise Faulted(500, "Label Studio answered 500.")

    with pytest.raises(Faulted):
        ids(FaultedShelf([1]), 100, **how)


def test_too_many_that_cannot_be_shown_are_told() -> None:
    shelf = Shelf(range(1, 1001))
    shelf.broken = set(range(100, 100 + MOST_UNREADABLE))
    assert len(ids(shelf, 100)) == 1000
    shelf.broken.add(99)
    with pytest.raises(StudioError, match="500 for more than 50 tasks of project 1: see its log"):
        ids(shelf, 100)


def test_it_is_halved_until_the_task_is_alone() -> None:
    size, sizes = PageSize(1000, 1), list[int]()
    while size.shrink():
        sizes.append(size.now)
    assert sizes == [500, 250, 125, 62, 31, 15, 7, 3, 1]
    size.leave_out()
    assert (size.now, size.suspects) == (1000, 0)


def test_it_goes_on_growing_behind_a_task_that_cannot_be_read() -> None:
    size, sizes = PageSize(1000, 1, first=200), list[int]()
    size.shrink()
    while size.now < 1000:
        sizes.append(size.now)
        size.read(size.now)
    assert sizes == [100, 100, 400, 800]


def test_it_stays_small_until_the_task_must_have_come() -> None:
    size = PageSize(1000, 1)
    size.shrink()
    size.read(500)
    assert (size.now, size.suspects) == (500, 500)
    size.shrink()
    size.read(250)
    assert (size.now, size.suspects) == (250, 250)
    size.read(250)
    assert (size.now, size.suspects) == (1000, 0), "the fault has passed"


@pytest.mark.parametrize(
    ("how", "said"), [({}, "has no project 1 that this token may see"), ({"view": 3}, "has no tab 3 in project 1")]
)
def test_what_is_missing_is_named(how: Any, said: str) -> None:
    shelf = Shelf([])
    shelf.call = gone  # type: ignore[method-assign]
    with pytest.raises(StudioError, match=said):
        pages(shelf, 10, **how)


def gone(*_: Any, **params: Any) -> Any:
    raise NotFound(404, "Not found.")
