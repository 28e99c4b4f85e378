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


class InterruptingKey:
    """A key that lets another thread in when it is looked up to be moved."""

    def __init__(self, other: threading.Thread) -> None:
        self.other, self.hashed = other, 0

    def __hash__(self) -> int:
        self.hashed += 1
        if self.hashed == 3:  # once for the first value, and then for the second one before it is moved
            self.other.start()
            self.other.join(0.2)  # it waits for the lock; without one, it is done at once
        return 1


def test_threads_may_share_it() -> None:
    items = RecentItems[object, int](2)
    other = threading.Thread(target=items.put, args=("b", 3))
    key = InterruptingKey(other)
    for put in ((key, 1), ("a", 1), (key, 2)):
        items.put(*put)
    other.join()
    assert [items.get(at) for at in ("a", key, "b")] == [None, 2, 3]
