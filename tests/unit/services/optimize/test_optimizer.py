"""What is said of a search that was stopped names no command: each interface words it for itself."""

from types import SimpleNamespace
from typing import Any

import pytest

from backend.advice import Advice
from backend.domain.runs.stop_reason import StopKind
from backend.interfaces.cli.render.notices import in_commands
from backend.services.optimize.optimizer import _stopped

OPTIONS: Any = SimpleNamespace(search=SimpleNamespace(teacher="gpt-4o", rounds=3))
SEARCH = "ls-prompts enhance 'two words@1' --teacher gpt-4o --rounds 3"


@pytest.mark.parametrize(
    ("budget", "advice", "command"),
    [(None, Advice.SAME_SEARCH, SEARCH), (2.5, Advice.SAME_SEARCH_WITHIN, f"{SEARCH} --budget 2.5")],
)
def test_a_stopped_search_is_continued_by_the_same_one(budget: float | None, advice: Advice, command: str) -> None:
    run: Any = SimpleNamespace(id="1f3a9c04", tag="two words@1", budget=budget, stop=StopKind.INTERRUPTED)
    error = _stopped(run, OPTIONS)
    assert "ls-prompts" not in str(error)
    assert error.notice.advice is advice
    kept = "Search 1f3a9c04 was stopped; its answers are kept:"
    assert in_commands(error.notice) == f"{kept} `{command}` continues it."
