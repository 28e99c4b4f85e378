"""What is put is kept until so many newer values have come."""

import threading

from backend.domain.recent_items import RecentItems


def test_the_oldest_is_forgotten() -> None:
    items = RecentItems[str, int](2)
    for number, key in enumerate("abc"):
        items.put(key, number)
    assert [items.get(key) for key in "abc"] == [None, 1, 2]
    assert len(items) == 2


def test_what_is_put_again_is_the_newest_and_replaced() -> None:
    items = RecentItems[str, int](2)
    for key, number in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        items.put(key, number)
    assert [items.get(key) for key in "abc"] == [3, None, 4]


def test_what_was_dropped_is_gone() -> None:
    items = RecentItems[str, int](2)
    items.put("a", 1)
    items.drop("a")
    items.drop("b")
    assert (items.get("a"), len(items)) == (None, 0)


def test_threads_may_share_it() -> None:
    items = RecentItems[int, int](50)

    def put(first: int) -> None:
        for number in range(first, first + 2000):
            items.put(number % 300, number)

    threads = [threading.Thread(target=put, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(items) == 50
