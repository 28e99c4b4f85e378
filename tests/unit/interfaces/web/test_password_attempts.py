"""Wrong passwords: how many are looked at, per peer, and what the log says of them."""

import logging

import pytest

from backend.interfaces.web import password_attempts
from backend.interfaces.web.password_attempts import BURST, PasswordAttempts, network
from tests.clock import Clock


def looked_at(found: PasswordAttempts, peer: str, times: int) -> int:
    seen = 0
    for _ in range(times):
        seen += found.allowed(peer)
        found.wrong(peer)
    return seen


def test_after_a_burst_one_a_second_is_looked_at_per_peer() -> None:
    clock = Clock()
    found = PasswordAttempts(clock)
    assert looked_at(found, "10.0.0.7", 500) == BURST
    clock.now = 3.0
    assert looked_at(found, "10.0.0.7", 500) == 3
    assert found.allowed("10.0.0.8")
    clock.now = 1000.0
    assert looked_at(found, "10.0.0.7", 500) == BURST


def test_the_log_has_a_line_per_peer_and_ten_minutes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    clock = Clock()
    found = PasswordAttempts(clock)
    for second in range(1200):
        clock.now = float(second)
        looked_at(found, "10.0.0.7", 5)
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split(";")[0] for line in lines] == [
        "1 wrong password(s) from 10.0.0.7",
        "3000 wrong password(s) from 10.0.0.7",
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.7", "10.0.0.8", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.7", "10.0.0.7", True),
        ("fe80::1%eth0", "fe80::1", True),
        ("", "", True),
    ],
)
def test_who_is_one_peer(one: str, other: str, same: bool) -> None:
    assert (network(one) == network(other)) == same


def test_no_number_of_peers_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_attempts, "MOST_PEERS", 50)
    found = PasswordAttempts(Clock())
    for number in range(500):
        looked_at(found, f"10.0.{number // 250}.{number % 250}", 2)
    assert len(found._peers) == 50
