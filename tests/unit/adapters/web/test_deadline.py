"""A connection is cut when its time has passed, and left alone before."""

import socket
from typing import Any

import pytest

from backend.adapters.web.deadline import Deadline


class Stream:
    def __init__(self, end: socket.socket) -> None:
        self.end = end

    def get_extra_info(self, name: str) -> Any:
        return self.end if name == "socket" else None


@pytest.mark.parametrize("late", [False, True], ids=["connected in time", "connected too late"])
def test_who_waits_for_a_connection_that_is_cut_waits_no_longer(late: bool) -> None:
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    with ours, theirs, Deadline(0.0 if late else 0.2) as deadline:
        if late:
            deadline._timer.join()
        deadline.trace("connection.connect_tcp.complete", {"return_value": Stream(ours)})
        assert ours.recv(1) == b""
        assert deadline.passed


def test_one_that_is_done_is_left_alone() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with Deadline(60) as deadline:
            deadline.trace("http11.send_request_headers.started", {"request": None})
            deadline.trace("connection.connect_tcp.complete", {"return_value": Stream(ours)})
        theirs.sendall(b"x")
        assert (ours.recv(1), deadline.passed) == (b"x", False)
