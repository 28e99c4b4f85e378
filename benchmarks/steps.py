"""`python -m benchmarks.steps [TASKS]`: the CPU of a task, step by step, from aiohttp alone to a stored outcome.

The second line does what the first does in another way; each one below does all that the line above it does, and one
thing more. All lines are measured in turn, several times, so that what else the machine does meets all of them.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import aiohttp
import httpx2
from rich.console import Console
from rich.table import Table

from backend.adapters.prometheus import process_metrics
from backend.adapters.providers.chat_completions import ChatCompletions
from backend.adapters.providers.chat_post import DirectPost
from backend.adapters.providers.model_connection import ModelConnection
from backend.adapters.providers.prices import price_of
from backend.adapters.providers.request_format import RequestFormat
from backend.domain.chat.model import BatchModel
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Outcome
from backend.domain.task import Task
from backend.engine.predictor import Predictor
from backend.engine.request_executor import RequestExecutor
from backend.engine.stored_model import StoredModel
from benchmarks import contender, workload
from demo import services

ROUNDS = 3
LATENCY_MS, IN_FLIGHT = 200, 128
STEPS = {
    "raw": "aiohttp alone: render, make the body, post it, read the JSON",
    "direct": "the same with connections of this project in place of aiohttp's requests",
    "client": "read the answer: text, tokens, log-probabilities; meant errors, a deadline",
    "counted": "metrics and prices",
    "executor": "slots, joined requests, retries, patience",
    "outcomes": "digests, stored answers looked up, outcomes with confidence and cost",
    "engine": "store each answer (SQLite)",
}
"""Name -> what it does more than the one before."""


def _client(url: str) -> ChatCompletions:
    return ChatCompletions(ModelConnection(url, "bench", 60))


def _counted(url: str) -> BatchModel:
    return process_metrics().measured(_client(url), lambda model, _: price_of(model))


def _forget(_answers: Sequence[Completion]) -> None:
    """Stores nothing."""


class NoAnswers:
    """A database without answers."""

    def completions(self, _digests: Sequence[str]) -> dict[str, list[Completion]]:
        return {}


async def _complete(model: BatchModel, url: str, tasks: list[Task], in_flight: int) -> int:
    async def ask(request: ChatRequest) -> object:
        return await model.complete(request, 0)

    try:
        return await contender._only_ask(ask, url, tasks, in_flight)
    finally:
        await model.close()


async def direct(url: str, tasks: list[Task], in_flight: int) -> int:
    sent = RequestFormat()
    first = httpx2.Request("POST", f"{url}/chat/completions", headers=contender.HEADERS)
    connector = aiohttp.TCPConnector(limit=in_flight)
    async with aiohttp.ClientSession(connector=connector):
        post = DirectPost(connector, first)

        async def ask(request: ChatRequest) -> object:
            return json.loads(await post.post(sent.body(request)))

        return await contender._only_ask(ask, url, tasks, in_flight)


async def client(url: str, tasks: list[Task], in_flight: int) -> int:
    return await _complete(_client(url), url, tasks, in_flight)


async def counted(url: str, tasks: list[Task], in_flight: int) -> int:
    price_of("stand-in")
    contender.START.reset()
    return await _complete(_counted(url), url, tasks, in_flight)


def _executor(url: str, in_flight: int) -> RequestExecutor:
    price_of("stand-in")
    made = RequestExecutor(StoredModel(_counted(url), _forget), in_flight, observer=process_metrics())
    contender.START.reset()
    return made


async def executor(url: str, tasks: list[Task], in_flight: int) -> int:
    made = _executor(url, in_flight)
    try:
        return await contender._only_ask(made.ask, url, tasks, 2 * in_flight)
    finally:
        await made.close()


async def outcomes(url: str, tasks: list[Task], in_flight: int) -> int:
    made, usable = _executor(url, in_flight), 0

    async def sink(found: list[Outcome]) -> None:
        nonlocal usable
        usable += sum(outcome.answer is not None for outcome in found)

    pages = [tasks[start : start + contender.PAGE] for start in range(0, len(tasks), contender.PAGE)]
    try:
        await Predictor(made, NoAnswers(), lambda model, _: price_of(model)).label(workload.builder(url), pages, sink)
    finally:
        await made.close()
    return usable


MADE: dict[str, Callable[[str, list[Task], int], Awaitable[int]]] = {
    "direct": direct,
    "client": client,
    "counted": counted,
    "executor": executor,
    "outcomes": outcomes,
}


def _measured(url: str, name: str, tasks: int) -> float:
    """CPU milliseconds per task."""
    argv = [sys.executable, "-m", "benchmarks.steps", name, url, str(tasks), str(IN_FLIGHT)]
    found: dict[str, Any] = json.loads(
        subprocess.run(argv, stdout=subprocess.PIPE, check=True, cwd=services.ROOT).stdout
    )
    if found["answered"] != tasks:
        sys.exit(f"{name} answered {found['answered']} of {tasks} tasks: the figures mean nothing.")
    return float(found["cpu_ms"])


def main(tasks: int = 4000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with services.stand_in(services.free_port(), log=log, latency_ms=LATENCY_MS) as server:
            url = f"{server.url}/v1"
            rounds = [{name: _measured(url, name, tasks) for name in STEPS} for _ in range(ROUNDS)]
    table = Table(title=f"CPU ms of a task ({LATENCY_MS} ms, {IN_FLIGHT} in flight)", title_justify="left", box=None)
    for column in ("so far", "more", "x raw", "what is done more"):
        table.add_column(column, justify="left" if column == "what is done more" else "right")
    before, raw = 0.0, fmean(one["raw"] for one in rounds)
    for name, what in STEPS.items():
        mean = fmean(one[name] for one in rounds)
        table.add_row(f"{mean:.2f}", f"{mean - before:.2f}", f"{mean / raw:.2f}", what)
        before = mean
    Console(width=110).print(table)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        contender.CONTENDERS |= MADE  # type: ignore[arg-type]
        contender.main()
    else:
        main(*map(int, sys.argv[1:]))
