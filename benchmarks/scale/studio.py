"""`python -m benchmarks.scale.studio PORT TASKS`: as much of Label Studio as a run and its push use.

One project whose tasks are made when they are listed. It holds the number of predictions that it was sent, and which
version annotators see.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

CONFIG = """<View><Text name="text" value="$text"/><Choices name="topic" toName="text">
<Choice value="Refund"/><Choice value="Delivery"/><Choice value="Praise"/></Choices></View>"""
WORDS = ("delivery", "refund", "praise", "parcel", "thanks", "money")
LARGEST = 256 * 2**20
PROJECT = 1


def main() -> None:
    port, tasks = map(int, sys.argv[1:])
    studio = LargeStudio(tasks)
    app = web.Application(client_max_size=LARGEST)
    app.add_routes(studio.routes())
    web.run_app(app, host="127.0.0.1", port=port, print=lambda _: print(f"listening on http://127.0.0.1:{port}/"))


class LargeStudio:
    def __init__(self, tasks: int) -> None:
        self.tasks = tasks
        self.predictions = Counter[str]()
        self.shown = ""

    def routes(self) -> list[web.RouteDef]:
        project = f"/api/projects/{PROJECT}"
        return [
            web.get("/health", _always({"status": "UP"})),
            web.get("/api/version", _always({"release": "1.23.0"})),
            web.get("/api/current-user/whoami", _always({"id": 1, "email": "admin@example.com"})),
            web.get("/api/ml/", _always([])),
            web.get(f"{project}/", self._project),
            web.patch(f"{project}/", self._show),
            web.get(f"{project}/summary/", _always({"all_data_columns": {"text": self.tasks}})),
            web.get("/api/tasks/", self._page),
            web.get("/api/predictions/", _always([])),
            web.get(f"{project}/model-versions/", self._versions),
            web.post(f"{project}/import/predictions", self._import),
        ]

    async def _project(self, _request: web.Request) -> web.Response:
        told = {"id": PROJECT, "title": "Scale", "label_config": CONFIG, "task_number": self.tasks}
        return web.json_response({**told, "model_version": self.shown})

    async def _show(self, request: web.Request) -> web.Response:
        self.shown = (await request.json())["model_version"]
        return await self._project(request)

    async def _page(self, request: web.Request) -> web.Response:
        """A page of all tasks, of those behind an id, or of certain ids; nothing for other filters."""
        query = json.loads(request.query.get("query", "{}"))
        number, size = int(request.query["page"]), int(request.query["page_size"])
        ids = self._ids(query)
        page = ids[(number - 1) * size : number * size]
        listed = [{"id": task} for task in page] if request.query.get("include") == "id" else list(map(_task, page))
        return web.json_response({"tasks": listed, "total": len(ids)})

    def _ids(self, query: Mapping[str, Any]) -> Sequence[int]:
        if "selectedItems" in query:
            return list(query["selectedItems"]["included"])
        filters = query.get("filters", {"items": []})["items"]
        if any((item["filter"], item["operator"]) != ("filter:tasks:id", "greater") for item in filters):
            return ()
        return range(1 + max((item["value"] for item in filters), default=0), self.tasks + 1)

    async def _versions(self, _request: web.Request) -> web.Response:
        return web.json_response(self.predictions)

    async def _import(self, request: web.Request) -> web.Response:
        items: list[Mapping[str, Any]] = await request.json()
        self.predictions.update(item["model_version"] for item in items)
        return web.json_response({"created": len(items)}, status=201)


def _task(task: int) -> dict[str, Any]:
    """No two have the same text, or one would not be asked."""
    words = " ".join(WORDS[task // 6**place % 6] for place in range(8))
    return {"id": task, "data": {"text": f"Message {task} about {words}"}, "annotations": [], "predictions": []}


def _always(answer: Any) -> Any:
    async def handler(_request: web.Request) -> web.Response:
        return web.json_response(answer)

    return handler


if __name__ == "__main__":
    main()
