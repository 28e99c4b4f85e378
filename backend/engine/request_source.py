"""RequestSource: where the requests about tasks come from, and the threads in which they are made.

Requests with files are made in threads of their own: files may take long to read, and must not hold up calls about
other projects, which read stored answers and budgets in the other threads.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Protocol

from backend.domain.chat.request import PlannedRequests
from backend.domain.task import Task

_file_threads = ThreadPoolExecutor(32, "files")


class RequestSource(Protocol):
    """The requests about tasks, from a RequestBuilder or a similar object."""

    @property
    def reads_files(self) -> bool:
        """Whether files are read for its requests."""

    def requests(self, tasks: Sequence[Task]) -> PlannedRequests: ...


async def requests_of(source: RequestSource, tasks: Sequence[Task]) -> PlannedRequests:
    """The requests about tasks, made in a thread."""
    if not source.reads_files:
        return await asyncio.to_thread(source.requests, tasks)
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_file_threads, copy_context().run, source.requests, tasks)
