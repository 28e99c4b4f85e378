"""Pictures that were read a short while ago."""

from backend.services.pictures.cache import PictureCache
from tests.pictures import picture


def test_it_is_bounded_and_the_oldest_go_first() -> None:
    cache = PictureCache(most_bytes=10)
    for name in "abc":
        cache.put(name, picture(name, b"four"))
    assert [cache.get(name) is not None for name in "abc"] == [False, True, True]
    cache.put("huge", picture("d", b"x" * 11))
    assert [cache.get(name) for name in ("b", "c", "huge")] == [None, None, None]
    cache.put("e", picture("e", b"four"))
    assert cache.get("e") == picture("e")


def test_what_is_put_again_counts_once() -> None:
    cache = PictureCache(most_bytes=10)
    for _ in range(5):
        cache.put("a", picture("a", b"four"))
    cache.put("b", picture("b", b"four"))
    assert cache.get("a") == picture("a")


def test_it_forgets_because_files_are_replaced() -> None:
    cache = PictureCache(fresh_s=0)
    cache.put("a", picture("a"))
    assert cache.get("a") is None
