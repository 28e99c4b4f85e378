"""A server that answers as Label Studio does to reads of one small labelled project."""

import json
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.answering import QuietHandler, serving
from tests.labelled_project import PROJECT, result_of
from tests.scripted import CONFIG

TEXTS = ("a good day", "a bad day", "good bread", "bad news", "good bye", "bad luck")
TRUTHS = 4
"""The first tasks have a ground truth, by the word that their text holds."""
PROJECT_ROW = {"id": PROJECT, "title": "Moods", "label_config": CONFIG, "model_version": "", "task_number": len(TEXTS)}
PLAIN: dict[str, Any] = {
    "/api/version": {"release": "1.23.0"},
    "/api/current-user/whoami": {"id": 1, "email": "me@example.org"},
    f"/api/projects/{PROJECT}/": PROJECT_ROW,
    f"/api/projects/{PROJECT}/summary/": {"all_data_columns": {"text": len(TEXTS)}},
    f"/api/projects/{PROJECT}/model-versions/": {},
    "/api/predictions/": [],
}
"""Path -> what is answered whatever the parameters."""


class StudioAnswers(QuietHandler):
    """404 for all that nobody here asks."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        params = {name: values[0] for name, values in parse_qs(address.query).items()}
        answer = _page(params) if address.path == "/api/tasks/" else PLAIN.get(address.path)
        self.answer(json.dumps(answer).encode(), 404 if answer is None else 200)


def _page(params: dict[str, str]) -> dict[str, Any]:
    """Of the tasks that the query leaves."""
    query = json.loads(params.get("query", "{}"))
    ids = query.get("selectedItems", {}).get("included") or range(1, len(TEXTS) + 1)
    for item in query.get("filters", {}).get("items", []):
        last = {"filter:tasks:total_annotations": TRUTHS}.get(item["filter"], len(TEXTS))
        first = item["value"] if item["filter"] == "filter:tasks:id" else 0
        ids = [number for number in ids if first < number <= last]
    rows = [_row(number, with_annotations=params.get("fields") == "all") for number in ids]
    return {"tasks": rows, "total": len(rows)}


def _row(number: int, with_annotations: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"id": number, "data": {"text": TEXTS[number - 1]}}
    if with_annotations:
        label = "Good" if "good" in TEXTS[number - 1] else "Bad"
        row["annotations"] = [{"id": 100 + number, "ground_truth": True, "result": result_of(label)}]
    return row


def running_studio() -> AbstractContextManager[str]:
    """The server's address."""
    return serving(StudioAnswers)
