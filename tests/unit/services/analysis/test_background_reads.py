"""What is read in the background is read by one thread, and says so when it fails."""

import threading

import pytest

from backend.adapters.label_studio.http import Refused
from backend.errors import StudioError
from backend.services.analysis.background_reads import BackgroundReads
from tests.running import until


def test_it_is_read_once_while_others_ask() -> None:
    reads, go, read = BackgroundReads(), threading.Event(), list[int]()

    def slowly() -> None:
        go.wait(30)
        read.append(1)

    before = set(threading.enumerate())
    for _ in range(3):
        reads.begin("p@1", slowly)
    started = set(threading.enumerate()) - before
    go.set()
    for thread in started:
        thread.join(30)
    assert (len(started), read) == (1, [1])
    reads.begin("p@1", slowly)
    until(lambda: read == [1, 1], 30)


def test_what_fails_says_so_once_and_is_tried_again() -> None:
    reads, tried = BackgroundReads(), list[int]()

    def broken() -> None:
        tried.append(1)
        raise StudioError("Label Studio is away.")

    for _ in range(2):
        with pytest.raises(StudioError):
            until(lambda: reads.begin("p@1", broken), 30)
    assert len(tried) == 2


def test_a_token_that_was_refused_is_no_trouble_of_who_asks_next() -> None:
    reads, tokens = BackgroundReads(), list[str]()

    def read() -> None:
        tokens.append("good" if tokens else "revoked")
        if tokens[-1] == "revoked":
            raise Refused(401, "Your token has expired.")

    def asked() -> bool:
        reads.begin("p@1", read)
        return "good" in tokens

    until(asked, 30)
    assert tokens[0] == "revoked"
