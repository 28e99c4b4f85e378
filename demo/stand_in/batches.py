"""Files and batches as OpenAI serves them: a JSONL of chat requests in, a JSONL of answers and one of errors out.

Everything is kept in memory. A batch is answered at once or after a delay; its requests meet the same faults as those
that come one by one, and what would be an HTTP error there stands in its error file here.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web

from demo.stand_in.complaint import ComplaintError, not_found
from demo.stand_in.stats import Stats
from demo.stand_in.switches import Switches

MOST_REQUESTS = 50_000
_LARGEST_FILE = 200 * 10**6
_ENDED = ("completed", "failed", "expired", "cancelled")
_PAGE = 20

Line = dict[str, Any]
Answer = Callable[[bytes], Awaitable[web.Response]]
"""Answers the body of one chat request."""


@dataclass(slots=True)
class File:
    id: str
    name: str
    content: bytes

    def as_json(self) -> Line:
        known = {"id": self.id, "object": "file", "bytes": len(self.content), "filename": self.name}
        return {**known, "created_at": int(time.time()), "purpose": "batch", "status": "processed"}


@dataclass(slots=True)
class Batch:
    """`counts`: requests in all, answered and failed; `created`: `time.monotonic` of then."""

    id: str
    input: str
    metadata: Any
    created: float
    status: str = "in_progress"
    counts: tuple[int, int, int] = (0, 0, 0)
    output: str | None = None
    errors: str | None = None
    refusal: Line | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def as_json(self) -> Line:
        total, done, failed = self.counts
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
            "created_at": int(time.time()),
            "status": self.status,
            "input_file_id": self.input,
            "output_file_id": self.output,
            "error_file_id": self.errors,
            "errors": {"object": "list", "data": [self.refusal]} if self.refusal else None,
            "request_counts": {"total": total, "completed": done, "failed": failed},
            "metadata": self.metadata,
        }


class StandInBatches:
    """What was uploaded and asked for so far. Raises ComplaintError as OpenAI would."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}
        self._batches: dict[str, Batch] = {}
        self._names = count(1)

    def upload(self, name: str, content: bytes, stats: Stats) -> Line:
        if len(content) > _LARGEST_FILE:
            raise ComplaintError(413, "The file is larger than 200 MB.")
        stats.other("uploads")
        return self._add(name, content).as_json()

    def files(self, after: str | None) -> Line:
        return _page([file.as_json() for file in self._files.values()], after)

    def content(self, file_id: str, stats: Stats) -> bytes:
        if file_id not in self._files:
            raise not_found("file", file_id)
        stats.other("downloads")
        return self._files[file_id].content

    def delete(self, file_id: str) -> Line:
        if self._files.pop(file_id, None) is None:
            raise not_found("file", file_id)
        return {"id": file_id, "object": "file", "deleted": True}

    def create(self, wanted: Line, stats: Stats) -> Line:
        found = str(wanted.get("input_file_id"))
        if found not in self._files:
            raise not_found("file", found)
        batch = Batch(f"batch_{next(self._names)}", found, wanted.get("metadata"), time.monotonic())
        batch.counts = (self._files[found].content.count(b"\n"), 0, 0)
        self._batches[batch.id] = batch
        stats.other("batches")
        return batch.as_json()

    def listed(self, after: str | None) -> Line:
        return _page([batch.as_json() for batch in self._batches.values()], after)

    async def look(self, batch_id: str, switches: Switches, answer: Answer) -> Line:
        """The batch as it is now; it is answered when somebody looks after its delay."""
        batch = self._known(batch_id)
        async with batch.lock:
            due = batch.created + switches.batch_delay_ms / 1000
            if batch.status not in _ENDED and time.monotonic() >= due:
                await self._end(batch, switches, answer)
        return batch.as_json()

    async def cancel(self, batch_id: str, answer: Answer) -> Line:
        """Half of its requests have been answered already."""
        batch = self._known(batch_id)
        async with batch.lock:
            if batch.status not in _ENDED:
                await self._answer(batch, answer, "cancelled")
        return batch.as_json()

    async def _end(self, batch: Batch, switches: Switches, answer: Answer) -> None:
        lines = self._lines(batch)
        trouble = switches.batch_end == "failed" or len(lines) > MOST_REQUESTS
        if trouble or len({line["custom_id"] for line in lines}) < len(lines):
            batch.status, batch.counts = "failed", (0, 0, 0)
            batch.refusal = {"code": "invalid_request", "line": 1, "message": "The file was refused.", "param": None}
            return
        await self._answer(batch, answer, switches.batch_end or "completed")

    async def _answer(self, batch: Batch, answer: Answer, status: str) -> None:
        """Unless the batch is `completed`, its second half is left unanswered."""
        lines = self._lines(batch)
        reached = lines if status == "completed" else lines[: len(lines) // 2]
        results = [_result(line["custom_id"], await answer(json.dumps(line["body"]).encode())) for line in reached]
        results += [_unanswered(line["custom_id"], status) for line in lines[len(reached) :]]
        good = [line for line in results if _is_good(line)]
        bad = [line for line in results if not _is_good(line)]
        batch.output, batch.errors = (self._written(lines, batch.id) for lines in (good, bad))
        batch.status, batch.counts = status, (len(lines), len(good), len(bad))

    def _written(self, lines: Iterable[Line], name: str) -> str | None:
        """In another order than asked, as OpenAI reserves the right to."""
        content = "".join(json.dumps(line) + "\n" for line in reversed(list(lines)))
        return self._add(f"{name}_output.jsonl", content.encode()).id if content else None

    def _add(self, name: str, content: bytes) -> File:
        file = File(f"file-{next(self._names)}", name, content)
        self._files[file.id] = file
        return file

    def _lines(self, batch: Batch) -> list[Line]:
        return [json.loads(line) for line in self._files[batch.input].content.splitlines()]

    def _known(self, batch_id: str) -> Batch:
        if batch_id not in self._batches:
            raise not_found("batch", batch_id)
        return self._batches[batch_id]


def _page(found: list[Line], after: str | None) -> Line:
    """Newest first, a page at a time."""
    newest = found[::-1]
    start = next((place + 1 for place, item in enumerate(newest) if item["id"] == after), 0)
    page = newest[start : start + _PAGE]
    return {"object": "list", "data": page, "has_more": start + _PAGE < len(newest)}


def _result(custom_id: str, response: web.Response) -> Line:
    body = json.loads(response.body if isinstance(response.body, bytes) else b"{}")
    answered = {"status_code": response.status, "request_id": f"req-{custom_id[:8]}", "body": body}
    return {"id": f"batch_req_{custom_id[:8]}", "custom_id": custom_id, "response": answered, "error": None}


def _unanswered(custom_id: str, status: str) -> Line:
    error = {"code": f"batch_{status}", "message": "This request was not executed."}
    return {"id": f"batch_req_{custom_id[:8]}", "custom_id": custom_id, "response": None, "error": error}


def _is_good(line: Line) -> bool:
    return bool(line["response"]) and line["response"]["status_code"] == 200
