"""Tabs of the Data Manager."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.adapters.label_studio.filters import all_of
from backend.adapters.label_studio.http import LabelStudioHttp
from backend.adapters.label_studio.task_pages import TaskPages

MOST_TABS = 20


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of the Data Manager. `tasks`: how many it lists."""

    id: int
    title: str
    tasks: int


class StudioViews:
    """A part of LabelStudioClient."""

    http: LabelStudioHttp
    _pages: TaskPages

    def tabs(self, project: int) -> list[Tab]:
        """The first MOST_TABS of the tabs that people made."""
        return [
            Tab(view["id"], str(view["data"].get("title") or view["id"]), self._size(project, view["id"]))
            for view in self._views(project)[:MOST_TABS]
        ]

    def _size(self, project: int, view: int) -> int:
        return int(self._pages.answer(project, 1, 1, view=view, include="id", fields="task_only")["total"])

    def show_tab(self, project: int, title: str, tasks: Sequence[int]) -> int:
        """Makes the tab with this title list exactly these tasks; creates it if there is none. Returns its number."""
        data: dict[str, Any] = {"title": title, "type": "list", **all_of(("id", "in_list", "Number", list(tasks)))}
        existing = next((view for view in self._views(project) if view["data"].get("title") == title), None)
        if existing is None:
            return int(self.http.call("POST", "api/dm/views/", body={"project": project, "data": data})["id"])
        path, kept = f"api/dm/views/{existing['id']}/", {**existing["data"], **data}
        return int(self.http.call("PATCH", path, body={"project": project, "data": kept})["id"])

    def _views(self, project: int) -> list[dict[str, Any]]:
        views = self.http.call("GET", "api/dm/views/", project=project)
        return [{**view, "data": view.get("data") or {}} for view in views]
