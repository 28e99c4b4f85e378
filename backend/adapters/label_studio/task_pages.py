"""Pages of a project's tasks, as Label Studio lists them.

A page begins after the last id of the page before. So no task is skipped when tasks are deleted, or leave a filter,
while a run works for hours, whatever number of rows Label Studio allows on a page (TASK_API_PAGE_SIZE_MAX).

If Label Studio cannot write one task as JSON (a lone surrogate in its data is enough), it answers 500 for the whole
page. Then fewer are asked for, until only that task is left.
"""

import json
import logging
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from backend.adapters.label_studio.filters import all_of
from backend.adapters.label_studio.http import LabelStudioHttp, NotFound, Refused
from backend.adapters.label_studio.numbered_pages import NumberedPages
from backend.errors import StudioError

Row = dict[str, Any]
Query = Mapping[str, Any] | None
log = logging.getLogger(__name__)
MOST_UNREADABLE = 50
"""Among as many tasks as a page has; with more, something else is wrong."""


class PageSize:
    """How many tasks are asked for at once: `first`, then twice as many each time, `most` in the end. If one cannot be
    read, half as many each time, until it is alone.

    now: the number to ask for
    suspects: of how many of the next tasks one cannot be read; 0 if none is known
    """

    def __init__(self, most: int, project: int, first: int | None = None) -> None:
        self.now, self.suspects = first or most, 0
        self._usual = self.now
        self._most, self._project = most, project
        self._read = 0
        self._unreadable: deque[int] = deque(maxlen=MOST_UNREADABLE + 1)

    def read(self, rows: int) -> None:
        """Takes note of rows that were read."""
        self._read += rows
        self.suspects = max(0, self.suspects - rows)
        if not self.suspects:
            self.now = self._usual = min(2 * self._usual, self._most)

    def shrink(self) -> bool:
        """Takes note of a page that could not be read. False if it had one task only, which is found with that."""
        if self.now == 1:
            return False
        self.suspects = self.suspects or self.now
        self.now //= 2
        return True

    def leave_out(self) -> None:
        """Takes note of a task that cannot be read. Raises StudioError for too many."""
        self._unreadable.append(self._read)
        self.suspects = 0
        self.read(1)
        if len(self._unreadable) > MOST_UNREADABLE and self._read - self._unreadable[0] <= self._most:
            tasks = f"more than {MOST_UNREADABLE} tasks of project {self._project}"
            raise StudioError(f"Label Studio answers 500 for {tasks}: see its log.")


class TaskPages:
    """A row that could not be read is {"id": …} alone."""

    def __init__(self, http: LabelStudioHttp) -> None:
        self._http = http

    def pages(
        self, project: int, size: int, *, first: int | None = None, query: Query = None, **params: Any
    ) -> Iterator[list[Row]]:
        """All pages of `size` rows, by id, the last with fewer, without empty ones. Raises StudioError.

        first: rows of the first page, if it is to be there soon; each of the next has twice as many, up to `size`

        Filters of which one is enough can only be read by page number: read ids there, which takes seconds.
        """
        if _can_narrow(query):
            parts = self._behind(project, PageSize(size, project, first), query, params)
        else:
            parts = NumberedPages(lambda number: self.answer(project, number, size, query=query, **params)).parts()
        page, length = list[Row](), first or size
        for rows in parts:
            page += rows
            while len(page) >= length:
                yield page[:length]
                page, length = page[length:], min(2 * length, size)
        if page:
            yield page

    def answer(self, project: int, number: int, size: int, *, repeat: bool = True, **params: Any) -> Mapping[str, Any]:
        """A page as it is answered. `repeat`: when Label Studio answers 500 it is asked again, twice."""
        query = params.pop("query", None)
        if query is not None or params.get("view") is None:
            params["query"] = json.dumps({"ordering": ["tasks:id"], **(query or {})}, separators=(",", ":"))
        params["review"] = True  # otherwise a project that predicts automatically predicts all that is listed
        filters = {name: value for name, value in params.items() if value is not None}
        try:
            answer: Mapping[str, Any] = self._http.call(
                "GET", "api/tasks/", repeat=repeat, project=project, page=number, page_size=size, timeout=300, **filters
            )
        except NotFound:
            if number > 1:
                return {"tasks": []}  # the page behind the last one
            raise _missing(project, params.get("view")) from None
        return answer

    def _behind(self, project: int, size: PageSize, query: Query, params: Row) -> Iterator[list[Row]]:
        last = 0
        while True:
            answer = self._part(project, size, _narrowed(query, last), params)
            if answer is None:
                continue
            # A task can be listed twice where two of its predictions meet a filter.
            rows = list({row["id"]: row for row in answer["tasks"] if row["id"] > last}.values())
            if rows:
                yield rows
                last = rows[-1]["id"]
            if not rows or len(rows) >= answer.get("total", len(rows) + 1):
                return

    def _part(self, project: int, size: PageSize, query: Query, params: Row) -> Mapping[str, Any] | None:
        """As many tasks as can be read at once; None if that are to be fewer."""
        try:
            answer = self.answer(project, 1, size.now, repeat=not size.suspects, query=query, **params)
        except Refused as refusal:
            if refusal.status != 500 or params.get("include") == "id":
                raise
            return None if size.shrink() else self._unreadable(project, query, size)
        size.read(len(answer["tasks"]))
        return answer

    def _unreadable(self, project: int, query: Query, size: PageSize) -> Mapping[str, Any]:
        """The page of one task that Label Studio can't show, with its id alone."""
        answer = self.answer(project, 1, 1, repeat=False, query=query, include="id", fields="task_only")
        size.leave_out()
        for row in answer["tasks"]:
            log.warning("Label Studio can't show task %d of project %d (it answers 500): left out", row["id"], project)
        return {**answer, "tasks": [{"id": row["id"]} for row in answer["tasks"]]}


def _missing(project: int, view: int | None) -> StudioError:
    if view is None:
        return StudioError(f"Label Studio has no project {project} that this token may see: check its number.")
    return StudioError(f"Label Studio has no tab {view} in project {project}: check the view's number.")


def _can_narrow(query: Query) -> bool:
    """Whether one more filter can be added, so that tasks must meet it too."""
    filters = (query or {}).get("filters")
    if filters is None:
        return True
    return (
        isinstance(filters, Mapping) and filters.get("conjunction") == "and" and isinstance(filters.get("items"), list)
    )


def _narrowed(query: Query, last: int) -> Query:
    """The query for those that it leaves behind the id `last`."""
    if not last:
        return query
    filters = (query or {}).get("filters") or {"conjunction": "and", "items": []}
    more = all_of(("id", "greater", "Number", last))["filters"]["items"]
    return {**(query or {}), "filters": {**filters, "items": [*filters["items"], *more]}}
