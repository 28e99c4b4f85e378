"""Slow files of one source hold up no other."""

import asyncio
from collections.abc import Sequence
from threading import Event

from backend.domain.chat.request import PlannedRequests
from backend.domain.task import Task
from backend.engine.request_source import requests_of
from tests.scripted import builder, run, tasks


class SlowFiles:
    """Its files do not come until it may go on."""

    reads_files = True

    def __init__(self) -> None:
        self.go_on = Event()

    def requests(self, _tasks: Sequence[Task]) -> PlannedRequests:
        self.go_on.wait(60)
        return []


def test_others_are_made_meanwhile_however_many_calls_wait_for_files() -> None:
    slow = SlowFiles()

    async def main() -> None:
        waiting = [asyncio.create_task(requests_of(slow, tasks(1))) for _ in range(40)]
        await asyncio.sleep(0)
        try:
            made = await asyncio.wait_for(requests_of(builder(), tasks(2)), 30)
        finally:
            slow.go_on.set()
        assert [task for task, _ in made] == [1, 2]
        assert await asyncio.gather(*waiting) == [[]] * 40

    run(main())
