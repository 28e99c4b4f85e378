"""Label Studio is asked whose a token is; wrong ones are counted, and do not lock out those who were here before."""

from types import SimpleNamespace
from typing import Any

import pytest

from backend.adapters.label_studio.http import Refused, Unreachable
from backend.interfaces.web.password_attempts import BURST, PasswordAttempts
from backend.interfaces.web.problem import Problem
from backend.interfaces.web.sign_in import KNOWN_S, REFUSED_S, TOO_MANY, SignIn

PROXY = "172.18.0.5"
"""From there everybody comes."""
WHY = "Your token has expired."


class TokenStudio:
    """Knows the tokens in `good`. `trouble`: what it raises for all others."""

    def __init__(self, *good: str) -> None:
        self.good = set(good)
        self.trouble: Exception = Refused(401, WHY)
        self.asked: list[str] = []
        self.settings = SimpleNamespace(label_studio_url="http://u:p@studio.test")

    def acting_for(self, who: Any) -> "TokenCaller":
        return TokenCaller(self, who if isinstance(who, str) else who.value.partition(" ")[2])


class TokenCaller:
    def __init__(self, studio: TokenStudio, token: str) -> None:
        self.studio, self.token = studio, token

    @property
    def person(self) -> str:
        self.studio.asked.append(self.token)
        if self.token not in self.studio.good:
            raise self.studio.trouble
        return self.token


class SignInDesk:
    """`now`: seconds."""

    def __init__(self, *good: str) -> None:
        self.now, self.studio = 0.0, TokenStudio(*good)
        app: Any = self.studio
        attempts = PasswordAttempts(lambda: self.now)
        self.sign_in = SignIn(app, attempts, clock=lambda: self.now)

    def call(self, token: str) -> str:
        """Whose it is, or why it is refused."""
        try:
            app: Any = self.sign_in.caller({"Authorization": f"Token {token}"}.get, PROXY)
        except Problem as problem:
            return f"{problem.status} {problem}"
        return str(app.token)


def test_a_token_is_asked_about_once_a_minute() -> None:
    desk = SignInDesk("ann")
    assert [desk.call("ann"), desk.call("ann")] == ["ann", "ann"]
    assert desk.studio.asked == ["ann"]
    desk.now = KNOWN_S + 1
    assert desk.call("ann") == "ann"
    assert desk.studio.asked == ["ann", "ann"]
    assert desk.sign_in.studio_url == "http://studio.test"


def test_what_label_studio_says_of_a_token_is_told_for_some_seconds() -> None:
    desk = SignInDesk()
    assert [desk.call("old"), desk.call("old")] == [f"401 {WHY}"] * 2
    assert desk.studio.asked == ["old"]
    desk.studio.good.add("old")
    desk.now = REFUSED_S + 1
    assert desk.call("old") == "old"


def test_wrong_tokens_of_others_do_not_lock_out_who_was_here() -> None:
    desk = SignInDesk("ann", "bob")
    assert desk.call("ann") == "ann"
    for number in range(BURST):
        assert desk.call(f"wrong {number}") == f"401 {WHY}"
    assert desk.call("wrong") == desk.call("bob") == f"429 {TOO_MANY}"
    desk.now = KNOWN_S - BURST  # the verdict still counts
    assert desk.call("ann") == "ann"
    desk.now = KNOWN_S + 1
    for number in range(BURST):
        desk.call(f"wrong again {number}")
    assert desk.call("bob") == f"429 {TOO_MANY}"
    assert desk.call("ann") == "ann"


def test_a_token_that_was_good_and_is_wrong_now_counts_as_wrong() -> None:
    desk = SignInDesk("ann")
    desk.call("ann")
    desk.studio.good.clear()
    desk.now = KNOWN_S + 1
    assert desk.call("ann") == f"401 {WHY}"
    for number in range(BURST - 1):
        desk.call(f"wrong {number}")
    desk.now += REFUSED_S - 4.5  # half a second: nothing is refilled
    desk.sign_in._verdicts.drop(next(iter(desk.sign_in._verdicts._items)))
    assert desk.call("ann") == f"429 {TOO_MANY}"


@pytest.mark.parametrize("trouble", [Unreachable("It is away."), Refused(500, "It failed.")])
def test_what_says_nothing_of_the_token_is_raised_and_not_counted(trouble: Exception) -> None:
    desk = SignInDesk()
    desk.studio.trouble = trouble
    for number in range(BURST + 1):
        with pytest.raises(type(trouble)):
            desk.call(f"token {number}")


def test_without_a_token_nobody_is_asked() -> None:
    desk = SignInDesk()
    with pytest.raises(Problem) as problem:
        desk.sign_in.caller(lambda _: None, PROXY)
    assert (problem.value.status, desk.studio.asked) == (401, [])


def test_a_token_of_the_page_is_passed_on_as_it_is() -> None:
    desk = SignInDesk("ann")
    owner: Any = desk.sign_in.owner("ann", PROXY)
    assert owner.token == "ann"
