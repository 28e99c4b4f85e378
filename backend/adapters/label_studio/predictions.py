"""Predictions in Label Studio, and the annotations that are made of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from backend.adapters.label_studio.filters import all_of
from backend.adapters.label_studio.http import LabelStudioHttp, NotFound
from backend.adapters.label_studio.json_body import JsonList
from backend.adapters.label_studio.task_pages import TaskPages
from backend.domain.labels.regions import regions_in

PAGE = 1000
MOST_ANNOTATED = 5000
ANNOTATED = all_of(("total_annotations", "greater", "Number", 0))
LONG = 3600
"""Seconds for the few large requests: 10,000 predictions import in 6 s and delete in 37 s on SQLite, idle and small."""


@dataclass(frozen=True, slots=True)
class Prediction:
    id: int
    task_id: int
    model_version: str | None
    score: float | None
    result: Sequence[Mapping[str, Any]]


class StudioPredictions:
    """A part of LabelStudioClient."""

    http: LabelStudioHttp
    _pages: TaskPages

    def model_versions(self, project: int) -> dict[str, int]:
        """Number of predictions of each version; Label Studio does not count those without a version."""
        return dict(self.http.call("GET", f"api/projects/{project}/model-versions/"))

    def predictions(self, project: int) -> Iterator[Prediction]:
        """All predictions of a project, in no order: one request, without pages, read as a stream."""
        for row in self.http.rows("api/predictions/", project=project, timeout=LONG):
            yield Prediction(row["id"], row["task"], row["model_version"], row["score"], regions_in(row["result"]))

    def import_predictions(self, project: int, items: Sequence[bytes]) -> int:
        """Adds predictions, each as JSON, in one request. Returns the number that Label Studio reports."""
        path = f"api/projects/{project}/import/predictions"
        answer = self.http.call("POST", path, body=JsonList(items), timeout=LONG)
        return int(answer["created"])

    def add_prediction(self, item: bytes) -> None:
        """Adds one prediction, a JSON object, of which Label Studio checks nothing but the task."""
        self.http.call("POST", "api/predictions/", body=item)

    def delete_version(self, project: int, version: str) -> None:
        """Deletes all predictions of a version. Label Studio may clear what annotators see."""
        path = f"api/projects/{project}/model-versions/"
        self.http.call("DELETE", path, body={"model_version": version}, timeout=LONG)

    def rescore(self, prediction: int, score: float | None, result: Sequence[Mapping[str, Any]]) -> bool:
        """Changes the scores of a prediction. Returns whether it was there.

        result: the same answer with new scores
        """
        with suppress(NotFound):
            self.http.call("PATCH", f"api/predictions/{prediction}/", body={"score": score, "result": list(result)})
            return True
        return False

    def delete_prediction(self, prediction: int) -> None:
        """Deletes one; a deleted one is ignored."""
        with suppress(NotFound):
            self.http.call("DELETE", f"api/predictions/{prediction}/")

    def annotate(self, project: int, versions: Sequence[str], tasks: Sequence[int] | None = None) -> None:
        """Makes annotations of these versions' predictions (on all tasks, or on `tasks`) that have none made of them
        yet; many tasks in several requests."""
        chosen: list[Mapping[str, Any]] = [{"all": True, "excluded": []}]
        if tasks is not None:
            pages = (tasks[n : n + MOST_ANNOTATED] for n in range(0, len(tasks), MOST_ANNOTATED))
            chosen = [{"all": False, "included": list(page)} for page in pages]
        for items in chosen:
            body = {"selectedItems": items, "model_version": list(versions)}
            self.http.call(
                "POST", "api/dm/actions/", body=body, id="predictions_to_annotations", project=project, timeout=LONG
            )

    def annotated_ids(self, project: int) -> set[int]:
        """Tasks with submitted annotations."""
        pages = self._pages.pages(project, 10 * PAGE, query=ANNOTATED, include="id", fields="task_only")
        return {row["id"] for rows in pages for row in rows}

    def newest_annotation(self, project: int) -> int:
        """The highest id of a submitted annotation; 0 without any."""
        pages = self._pages.pages(project, PAGE, query=ANNOTATED, include="id,annotations", fields="all")
        return max((a["id"] for rows in pages for row in rows for a in row.get("annotations") or []), default=0)

    def annotation(self, annotation: int) -> Mapping[str, Any] | None:
        """None if it does not exist any more."""
        with suppress(NotFound):
            return dict(self.http.call("GET", f"api/annotations/{annotation}/"))
        return None

    def annotations_of(self, task: int) -> list[Mapping[str, Any]]:
        """All annotations of a task."""
        return list(self.http.call("GET", f"api/tasks/{task}/annotations/"))

    def set_truth(self, task: int, annotation: int | None, result: Sequence[Mapping[str, Any]]) -> int:
        """Gives an annotation this result and the star; a new one where `annotation` is None. Returns its id."""
        body = {"result": list(result), "ground_truth": True}
        if annotation is None:
            return int(self.http.call("POST", f"api/tasks/{task}/annotations/", body=body)["id"])
        self.http.call("PATCH", f"api/annotations/{annotation}/", body=body)
        return annotation

    def delete_annotation(self, annotation: int) -> None:
        """Deletes one; a deleted one is ignored."""
        with suppress(NotFound):
            self.http.call("DELETE", f"api/annotations/{annotation}/")

    def show(self, project: int, version: str) -> None:
        """Sets which predictions annotators see: a backend's title, a version, or '' for none."""
        self.http.call("PATCH", f"api/projects/{project}/", body={"model_version": version})
