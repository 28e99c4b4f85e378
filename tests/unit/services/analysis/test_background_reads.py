"""What is read in the background is read by one thread, and says so when it fails."""

import threading
from collections.abc import Callable

import pytest

from backend.errors import StudioError
from backend.services.analysis.background_reads import BackgroundReads
from tests.running import until


def test_it_is_read_once_while_others_ask() -> None:
    reads, go, read = BackgroundReads(), threading.Event(), list[int]()

    def slowly() -> None:
        go.wait(30)
        read.append(1)

    for _ in range(3):
        reads.begin("p@1", slowly)
    go.set()
    until(lambda: read, 30)
    until(lambda: _again(reads, slowly, read), 30)


def _again(reads: BackgroundReads, slowly: Callable[[], None], read: list[int]) -> bool:
    """Whether it was read a second time, which it is when the first thread has ended."""
    reads.begin("p@1", slowly)
    return len(read) > 1


def test_what_fails_says_so_once_and_is_tried_again() -> None:
    reads, tried = BackgroundReads(), list[int]()

    def broken() -> None:
        tried.append(1)
        raise StudioError("Label Studio is away.")

    for _ in range(2):
        with pytest.raises(StudioError):
            until(lambda: reads.begin("p@1", broken), 30)
    assert len(tried) == 2
