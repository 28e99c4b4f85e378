"""A project of the real Label Studio, read over its REST API alone: what the product says of it is not taken on trust.

Its tasks are messages about one of three topics, which the stand-in finds by the topic's name.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from tests.journeys.conftest import RunningLabelStudio

Json = dict[str, Any]

TOPICS = ("Refund", "Delivery", "Praise")
CONFIG = """<View>
  <Text name="text" value="$text"/>
  <Choices name="topic" toName="text">
    <Choice value="Refund"/><Choice value="Delivery"/><Choice value="Praise"/>
  </Choices>
</View>"""
WIDER = CONFIG.replace('<Choice value="Praise"/>', '<Choice value="Praise"/><Choice value="Complaint"/>')


def topic_of(number: int) -> str:
    return TOPICS[number % len(TOPICS)]


def messages(number: int, word: str = "Message") -> list[Json]:
    """Data of that many tasks, no two alike."""
    return [{"text": f"{word} {i}, which is about {topic_of(i).lower()}"} for i in range(number)]


def chosen(label: str, control: str = "topic") -> list[Json]:
    """The `result` that has this label chosen."""
    return [{"from_name": control, "to_name": "text", "type": "choices", "value": {"choices": [label]}}]


def truths(number: int, of: int, wrong: int = 0) -> list[list[Json] | None]:
    """Ground truths of the first `number` of `of` tasks, the first `wrong` of them not what the text says."""
    right = [chosen(topic_of(i + (i < wrong))) for i in range(number)]
    return [*right, *[None] * (of - number)]


def label_of(result: Sequence[Json]) -> str:
    (region,) = result
    (label,) = region["value"]["choices"]
    return str(label)


@dataclass(frozen=True)
class StudioProject:
    id: int
    http: httpx.Client

    @classmethod
    def made(
        cls, studio: RunningLabelStudio, tasks: Sequence[Json], truths: Any = None, config: str = CONFIG
    ) -> "StudioProject":
        return cls(studio.new_project(config, tasks, truths), studio.http)

    def get(self, path: str, **params: Any) -> Any:
        return self.http.get(path, params=params).raise_for_status().json()

    def tasks(self) -> list[Json]:
        """All tasks with their annotations, by id; asks no backend."""
        found = self.get("/api/tasks/", project=self.id, page_size=10_000, fields="all")["tasks"]
        return sorted(found, key=lambda task: task["id"])

    def task_ids(self) -> list[int]:
        found = self.get("/api/tasks/", project=self.id, page_size=10_000, fields="task_only", include="id")["tasks"]
        return sorted(task["id"] for task in found)

    def predictions(self) -> list[Json]:
        return list(self.get("/api/predictions/", project=self.id))

    def predictions_by_task(self) -> list[Json]:
        """In the order of the tasks."""
        return sorted(self.predictions(), key=lambda prediction: int(prediction["task"]))

    def versions(self) -> dict[str, int]:
        """Predictions of each model version, counted from the predictions themselves."""
        return dict(Counter(prediction["model_version"] for prediction in self.predictions()))

    def predicted(self, version: str) -> set[int]:
        """Tasks that have a prediction of that version."""
        return {prediction["task"] for prediction in self.predictions() if prediction["model_version"] == version}

    def annotations(self) -> list[Json]:
        return [annotation for task in self.tasks() for annotation in task["annotations"]]

    @property
    def shown(self) -> str:
        """project.model_version: what annotators are shown."""
        return self.get(f"/api/projects/{self.id}/")["model_version"] or ""

    def backends(self) -> list[Json]:
        return list(self.get("/api/ml/", project=self.id))

    def webhooks(self) -> list[str]:
        """Their addresses."""
        return [hook["url"] for hook in self.get("/api/webhooks/", project=self.id)]

    def change(self, **values: Any) -> None:
        self.http.patch(f"/api/projects/{self.id}/", json=values).raise_for_status()

    def add(self, tasks: Sequence[Json]) -> list[int]:
        """Imports more tasks; their ids."""
        before = set(self.task_ids())
        self.http.post(f"/api/projects/{self.id}/import", json=list(tasks)).raise_for_status()
        return sorted(set(self.task_ids()) - before)

    def tab(self, value: str) -> int:
        """A Data Manager tab with the tasks whose text contains `value`; its id."""
        contains = {"filter": "filter:tasks:data.text", "operator": "contains", "type": "String", "value": value}
        data = {"title": value, "filters": {"conjunction": "and", "items": [contains]}}
        made = self.http.post("/api/dm/views/", json={"project": self.id, "data": data}).raise_for_status().json()
        return int(made["id"])

    def act(self, action: str, **body: Any) -> Json:
        """A Data Manager action on all tasks."""
        everything = {"selectedItems": {"all": True, "excluded": []}, **body}
        answer = self.http.post("/api/dm/actions/", params={"id": action, "project": self.id}, json=everything)
        return dict(answer.raise_for_status().json())

    def opened(self, task: int) -> list[Json]:
        """Opens a task as the labelling screen does, which may make Label Studio ask its backend; its predictions."""
        return list(self.get(f"/api/tasks/{task}/")["predictions"])
