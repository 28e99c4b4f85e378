"""What people are told of a run, beside what its record says."""

from dataclasses import replace

from backend.domain.dataset.subset import Subset
from backend.domain.runs.run import Run, TaskCounts
from backend.services.run_control.status import RunStatus

ALL = Subset("all")
RUN = Run("1f3a9c04", "mood@1", 7, ALL, True, False, "in_progress", "", "2026-01-01T00:00:00", 3, "", 0.0, 0.0)
THROUGH = TaskCounts(3, 2, 1, 0, 3, 0, 0.1)


def test_a_run_pushes_when_its_last_task_is_through() -> None:
    assert RunStatus(RUN, THROUGH).pushing
    for other in (replace(RUN, push=False), replace(RUN, status="completed"), replace(RUN, tasks=None)):
        assert not RunStatus(other, THROUGH).pushing
    assert not RunStatus(RUN, replace(THROUGH, failed=0)).pushing
