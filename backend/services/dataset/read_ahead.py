"""Read ahead: reads the first page of tasks while other things are prepared."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from itertools import islice
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def read_ahead(pages: Iterable[T]) -> Iterator[T]:
    """The same pages; when this returns, the first one is being read, in a thread of its own that nobody need wait for.

    An error of the first page is raised to who asks for it.
    """
    rest, first = iter(pages), Future[list[T]]()

    def read() -> None:
        try:
            first.set_result(list(islice(rest, 1)))
        except BaseException as error:  # of whatever kind: it belongs to the other thread
            first.set_exception(error)

    Thread(target=read, name="first page", daemon=True).start()
    return _with_rest(first, rest)


def _with_rest(first: "Future[list[T]]", rest: Iterator[T]) -> Iterator[T]:
    pages = iter(first.result())
    del first  # it would keep the page until the last one is read
    yield from pages
    yield from rest
