"""The status of a run is read once a second, however many follow it."""

from dataclasses import replace

from backend.domain.dataset.subset import Subset
from backend.domain.runs.run import Run, TaskCounts
from backend.services.run_control.recent_statuses import FRESH_S, MOST_REMEMBERED, RecentStatuses
from backend.services.run_control.status import RunStatus

RUN = Run(
    "1f3a9c04", "mood@1", 7, Subset("all"), True, False, "in_progress", "", "2026-01-01T00:00:00", 3, "", 0.0, 0.0
)


def test_it_is_read_again_after_a_second_and_for_each_run() -> None:
    now, asked = [0.0], list[str]()

    def read(run_id: str) -> RunStatus:
        asked.append(run_id)
        return RunStatus(replace(RUN, id=run_id), TaskCounts(3, len(asked), 0, 0, 3, 0, 0.1))

    recent = RecentStatuses(lambda: now[0])
    assert [recent.of("a", read).tally.done for _ in range(50)] == [1] * 50
    assert recent.of("b", read).run.id == "b"
    now[0] += FRESH_S
    assert recent.of("a", read).tally.done == 3
    assert asked == ["a", "b", "a"]
    for number in range(MOST_REMEMBERED):
        recent.of(str(number), read)
    recent.of("a", read)
    assert asked[-1] == "a", "the oldest are forgotten"
