"""A run goes on through the connection it began with, and that is not removed under it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from backend.domain.cascade import Cascade
from backend.domain.dataset.subset import Subset
from backend.domain.optimize.search import SearchOptions
from backend.domain.runs.run import Run
from backend.errors import PromptsError, SettingsError
from backend.interfaces.cli.render.notices import in_commands
from backend.services.run_control.connection_use import check_server, look_alike, refuse_in_use
from tests.scripted import version

URL = "http://groq.test/v1"
RUN = Run("r1", "mood@1", 7, Subset("all"), True, False, "in_progress", "", "", 3, "", 0.0, 0.0, server=URL)
GROQ = version(connection="groq")


def trouble(check: Callable[[], None]) -> str | None:
    """What a check refuses with; None if it lets pass."""
    try:
        check()
    except PromptsError as error:
        return in_commands(error.notice)
    return None


def gone(name: str) -> str:
    raise SettingsError(f"There is no connection '{name}' here.")


def test_a_run_goes_on_where_it_began() -> None:
    elsewhere = lambda _: "http://other.test/v1"  # noqa: E731
    assert trouble(lambda: check_server(RUN, GROQ, lambda _: URL)) is None
    assert trouble(lambda: check_server(replace(RUN, server=None), GROQ, elsewhere)) is None
    assert trouble(lambda: check_server(RUN, version(), elsewhere)) is None


def test_a_connection_that_moved_or_was_removed_ends_it_with_what_continues_it() -> None:
    again = "`ls-prompts connect-model groq --base-url http://groq.test/v1`, then `ls-prompts resume r1`."
    moved = trouble(lambda: check_server(RUN, GROQ, lambda _: "http://other.test/v1"))
    assert moved == f"Connection 'groq' leads to http://other.test/v1 now, not to {URL} as before. {again}"
    removed = trouble(lambda: check_server(RUN, GROQ, gone))
    assert removed == f"Connection 'groq' was removed, and run r1 uses it. {again}"


def test_the_connection_of_a_second_model_must_be_there_too() -> None:
    cascade = version(cascade=Cascade("dear", "groq"))
    assert trouble(lambda: check_server(RUN, cascade, lambda _: "http://other.test/v1")) is None
    removed = trouble(lambda: check_server(RUN, cascade, gone))
    assert removed is not None
    assert "connect-model groq --base-url URL" in removed


@pytest.mark.parametrize("status", ["pending", "in_progress"])
def test_a_connection_in_use_is_not_removed(status: str) -> None:
    with pytest.raises(
        SettingsError, match=r"Run r1 of mood@1 uses connection 'groq': wait until it has ended, or cancel it"
    ):
        refuse_in_use("groq", [replace(RUN, status=status)], lambda _: "groq")
    search = replace(RUN, status=status, scope=SearchOptions("groq/big", 3))
    with pytest.raises(SettingsError, match="uses connection 'groq'"):
        refuse_in_use("groq", [search], lambda _: "default")
    refuse_in_use("other", [replace(RUN, status=status), search], lambda _: "groq")


@pytest.mark.parametrize("status", ["completed", "failed", "canceled"])
def test_a_run_that_ended_uses_none(status: str) -> None:
    assert trouble(lambda: refuse_in_use("groq", [replace(RUN, status=status)], lambda _: "groq")) is None


def test_a_model_whose_name_begins_like_a_reference_is_named() -> None:
    alike = version(model="groq/compound")
    assert look_alike("groq", [version(), replace(alike, connection="groq"), alike]) == "mood@1"
    assert look_alike("gro", [version(), alike]) is None
