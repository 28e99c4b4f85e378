"""Searches that go on while others ask how far they are."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from backend.errors import PromptsError, RunError
from backend.services.refinements import FAILED, MOST_AT_WORK, Refinements, SearchProgress
from tests.running import until


class HeldSearch:
    """A search that ends when it is told to."""

    def __init__(self, result: Any = None, error: Exception | None = None) -> None:
        self.over, self.result, self.error = threading.Event(), result or object(), error
        self.progress: Any = None

    def __call__(self, progress: Any) -> Any:
        self.progress = progress
        assert self.over.wait(20)
        if self.error:
            raise self.error
        return self.result


def ended(refinements: Refinements, tag: str) -> Any:
    def look() -> Any:
        found = refinements.get(tag, None)
        return found if found and not found.is_open else None

    return until(look)


def test_it_is_followed_and_its_result_is_kept() -> None:
    refinements, search = Refinements(), HeldSearch()
    job = refinements.start("mood@1", search)
    assert job.is_open
    until(lambda: search.progress)
    search.progress.add([SimpleNamespace(task_id=0), SimpleNamespace(task_id=3), SimpleNamespace(task_id=4)])
    found = refinements.get("mood@1", job.id)
    assert found is not None
    assert (found.progress.rewrites, found.progress.answers) == (1, 2)
    assert refinements.start("mood@1", HeldSearch()) is not None, "the one at work goes on"
    assert refinements.get("mood@1", None) is found
    search.over.set()
    assert ended(refinements, "mood@1").result is search.result
    assert refinements.get("mood@2", None) is None
    assert refinements.get("mood@1", "another") is None


@pytest.mark.parametrize(
    ("error", "told"), [(RunError("It was stopped."), "It was stopped."), (ValueError("secret"), FAILED)]
)
def test_why_there_is_no_result_is_said(error: Exception, told: str) -> None:
    refinements, search = Refinements(), HeldSearch(error=error)
    refinements.start("mood@1", search)
    search.over.set()
    assert ended(refinements, "mood@1").failure == told


def test_only_some_are_at_work_at_a_time() -> None:
    refinements, searches = Refinements(), [HeldSearch() for _ in range(MOST_AT_WORK)]
    for number, search in enumerate(searches):
        refinements.start(f"mood@{number}", search)
    with pytest.raises(PromptsError, match="being refined already"):
        refinements.start("mood@9", HeldSearch())
    for number, search in enumerate(searches):
        search.over.set()
        ended(refinements, f"mood@{number}")
    last = HeldSearch()
    refinements.start("mood@9", last)
    last.over.set()
    ended(refinements, "mood@9")


def test_nothing_came_yet() -> None:
    assert (SearchProgress().answers, SearchProgress().rewrites) == (0, 0)
