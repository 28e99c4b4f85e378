"""A process that asks about a part of a run: what it reads, what it tells, and how it ends."""

import asyncio
import json
from collections.abc import Iterable
from io import BytesIO
from types import SimpleNamespace
from typing import IO, Any, cast

import pytest

from backend.domain.answer import Labels
from backend.domain.outcome import Outcome
from backend.domain.task import Task
from backend.engine.budgets.budget_rules import MonthUsedUp, OverBudget
from backend.engine.shutdown import Stopped
from backend.errors import StoreError
from backend.services.runs.local_processes import NO_MORE, page_line
from backend.services.runs.part_worker import PartWorker
from backend.services.runs.task_labeler import RunListener
from tests.scripted import tasks

PAGES = [page_line(tasks(3)) + b"\n", page_line(tasks(2, 4)) + b"\n"]
ALL = [*PAGES, NO_MORE + b"\n"]


class Labeler:
    """Answers all tasks, and then raises `error`, if there is one."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.seen: list[Task] = []
        self._error = error

    async def label(
        self, _run: Any, _resolved: Any, pages: Iterable[list[Task]], listener: RunListener, _heartbeat: Any
    ) -> float:
        listener.notify("It begins.")
        for page in pages:
            self.seen += page
            await listener.on_outcomes([Outcome(task.id, {"mood": Labels(("Good",))}) for task in page], _flush)
        if self._error is not None:
            raise self._error
        return 1.5


async def _flush() -> None: ...


def told(labeler: Labeler, lines: list[bytes]) -> list[dict[str, Any]]:
    out = BytesIO()
    _worker(labeler).work("1f3a", lines, out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def _worker(labeler: Labeler) -> PartWorker:
    record = SimpleNamespace(run=lambda _: SimpleNamespace(tag="mood@1"))
    return PartWorker(*cast(Any, (record, SimpleNamespace(resolved=lambda _: None), labeler)))


def test_it_asks_about_what_it_reads_and_tells_how_far_it_is() -> None:
    labeler = Labeler()
    first, says, *progress, end = told(labeler, ALL)
    assert first == {"settled": [0, 0, 0.0], "waits_for": ""}
    assert says == {"notify": "It begins."}
    assert sum(line["settled"][0] for line in progress) == 5
    assert end == {"seconds": 1.5}
    assert labeler.seen == tasks(5)


@pytest.mark.parametrize("lines", [PAGES, [*PAGES, b"[[6, {"]], ids=["between lines", "within a line"])
def test_it_stops_when_its_tasks_end_too_early(lines: list[bytes]) -> None:
    labeler = Labeler()
    assert told(labeler, lines)[-1] == {"seconds": None}
    assert labeler.seen == tasks(5)


@pytest.mark.parametrize(
    "error", [OverBudget("No money."), MonthUsedUp("mine"), Stopped(), asyncio.CancelledError()], ids=repr
)
def test_what_it_leaves_is_no_error(error: BaseException) -> None:
    assert told(Labeler(error), ALL)[-1] == {"seconds": None}


def test_an_error_is_told_with_its_kind() -> None:
    assert told(Labeler(StoreError("The disk is full.")), ALL)[-1] == {"error": ["StoreError", "The disk is full."]}


def test_it_is_canceled_when_nobody_listens() -> None:
    class BrokenPipe(BytesIO):
        def write(self, _: Any) -> int:
            raise BrokenPipeError

    labeler = Labeler()
    _worker(labeler).work("1f3a", ALL, cast("IO[bytes]", BrokenPipe()))
    assert labeler.seen == tasks(5)
