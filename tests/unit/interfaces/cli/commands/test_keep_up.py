"""The command keep-up: turns it on or off, and says since when it is so, by whom, and what it spent."""

from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from backend.domain.keep_up import KeepUp, KeepUpState, other_limit, spent_up
from backend.interfaces.cli.main import cli
from backend.services.keep_up.switching import no_version

ON = KeepUp(7, True, 2.0, 9, "mood@1", "", "2026-11-30T10:00:12.345678+00:00", 3, "ann@example.com")


class KeepUpApp:
    """Stands for the App; remembers with which budgets keep-up was turned on."""

    def __init__(self) -> None:
        self.state: KeepUpState | None = KeepUpState(ON, 0.25, 1, ())
        self.budgets: list[float | None] = []
        self.is_on = True

    def keep_up(self, _project: int) -> KeepUpState | None:
        return self.state

    def start_keep_up(self, _project: int, budget: float | None, *_: Any) -> None:
        self.budgets.append(budget)

    def stop_keep_up(self, _project: int) -> bool:
        return self.is_on


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> KeepUpApp:
    made = KeepUpApp()
    monkeypatch.setattr("backend.interfaces.cli.commands.keep_up.the_app", lambda: made)
    return made


def call(*argv: str, code: int = 0) -> Any:
    result = CliRunner().invoke(cli, ["keep-up", "7", *argv])
    assert result.exit_code == code, result.output
    return result


def test_it_says_since_when_it_is_on_and_by_whom(app: KeepUpApp) -> None:
    assert call().stdout.splitlines() == [
        "Keep-up of project 7: on since 2026-11-30 10:00 UTC, turned on by ann@example.com",
        "mood@1: 0.2500 of 2 USD spent today (UTC)",
        "1 new task without a prediction",
    ]


def test_off_says_the_same_and_no_figures(app: KeepUpApp) -> None:
    app.state = KeepUpState(replace(ON, on=False, user_email=None), None, 0, ())
    assert call("--off").stdout == "Keep-up of project 7: off since 2026-11-30 10:00 UTC, turned off by n/a\n"
    app.is_on = False
    assert "Keep-up of project 7 was off." in call("--off").stderr


def test_what_stops_it_and_what_is_unknown_are_said(app: KeepUpApp) -> None:
    app.state = KeepUpState(replace(ON, trouble="The provider\x1b[2J is away."), None, 2, ())
    said = call().stdout
    assert "mood@1: n/a of 2 USD spent today (UTC)" in said
    assert said.splitlines()[-2:] == [
        "The provider\\x1b[2J is away.",
        "`ls-prompts keep-up 7 --on` tries again now.",
    ]


@pytest.mark.parametrize(
    ("trouble", "helps"),
    [
        (str(no_version(7)), ["`ls-prompts use VERSION` selects one."]),
        (spent_up(ON), ["`ls-prompts keep-up 7 --on --budget 4` goes on now."]),
        (other_limit(ON), []),
    ],
    ids=["no version in use", "the day's budget used up", "another limit"],
)
def test_what_helps_against_its_trouble_is_said(app: KeepUpApp, trouble: str, helps: list[str]) -> None:
    app.state = KeepUpState(replace(ON, trouble=trouble), 2.0, 2, ())
    assert call().stdout.splitlines()[3:] == [trouble, *helps]


def test_a_budget_that_is_not_given_is_left_to_what_was_stored(app: KeepUpApp) -> None:
    call("--on")
    call("--on", "--budget", "5")
    assert app.budgets == [None, 5.0]


def test_where_it_was_never_on_it_says_how(app: KeepUpApp) -> None:
    app.state = None
    assert "`ls-prompts keep-up 7 --on` turns it on" in call(code=1).stderr


def test_it_can_be_read_as_json(app: KeepUpApp) -> None:
    assert '"changed": "2026-11-30T10:00:12.345678+00:00"' in call("--json").stdout
