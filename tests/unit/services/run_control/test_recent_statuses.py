"""The status of a run is read once a second, however many follow it."""

import threading
from concurrent.futures import ThreadPoolExecutor
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
    assert [recent.of("a", read).counts.done for _ in range(50)] == [1] * 50
    assert recent.of("b", read).run.id == "b"
    now[0] += FRESH_S
    assert recent.of("a", read).counts.done == 3
    assert asked == ["a", "b", "a"]
    for number in range(MOST_REMEMBERED):
        recent.of(str(number), read)
    recent.of("a", read)
    assert asked[-1] == "a", "the oldest are forgotten"


def status(run_id: str) -> RunStatus:
    return RunStatus(replace(RUN, id=run_id), TaskCounts(3, 1, 0, 0, 3, 0, 0.1))


def test_a_slow_sum_holds_up_only_those_who_follow_that_run() -> None:
    summing, go_on = threading.Event(), threading.Event()

    def slow(run_id: str) -> RunStatus:
        summing.set()
        assert go_on.wait(20)
        return status(run_id)

    recent = RecentStatuses()
    with ThreadPoolExecutor(2) as pool:
        large = pool.submit(recent.of, "large", slow)
        assert summing.wait(20)
        small = pool.submit(recent.of, "small", status)
        try:
            assert small.result(20).run.id == "small"
            assert not large.done()
        finally:
            go_on.set()
        assert large.result(20).run.id == "large"
