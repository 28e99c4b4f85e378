"""The page with the results of many tasks, beside a route that does nothing: `python -m benchmarks.page [TASKS]`.

A Label Studio, the stand-in model and the server are started, a version is run on all tasks, and its results are asked
for: for the first time, when they are derived; again; with a filter and another order; on the last page; with a search,
for the first time, when all texts are read; with a search again; and after a task has changed, so that they are derived
again. Then the form that starts a run on all tasks, for the first time, when its cost is estimated, and again; and what
follows the slider of confidence. Each is the median of REPEATS but the first times and the search after a change. The
time ends with the first byte of the answer.
"""

import os
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx
from label_studio_sdk import LabelStudio
from rich.console import Console
from rich.table import Table

from backend.app import App
from backend.domain.dataset.subset import Subset
from backend.services.runs.options import RunOptions
from demo import services
from demo.label_studio import Account, initialised_data_dir, label_studio
from tests.installation import Installation

TASKS = 10_000
REPEATS = 9
AT_ONCE = 2500
CONFIG = """<View><Text name="text" value="$text"/><Choices name="topic" toName="text">
<Choice value="Refund"/><Choice value="Delivery"/><Choice value="Praise"/></Choices></View>"""
ASKED = {
    "again": "",
    "a filter": "?kind=unsure",
    "least certain first": "?sort=confidence",
    "the last page": "?page=999999",
}
SEARCH = "?search=refund"
RUN_FORM = "/run?on=all"
SLIDER = "/sure?least=0.9"
READING = ('http-equiv="refresh"', 'hx-trigger="every')
"""What a page holds that loads itself, or a part of it, again until everything is read."""


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else TASKS
    folder = Path(tempfile.mkdtemp(prefix="open-prompts-bench-"))
    try:
        with ExitStack() as running:
            _measure(folder, running, number)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path, running: ExitStack, number: int) -> None:
    account = Account(password=secrets.token_urlsafe(9), token=secrets.token_hex(20))
    shutil.copytree(initialised_data_dir(), folder / "studio")
    studio_log, log = folder / "studio.log", folder / "server.log"
    studio = running.enter_context(label_studio(folder / "studio", services.free_port(), account, log=studio_log))
    model = running.enter_context(services.stand_in(services.free_port(), log=folder / "stand-in.log"))
    env = {"LABEL_STUDIO_URL": studio.url, "LABEL_STUDIO_API_KEY": account.token}
    ours = Installation.made(folder, f"{model.url}/v1", **env)
    project = _project(studio.url, account.token, number)
    version = _answered(ours, project)
    task = ours.app.task_ids("many@1", Subset("all"))[0]
    change = partial(
        LabelStudio(base_url=studio.url, api_key=account.token).tasks.update, str(task), data={"text": "refund"}
    )
    server = running.enter_context(services.backend(services.free_port(), ours.env, log=log))
    http = running.enter_context(httpx.Client(base_url=server.url, headers={"Origin": server.url}, timeout=300))
    http.post("/prompts/sign-in", data={"token": account.token})
    _show(http, version, number, change)


def _project(url: str, token: str, number: int) -> int:
    studio = LabelStudio(base_url=url, api_key=token)
    project = studio.projects.create(title="Many", label_config=CONFIG).id or 0
    texts = [
        {"text": f"Message {n} is about {('refund', 'delivery', 'praise')[n % 3]}. {'x' * 200}"} for n in range(number)
    ]
    with httpx.Client(base_url=url, headers={"Authorization": f"Token {token}"}, timeout=600) as http:
        for start in range(0, number, AT_ONCE):
            path = f"/api/projects/{project}/import"
            http.post(path, json=texts[start : start + AT_ONCE]).raise_for_status()
    return project


def _answered(ours: Installation, project: int) -> str:
    """The address of a version that was run on all tasks."""
    app: App = ours.app
    tag = ours.save("many", project)
    app.run(tag, Subset("all"), RunOptions(push=False))
    return f"/prompts/1/versions/{app.version_ids()[tag].id}"


def _show(http: httpx.Client, version: str, number: int, change: Callable[[], object]) -> None:
    table = Table(title=f"Pages about {number:,} tasks, ms until the first byte", title_justify="left", box=None)
    table.add_column("asked for")
    table.add_column("ms", justify="right")
    table.add_row("a route that does nothing", f"{_median(http, '/health'):.0f}")
    _add_first(table, http, "the first time", version)
    for name, query in ASKED.items():
        table.add_row(name, f"{_median(http, version + query):.0f}")
    _add_first(table, http, "the first search", version + SEARCH)
    table.add_row("a search", f"{_median(http, version + SEARCH):.0f}")
    change()
    table.add_row("a search after a task has changed", f"{_first_byte(http, version + SEARCH):.0f}")
    _add_first(table, http, "the form of a run, the first time", version + RUN_FORM)
    table.add_row("the form of a run, again", f"{_median(http, version + RUN_FORM):.0f}")
    table.add_row("the slider of confidence", f"{_median(http, version + SLIDER):.0f}")
    Console(width=110).print(table)
    print(f"load average {os.getloadavg()[0]:.1f}")


def _add_first(table: Table, http: httpx.Client, name: str, path: str) -> None:
    began = time.perf_counter()
    table.add_row(name, f"{_first_byte(http, path):.0f}")
    while _is_reading(http.get(path).text):
        time.sleep(0.2)
    table.add_row(f"{name}, until all is there", f"{1000 * (time.perf_counter() - began):.0f}")


def _is_reading(page: str) -> bool:
    return any(mark in page for mark in READING)


def _median(http: httpx.Client, path: str) -> float:
    return statistics.median(_first_byte(http, path) for _ in range(REPEATS))


def _first_byte(http: httpx.Client, path: str) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    with http.stream("GET", path) as answer:
        answer.raise_for_status()
        next(answer.iter_raw(1))
        return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
