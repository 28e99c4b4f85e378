"""The first page is read before anybody asks for it; the others when they are asked for."""

import threading
import weakref
from collections.abc import Iterator

import pytest

from backend.errors import StudioError
from backend.services.dataset.read_ahead import read_ahead


def test_the_first_page_is_read_at_once_and_the_others_in_turn() -> None:
    read, first = list[int](), threading.Event()

    def pages() -> Iterator[int]:
        for number in range(3):
            read.append(number)
            first.set()
            yield number

    ahead = read_ahead(pages())
    assert first.wait(10), "nobody has asked for it yet"
    assert (next(ahead), read) == (0, [0])
    assert (next(ahead), read) == (1, [0, 1])
    assert list(ahead) == [2]


def test_a_page_is_let_go_of_when_the_next_one_is_asked_for() -> None:
    class Page:
        pass

    pages = read_ahead(Page() for _ in range(3))
    first = weakref.ref(next(pages))
    next(pages)
    assert first() is None


@pytest.mark.parametrize("pages", [[], ["one"], ["one", "two"]])
def test_the_pages_are_the_same(pages: list[str]) -> None:
    assert list(read_ahead(pages)) == pages


def test_an_error_is_raised_to_who_asks_for_the_page() -> None:
    def pages() -> Iterator[int]:
        raise StudioError("It is away.")
        yield 1

    ahead = read_ahead(pages())
    with pytest.raises(StudioError, match="away"):
        next(ahead)


def test_nobody_waits_for_a_page_that_does_not_come() -> None:
    comes = threading.Event()

    def pages() -> Iterator[int]:
        comes.wait()
        yield 1

    read_ahead(pages())
    reading = [thread for thread in threading.enumerate() if thread.name == "first page" and thread.is_alive()]
    assert reading
    assert all(thread.daemon for thread in reading), "Python ends without them"
    comes.set()
