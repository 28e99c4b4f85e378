"""Sessions: found by their cookie alone, and gone when they were idle, ended or too many."""

import pytest

from backend.interfaces.web.pages import sessions
from backend.interfaces.web.pages.sessions import IDLE_S, Sessions
from tests.clock import Clock


def test_a_session_is_found_by_its_cookie_until_it_ends() -> None:
    known = Sessions()
    first, second = known.start("token"), known.start("token")
    assert first != second
    session, other = known.get(first), known.get(second)
    assert session is not None
    assert other is not None
    assert session.token == "token"
    assert session.form_token != other.form_token
    known.end(first)
    assert known.get(first) is None
    assert known.get(second) is other


@pytest.mark.parametrize("cookie", [None, "", "guess", "\ud800", "x" * 10_000])
def test_whatever_else_a_browser_sends_is_no_session(cookie: str | None) -> None:
    known = Sessions()
    known.start("token")
    assert known.get(cookie) is None
    known.end(cookie)


def test_it_ends_after_twelve_hours_without_use() -> None:
    clock = Clock()
    known = Sessions(clock)
    cookie = known.start("token")
    clock.now += IDLE_S
    assert known.get(cookie) is not None
    clock.now += IDLE_S
    assert known.get(cookie) is not None, "it was used meanwhile"
    clock.now += IDLE_S + 1
    assert known.get(cookie) is None
    clock.now -= IDLE_S
    assert known.get(cookie) is None


def test_the_one_that_was_not_used_for_longest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 2)
    known = Sessions()
    first, second = known.start("a"), known.start("b")
    known.get(first)
    known.start("c")
    assert known.get(first) is not None
    assert known.get(second) is None


def test_no_secret_is_shown() -> None:
    known = Sessions()
    cookie = known.start("a-token")
    session = known.get(cookie)
    assert session is not None
    for secret in ("a-token", session.form_token, cookie):
        assert secret not in repr(session)
        assert secret not in repr(vars(known))
