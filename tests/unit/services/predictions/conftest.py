"""A server that keeps the predictions of one project as Label Studio does, and has the troubles a test gives it."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from backend.adapters.database.prompts import Store
from backend.adapters.label_studio import http
from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.prompts.version import PromptVersion
from backend.services.predictions import importer, target_project
from backend.services.predictions.target_project import TargetProject
from tests.answering import QuietHandler, serving
from tests.scripted import version

PROJECT = 7
Answer = tuple[int, Any]
Trouble = Callable[[Callable[[], Answer]], Answer]
"""What would be answered, and done with it -> what is answered instead."""


class Board:
    """`tasks`: ids; `predictions`: as Label Studio lists them; `shown`: the version that annotators see; `most`: bytes
    of a body that the proxy takes; `troubles`: of the next imports, one each; `sent`: the tasks of each of them;
    `annotated`: tasks with an annotation; `forms`: how it compares versions; `meanwhile`: done before many are
    deleted; `deletions`: troubles of these requests, one each; `later`: done before chosen tasks are listed, one each
    time; `counters`: numbers of predictions by task, where they are not up to date; `down`: whether a proxy answers;
    `changed`: done after the prediction of a task is changed."""

    def __init__(self) -> None:
        self.tasks = list(range(1, 11))
        self.predictions: list[dict[str, Any]] = []
        self.shown, self.most = "", 1_000_000
        self.backends: list[str] = []
        self.troubles: list[Trouble] = []
        self.sent: list[list[int]] = []
        self.alone: list[int] = []
        self.calls: Counter[str] = Counter()
        self.lost: set[int] = set()
        self.annotated: set[int] = set()
        self.forms: Any = lambda versions: versions[0]
        self.meanwhile: Callable[[], object] = lambda: None
        self.deletions: list[Trouble] = []
        self.later: list[Callable[[], object]] = []
        self.counters: dict[int, int] = {}
        self.down = False
        self.changed: dict[int, Callable[[], object]] = {}

    def answer(self, method: str, url: str, body: bytes) -> Answer:
        path, query = urlsplit(url).path, parse_qs(urlsplit(url).query)
        self.calls[f"{method} {path}"] += 1
        sent: Any = json.loads(body) if body else None
        if self.down:
            return 502, {}
        if method == "GET":
            return 200, self._read(path, query)
        if len(body) > self.most:
            return 413, {}
        if path == f"/api/projects/{PROJECT}/import/predictions":
            self.sent.append([item["task"] for item in sent])
            trouble = self.troubles.pop(0) if self.troubles else lambda do: do()
            return trouble(lambda: self._import(sent))
        if path == "/api/dm/actions/":
            trouble = self.deletions.pop(0) if self.deletions else lambda do: do()
            return trouble(lambda: self._delete_many(sent))
        if path == "/api/predictions/":
            self.alone.append(sent["task"])
            self._add([sent] if sent["task"] not in self.lost else [])
            return 201, {}
        return self._change(method, path, sent)

    def _read(self, path: str, query: dict[str, list[str]]) -> Any:
        if path == "/api/tasks/":
            chosen = json.loads(query.get("query", ["{}"])[0])
            listed = self._met(chosen) if "selectedItems" in chosen else self.tasks
            return {"tasks": [{"id": task} for task in listed] if query["page"] == ["1"] else []}
        if path == "/api/predictions/":
            return self.predictions
        if path.endswith("/model-versions/"):
            return Counter(item["model_version"] for item in self.predictions)
        if path == "/api/ml/":
            return [{"title": title} for title in self.backends]
        return {"id": PROJECT, "title": "Moods", "model_version": self.shown, "task_number": len(self.tasks)}

    def _met(self, chosen: dict[str, Any]) -> list[int]:
        """The chosen tasks that meet the filters, as far as these tests use them."""
        if self.later:
            self.later.pop(0)()
        wanted = {one["filter"].split(":")[-1]: one["value"] for one in chosen["filters"]["items"]}
        versions: dict[int, list[str]] = {task: [] for task in chosen["selectedItems"]["included"]}
        for item in self.predictions:
            versions.get(item["task"], []).append(item["model_version"])
        one, number = wanted["predictions_model_versions"], wanted["total_predictions"]
        return [
            task
            for task, its in versions.items()
            if self.counters.get(task, len(its)) == number
            and its
            and self.forms(its) in one
            and task not in self.annotated
        ]

    def _delete_many(self, chosen: dict[str, Any]) -> Answer:
        self.meanwhile()
        gone = self._met(chosen)
        self.predictions = [item for item in self.predictions if item["task"] not in gone]
        return 200, {"processed_items": len(gone)}

    def _import(self, items: list[dict[str, Any]]) -> Answer:
        """All of them or none, as Label Studio does."""
        if any(item["task"] not in self.tasks for item in items):
            return 400, {"detail": "There is no such task."}
        taken = [item for item in items if item["task"] not in self.lost]
        self._add(taken)
        return 201, {"created": len(taken)}

    def _add(self, items: list[dict[str, Any]]) -> None:
        first = max((item["id"] for item in self.predictions), default=0) + 1
        self.predictions += [{"id": first + n, **item} for n, item in enumerate(items)]

    def _change(self, method: str, path: str, sent: Any) -> Answer:
        if path.endswith("/model-versions/"):
            self.predictions = [item for item in self.predictions if item["model_version"] != sent["model_version"]]
            self.shown = "" if self.shown == sent["model_version"] else self.shown
        elif path.startswith("/api/projects/"):
            known = {item["model_version"] for item in self.predictions} | set(self.backends)
            if sent["model_version"] not in known:
                return 400, {"detail": "There are no predictions of this version."}
            self.shown = sent["model_version"]
        else:
            return self._change_one(method, int(path.split("/")[-2]), sent)
        return 200, {}

    def _change_one(self, method: str, number: int, sent: Any) -> Answer:
        found = [item for item in self.predictions if item["id"] == number]
        for item in found:
            if method == "DELETE":
                self.predictions.remove(item)
            else:
                item.update(sent)
                self.changed.pop(item["task"], lambda: None)()
        return (200, {}) if found else (404, {})

    def of(self, tag: str) -> list[int]:
        """The tasks with a prediction of a version, one for each."""
        return sorted(item["task"] for item in self.predictions if item["model_version"] == tag)


class PushTarget:
    """A target project before the board; `told`: the sentences for the user."""

    def __init__(self, store: Store, board: Board, url: str) -> None:
        self.store, self.board, self.told = store, board, list[str]()
        self.version: PromptVersion = store.save(version(project=PROJECT))[0]
        self.target = TargetProject(LabelStudioClient(url, "f" * 40), store, PROJECT, self.told.append)

    def item(self, task: int, label: str = "Good", score: float | None = 0.5, tag: str = "mood@1") -> dict[str, Any]:
        """A prediction as it is imported; without a region for no label."""
        region = {"id": "a", "from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": [label]}}
        return {"task": task, "model_version": tag, "score": score, "result": [region] if label else []}


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def place(store: Store, board: Board, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushTarget]:
    class BoardHandler(QuietHandler):
        def do_GET(self) -> None:
            status, answer = board.answer(self.command, self.path, self.received())
            self.answer(json.dumps(answer).encode(), status)

        do_POST = do_PATCH = do_DELETE = do_GET

    monkeypatch.setattr(target_project, "PAUSE_S", 0.01)
    monkeypatch.setattr(importer, "FAULT_PAUSE_S", 0.01)
    monkeypatch.setattr(http, "READ_PAUSE_S", 0.01)
    monkeypatch.setattr(target_project, "PATIENCE_S", 0.2)
    with serving(BoardHandler) as url:
        yield PushTarget(store, board, url)
