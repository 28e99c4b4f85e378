"""Pages of a project's tasks, as Label Studio lists them.

If Label Studio cannot write one task as JSON (a lone surrogate in its data is enough), it answers 500 for the whole
page. Such a page is asked for again in smaller and smaller parts, until only that task is left.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from backend.adapters.label_studio.http import LabelStudioHttp, NotFound, Refused
from backend.errors import StudioError

Row = dict[str, Any]
log = logging.getLogger(__name__)

FACTORS = (2, 3, 5, 7)
MOST_UNREADABLE = 50
"""In one page; with more, something else is wrong."""


class TaskPages:
    """A row that could not be read is {"id": …} alone."""

    def __init__(self, http: LabelStudioHttp) -> None:
        self._http = http

    def pages(self, project: int, size: int, **params: Any) -> Iterator[list[Row]]:
        """All pages, without empty ones."""
        number = 1
        while True:
            rows = self.page(project, number, size, **params)
            if rows:
                yield rows
            if len(rows) < size:
                return
            number += 1

    def page(self, project: int, number: int, size: int, **params: Any) -> list[Row]:
        """Page `number`, from 1, of `size` rows; fewer at the end. Raises StudioError."""
        rows = []
        unreadable = 0
        for row in self._rows(project, number, size, params, repeat=True):
            unreadable += row.keys() == {"id"} and params.get("include") != "id"
            if unreadable > MOST_UNREADABLE:
                raise StudioError(
                    f"Label Studio answers 500 for more than {MOST_UNREADABLE} tasks of project {project}: see its log."
                )
            rows.append(row)
        return rows

    def answer(self, project: int, number: int, size: int, *, repeat: bool = True, **params: Any) -> Mapping[str, Any]:
        """A page as it is answered. `repeat`: when Label Studio answers 500 it is asked again, twice."""
        query = params.pop("query", None)
        if query is not None or params.get("view") is None:
            params["query"] = json.dumps({"ordering": ["tasks:id"], **(query or {})}, separators=(",", ":"))
        params["review"] = True  # otherwise a project that predicts automatically predicts all that is listed
        wanted = {name: value for name, value in params.items() if value is not None}
        try:
            answer: Mapping[str, Any] = self._http.call(
                "GET", "api/tasks/", repeat=repeat, project=project, page=number, page_size=size, timeout=300, **wanted
            )
        except NotFound:
            if number > 1:
                return {"tasks": []}  # the page behind the last one
            raise StudioError(f"Label Studio has no such tab in project {project}: check the view's number.") from None
        return answer

    def _rows(self, project: int, number: int, size: int, params: Row, repeat: bool) -> Iterator[Row]:
        try:
            yield from self.answer(project, number, size, repeat=repeat, **params)["tasks"]
            return
        except Refused as refusal:
            if refusal.status != 500:
                raise
        if size == 1:
            yield from self._unreadable(project, number, params)
            return
        parts = next((factor for factor in FACTORS if size % factor == 0), size)
        for part in range(parts):
            yield from self._rows(project, (number - 1) * parts + part + 1, size // parts, params, repeat=False)

    def _unreadable(self, project: int, number: int, params: Row) -> Iterator[Row]:
        """The id of a task that is alone on a page."""
        only_id = {**params, "include": "id", "fields": "task_only"}
        for row in self.answer(project, number, 1, repeat=False, **only_id)["tasks"]:
            log.warning("Label Studio can't show task %d of project %d (it answers 500): left out", row["id"], project)
            yield {"id": row["id"]}
