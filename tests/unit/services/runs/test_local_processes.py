"""What the process does that starts others for its run; these are scripted here, `test_processes` has real ones."""

import json
import threading
from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from backend.domain.runs.part import place_of
from backend.domain.runs.run import Run
from backend.engine.shutdown import Shutdown, Stopped
from backend.errors import ProviderError, RunError
from backend.services.dataset.task_selection import TaskSelection
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.progress import Settled, Silent
from backend.services.run_control.termination import Canceled
from backend.services.runs.local_processes import LEFT, LocalProcesses, error_line, read_page
from tests.scripted import builder, request, tasks

Told = dict[str, Any]
DONE: Told = {"seconds": 2.5}


class Scripted:
    """A process that reads all it gets, says what `script` makes of it, and ends; or when it is told to stop."""

    def __init__(self, script: Callable[[list[bytes]], Iterable[Told]], first: Sequence[Told] = ()) -> None:
        self.read: list[bytes] = []
        self.stopped = self.ended = False
        self._first = first
        self._script = script
        self._over = threading.Event()

    def write(self, line: bytes) -> None:
        self.read.append(line)

    def close(self) -> None:
        self._over.set()

    def lines(self) -> Iterable[bytes]:
        for told in self._first:
            yield json.dumps(told).encode()
        assert self._over.wait(20)
        for told in self._script(self.read):
            yield json.dumps(told).encode()

    def stop(self) -> None:
        self.stopped = True
        self._over.set()

    def end(self) -> None:
        self.ended = True

    @property
    def tasks(self) -> list[int]:
        pages = [read_page(line) for line in self.read]
        return [task.id for page in pages if page is not None for task in page]


class NotedCounts(Silent):
    def __init__(self) -> None:
        self.settled = Settled()
        self.told: list[str] = []

    def count(self, settled: Settled) -> None:
        self.settled = self.settled.plus(settled)

    def notify(self, sentence: str) -> None:
        self.told.append(sentence)


class SharedTasks:
    """A run over some tasks that these processes share."""

    def __init__(self, *processes: Scripted, number: int = 50) -> None:
        self.processes, self.progress, self.stop = processes, NotedCounts(), Shutdown()
        self.argv: list[Sequence[str]] = []
        self.heartbeat = Heartbeat(lambda _seconds, _waits_for: "in_progress")
        self.number = number
        self.local = LocalProcesses(len(processes), self._start, lambda _: 64, self.stop)

    def _start(self, argv: Sequence[str]) -> Scripted:
        self.argv.append(argv)
        return self.processes[len(self.argv) - 1]

    def ask(self) -> tuple[float, bool]:
        run = cast(Run, SimpleNamespace(id="1f3a"))
        base = TaskSelection([tasks(self.number // 2), tasks(self.number // 2, 1 + self.number // 2)], self.number)
        return self.local.ask(run, builder(), base, self.progress, self.heartbeat)


def counting(seconds: float | None = 2.5) -> Scripted:
    """It answers all its tasks."""
    process: Scripted

    def script(_read: list[bytes]) -> Iterable[Told]:
        number = len(process.tasks)
        return [{"settled": Settled(number, number, 0.5), "waits_for": ""}, {"seconds": seconds}]

    process = Scripted(script)
    return process


def test_each_task_goes_to_the_process_of_its_request() -> None:
    shared = SharedTasks(counting(), counting(4.0))
    assert shared.ask() == (4.0, False)
    first, second = shared.processes
    assert sorted(first.tasks + second.tasks) == list(range(1, 51))
    assert first.tasks
    for place, process in enumerate(shared.processes):
        assert {place_of(request(f"text {task}").digest, 2) for task in process.tasks} == {place}
        assert read_page(process.read[-1]) is None
        assert (process.stopped, process.ended) == (False, True)
    assert shared.argv == [("work", "1f3a", "--part", "1/2"), ("work", "1f3a", "--part", "2/2")]
    assert shared.progress.settled == Settled(50, 50, 1.0)


@pytest.mark.parametrize("end", [[], [{"seconds": None}]])
def test_what_a_process_leaves_is_for_the_one_that_started_it(end: list[Told]) -> None:
    shared = SharedTasks(counting(), Scripted(lambda _: end))
    assert shared.ask() == (2.5, True)
    assert shared.progress.told == ([] if end else [LEFT])


def test_an_error_of_one_stops_the_others_and_is_raised_as_it_was() -> None:
    error = error_line(ProviderError("The key is refused."))
    other = Scripted(lambda _: [{"seconds": None}], [{"settled": Settled(), "waits_for": ""}])
    shared = SharedTasks(other, Scripted(lambda _: [], [{"error": error}]))
    with pytest.raises(ProviderError, match=r"^The key is refused\.$"):
        shared.ask()
    assert all(process.ended for process in shared.processes)


def test_an_error_that_others_do_not_know_is_one_of_its_kind() -> None:
    class Odd(RunError):
        pass

    assert error_line(Odd("So it is.")) == ("RunError", "So it is.")


def test_what_several_say_is_said_once_unless_it_is_said_again() -> None:
    away: Told = {"notify": "The server does not answer."}
    shared = SharedTasks(Scripted(lambda _: [away, DONE]), Scripted(lambda _: [away, DONE]))
    shared.ask()
    assert shared.progress.told == ["The server does not answer."]
    again = SharedTasks(Scripted(lambda _: [away, away, DONE]), counting())
    again.ask()
    assert len(again.progress.told) == 2


def test_a_canceled_run_stops_those_that_began() -> None:
    began = Scripted(lambda _: [{"seconds": None}], [{"settled": Settled(), "waits_for": "for the server"}])
    shared = SharedTasks(began, Scripted(lambda _: []))
    shared.heartbeat.canceled = True
    with pytest.raises(Canceled):
        shared.ask()
    assert all(process.ended for process in shared.processes)
    assert not shared.processes[1].stopped, "it would not know what to do with a signal yet"
    assert read_page(b"null") is None
    assert shared.processes[1].tasks == []


def test_a_process_that_is_told_to_end_tells_the_others() -> None:
    shared = SharedTasks(Scripted(lambda _: [{"seconds": None}]), Scripted(lambda _: [{"seconds": None}]))
    shared.stop.request()
    with pytest.raises(Stopped):
        shared.ask()
    assert all(process.ended for process in shared.processes)


def test_no_process_goes_without_a_request_in_flight() -> None:
    slots = {"default": 3, "tiny": 1}
    local = LocalProcesses(8, SharedTasks(counting())._start, slots.__getitem__, Shutdown())
    assert local.of(builder().version) == 3
    assert local.of(builder(connection="tiny").version) == 1
