"""`python -m benchmarks.tabs`: what 50 open tabs that follow a run cost the labelling screen.

A real Label Studio, the server and the stand-in model. Requests to /predict are timed in turns, without tabs and with
them, in one process of the server; the ratio of the two is printed, and how often the tabs asked. The tabs are of a
process of their own, and ask for what their page tells them to, when it tells them to, as a browser does.
"""

import multiprocessing
import os
import re
import secrets
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from backend.app import App
from backend.container import Container
from backend.domain.dataset.subset import Subset
from backend.domain.prompts.prompt_file import PromptFile
from backend.services.prompts.draft import Draft
from backend.services.runs.options import RunOptions
from backend.settings import Settings
from demo import label_studio as local
from demo import services

TABS, TURNS, TURN_S, OPEN_S = 50, 4, 8.0, 300.0
BATCH, TASKS, LATENCY_MS = 16, 8000, 50
PART = re.compile(r'hx-get="([^"]+)" hx-trigger="(?:every |load delay:)(\d+)(m?s)"')
UNITS = {"s": 1.0, "ms": 0.001}
Polls = Any
"""A number that processes share: how often tabs asked."""
CONFIG = """<View><Text name="text" value="$text"/><Choices name="topic" toName="text">
<Choice value="Refund"/><Choice value="Delivery"/></Choices></View>"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder)) as (url, token, page, project):
        quiet, busy, asked, cookies = [], [], 0, _signed_in(url, token)
        for _ in range(TURNS):
            quiet.append(_predicted(url, project))
            with _tabs(url, cookies, page) as polls:
                already = polls.value
                busy.append(_predicted(url, project))
                asked += polls.value - already
        before, during = statistics.median(quiet), statistics.median(busy)
        print(f"tabs  /predict tasks/s  of none  polls/s\n   0  {before:16.1f}     100%        0")
        print(f"{TABS:4}  {during:16.1f}  {during / before:7.0%}  {asked / (TURNS * TURN_S):7.1f}")
        print(f"load average {os.getloadavg()[0]:.1f}")


@contextmanager
def _served(folder: Path) -> Iterator[tuple[str, str, str, int]]:
    """The server's address, a token, the path of a run's page and its project, while the run is under way."""
    account = local.Account(password=secrets.token_urlsafe(12), token=secrets.token_hex(20))
    shutil.copytree(local.initialised_data_dir(), folder / "data")
    studio = local.label_studio(folder / "data", services.free_port(), account, log=folder / "label-studio.log")
    model = services.stand_in(services.free_port(), log=folder / "stand-in.log", latency_ms=LATENCY_MS)
    with studio, model:
        env = {
            "LABEL_STUDIO_URL": studio.url,
            "LABEL_STUDIO_API_KEY": account.token,
            "OPENAI_BASE_URL": f"{model.url}/v1",
            "OPENAI_API_KEY": "none",
            "OPENAI_MODEL": "stand-in",
            "DATA_DIR": str(folder / "prompts"),
        }
        project = _project(studio.url, account.token)
        settings = {name.lower(): value for name, value in env.items()}
        app = App(Container(Settings(_env_file=None, concurrency=1, **settings)))  # type: ignore[arg-type]
        tag = app.save(Draft("tabs", project, PromptFile("What is it about?\n\n{text}"))).version.tag
        with services.backend(services.free_port(), env, log=folder / "backend.log") as server:
            run = app.run_in_background(tag, Subset("all"), RunOptions(push=False))
            yield server.url, account.token, f"/prompts/runs/{app.run_ids([run.id])[run.id].id}", project
            app.cancel(run.id)


def _project(url: str, token: str) -> int:
    headers = {"Authorization": f"Token {token}"}
    with httpx.Client(base_url=url, headers=headers, timeout=120) as http:
        made = http.post("/api/projects/", json={"title": "Tabs", "label_config": CONFIG}).raise_for_status().json()
        tasks = [{"text": f"Message {number} is about a refund"} for number in range(TASKS)]
        http.post(f"/api/projects/{made['id']}/import", json=tasks).raise_for_status()
    return int(made["id"])


def _predicted(url: str, project: int) -> float:
    """Tasks a second, for some seconds; no task is asked about twice."""
    asked, started = 0, time.perf_counter()
    with httpx.Client(base_url=url, timeout=120) as http:
        while time.perf_counter() - started < TURN_S:
            tasks = [{"id": number, "data": {"text": f"{secrets.token_hex(8)} refund"}} for number in range(BATCH)]
            body = {"tasks": tasks, "project": f"{project}.1", "label_config": CONFIG}
            results = http.post("/predict", json=body).raise_for_status().json()["results"]
            asked += sum(bool(result) for result in results)
    return asked / (time.perf_counter() - started)


@contextmanager
def _tabs(url: str, cookies: dict[str, str], page: str) -> Iterator[Polls]:
    """TABS that show a run, in a process of their own, as browsers are."""
    spawn = multiprocessing.get_context("spawn")
    over, polls = spawn.Event(), spawn.Value("i", 0)
    opened = spawn.Barrier(TABS + 1)
    process = spawn.Process(target=_browse, args=(url, cookies, page, opened, over, polls))
    process.start()
    try:
        opened.wait(OPEN_S)
        yield polls
    finally:
        over.set()
        process.join()


def _browse(url: str, cookies: dict[str, str], page: str, opened: Any, over: Any, polls: Any) -> None:
    turn = threading.Lock()  # a person opens one tab after the other
    args = (url, cookies, page, turn, opened, over, polls)
    tabs = [threading.Thread(target=_follow, args=args) for _ in range(TABS)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()


def _follow(
    url: str, cookies: dict[str, str], page: str, turn: threading.Lock, opened: Any, over: Any, polls: Any
) -> None:
    """One tab: asks for the parts that the page names, each as long after its last answer as that said."""
    http = HTTPConnection(urlsplit(url).netloc, timeout=60)
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "HX-Request": "true"}

    def ask(path: str) -> list[tuple[float, str]]:
        """When, by the monotonic clock, to ask for which parts next."""
        try:
            http.request("GET", path, headers=headers)
            html = http.getresponse().read().decode()
        except ConnectionError:  # the server closed it meanwhile: a browser opens another
            http.close()
            return ask(path)
        return [(time.monotonic() + float(number) * UNITS[unit], part) for part, number, unit in PART.findall(html)]

    with turn:
        due = ask(page)
    opened.wait(OPEN_S)
    while due and not over.wait(max(0.0, min(due)[0] - time.monotonic())):
        soonest = min(due)
        due = [*(item for item in due if item is not soonest), *ask(soonest[1])]
        with polls.get_lock():
            polls.value += 1


def _signed_in(url: str, token: str) -> dict[str, str]:
    with httpx.Client(base_url=url, headers={"Origin": url}) as http:
        http.post("/prompts/sign-in", data={"token": token})
        answer = http.get("/prompts")
        if answer.status_code != 200 or not re.search("<h1", answer.text):
            raise SystemExit(f"The page did not let the benchmark in: {answer.status_code}.")
        return dict(http.cookies)


if __name__ == "__main__":
    main()
