"""A list of tasks, answered page by page as Label Studio's Data Manager does, with the changes that a test makes."""

import json
from collections.abc import Callable
from typing import Any

from backend.adapters.label_studio.http import Faulted, NotFound


class Shelf:
    """In place of LabelStudioHttp. `tasks`: ids in the order of a tab; `most`: TASK_API_PAGE_SIZE_MAX; `broken`: tasks
    for whose data it answers 500; `twice`: tasks that it lists twice; `then`: done after each answer; `asked`: number
    and size of each page; `counts`: whether it says how many there are; `filters`: whether it applies filters."""

    def __init__(self, tasks: Any, most: int | None = None) -> None:
        self.tasks, self.most = list(tasks), most
        self.broken: set[int] = set()
        self.twice: set[int] = set()
        self.then: Callable[[], object] = lambda: None
        self.asked: list[tuple[int, int]] = []
        self.counts = self.filters = True

    def call(self, method: str, path: str, *, page: int, page_size: int, **params: Any) -> Any:
        """What Label Studio answers to GET api/tasks/."""
        assert (method, path) == ("GET", "api/tasks/")
        self.asked.append((page, page_size))
        size = min(page_size, self.most or page_size)
        listed = self._listed(params)
        some = listed[(page - 1) * size : page * size]
        if not some and page > 1:
            raise NotFound(404, "Invalid page.")
        if params.get("include") != "id" and self.broken & set(some):
            raise Faulted(500, "Label Studio answered 500.")
        answer = {"tasks": [{"id": task, "data": {}} for task in some], "total": len(listed)}
        self.then()
        return answer if self.counts else {"tasks": answer["tasks"]}

    def _listed(self, params: dict[str, Any]) -> list[int]:
        query = json.loads(params.get("query", "{}"))
        items = query.get("filters", {}).get("items", []) if self.filters else []
        last = max((item["value"] for item in items if item["filter"] == "filter:tasks:id"), default=0)
        tasks = self.tasks if "view" in params else sorted(self.tasks)
        chosen = set(query.get("selectedItems", {}).get("included", tasks))
        return [task for task in tasks for _ in range(1 + (task in self.twice)) if task > last and task in chosen]
