"""Runs: who is taken for gone, and what is left to do."""

import pytest

from backend.domain.dataset.subset import Subset
from backend.domain.runs.run import ALIVE_S, FINAL, OPEN, QUEUED, Run, TaskCounts, is_lost


@pytest.mark.parametrize(
    ("running", "silent_s", "lost"),
    [(True, 1e6, False), (False, 0.0, True), (None, ALIVE_S - 1, False), (None, ALIVE_S, True)],
)
def test_silence_decides_only_where_nobody_can_know(running: bool | None, silent_s: float, lost: bool) -> None:
    assert is_lost(running, silent_s) is lost


def test_a_run_is_open_or_at_its_end() -> None:
    assert set(OPEN).isdisjoint(FINAL)


def test_a_run_in_the_queue_is_shared() -> None:
    run = Run("r", "mood@1", 7, Subset("all"), True, False, "pending", "", "now", None, QUEUED, 3.0, 0.0)
    assert run.is_queued
    other = Run("r", "mood@1", 7, Subset("all"), True, False, "pending", "", "now", None, QUEUED, 9.0, 0.0)
    assert run == other, "how long it was silent is no part of what it is"


def test_what_is_left_is_never_less_than_nothing() -> None:
    assert TaskCounts(10, 4, 1, 2, 5, 0, None).left == 5
    assert TaskCounts(3, 4, 0, 0, 4, 0, None).left == 0
