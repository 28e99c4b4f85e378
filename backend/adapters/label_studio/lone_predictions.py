"""Lone predictions: predictions on tasks that have no other prediction, annotation or draft. Label Studio can delete
many of them in one request.

Label Studio deletes all predictions of chosen tasks, whoever made them, and annotations forget a prediction that is
deleted. So each request carries filters, which Label Studio applies when it deletes: a task that somebody annotates
meanwhile, or gives another prediction, keeps all that it has.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.adapters.label_studio.filters import Filter, all_of
from backend.adapters.label_studio.http import LabelStudioHttp, Refused
from backend.adapters.label_studio.task_pages import TaskPages

LONG = 3600
"""Seconds: 500 predictions are deleted in 2 s, or in a minute on a busy PostgreSQL."""
UNTOUCHED: tuple[Filter, ...] = (
    ("total_annotations", "equal", "Number", 0),
    ("cancelled_annotations", "equal", "Number", 0),
    ("annotators", "empty", "List", "true"),
    ("draft_exists", "equal", "Boolean", "false"),
    ("total_predictions", "equal", "Number", 1),
)
"""Numbers are counters, which Label Studio may update seconds after a change; the others look at the rows."""


class LonePredictions:
    """Of one version in one project. Few hundred tasks in a call: their ids are part of an address."""

    def __init__(self, http: LabelStudioHttp, project: int, version: str) -> None:
        self._http = http
        self._pages = TaskPages(http)
        self._project = project
        # The versions of a task's predictions are one text on SQLite and an array on PostgreSQL.
        self._forms: tuple[Any, ...] = (version, [version])

    def among(self, tasks: Sequence[int]) -> list[int]:
        """Those of `tasks` that have one prediction, of this version, and neither an annotation nor a draft.

        Nothing if this Label Studio does not know the filters.
        """
        for form in self._forms:
            try:
                listed = self._listed(tasks, self._only(form))
            except Refused:
                continue
            if listed:
                self._forms = (form,)
                return listed
        return []

    def delete(self, tasks: Sequence[int]) -> int:
        """Deletes the predictions of tasks that `among` has returned and that are still so. Returns how many Label
        Studio says that these were.

        Not to be repeated when its end is unknown: it deletes whatever meets the filters when it is carried out.
        """
        body = {**self._only(self._forms[0]), **_chosen(tasks)}
        answer = self._http.call(
            "POST", "api/dm/actions/", body=body, timeout=LONG, id="delete_tasks_predictions", project=self._project
        )
        return int(answer["processed_items"])

    def remain(self, tasks: Sequence[int]) -> bool:
        """Whether one of the tasks that `among` has returned is still so, or Label Studio does not say."""
        try:
            return bool(self._listed(tasks, self._only(self._forms[0])))
        except Refused:
            return True

    def _only(self, form: Any) -> dict[str, Any]:
        return all_of(*UNTOUCHED, ("predictions_model_versions", "in_list", "List", [form]))

    def _listed(self, tasks: Sequence[int], query: Mapping[str, Any]) -> list[int]:
        sent = {**query, **_chosen(tasks)}
        answer = self._pages.answer(
            self._project, 1, len(tasks), repeat=False, query=sent, include="id", fields="task_only"
        )
        return [row["id"] for row in answer["tasks"]]


def _chosen(tasks: Sequence[int]) -> dict[str, Any]:
    return {"selectedItems": {"all": False, "included": list(tasks)}}
