"""One contender in a process of its own: `python -m benchmarks.contender NAME URL TASKS IN_FLIGHT` prints JSON.

`engine` renders, asks, reads and stores, as `ls-prompts run` does. `bare` and `sequential` only ask, with the typed
`create()` of AsyncOpenAI, and keep nothing.
"""

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from openai import AsyncOpenAI, DefaultAioHttpClient

from backend.core.outcomes import Outcome
from backend.core.tasks import Task
from backend.edges.llm import Model
from backend.edges.metrics import process_metrics
from backend.edges.prices import price_of
from backend.edges.store import Store
from backend.flows.asker import Asker
from backend.flows.predict import Predictor
from benchmarks import workload

PAGE = 1000


async def engine(url: str, tasks: list[Task], in_flight: int) -> int:
    """The number of usable answers."""
    pages = [tasks[start : start + PAGE] for start in range(0, len(tasks), PAGE)]
    usable = 0

    async def sink(outcomes: list[Outcome]) -> None:
        nonlocal usable
        usable += sum(outcome.answer is not None for outcome in outcomes)

    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        metrics = process_metrics()
        model = metrics.measured(Model(url, "bench", 60), price_of)
        asker = Asker(model, store.add_completions, in_flight, observer=metrics)
        try:
            await Predictor(asker, store, price_of).label(workload.recipe(url), pages, sink)
        finally:
            await asker.close()
            store.close()
    return usable


async def bare(url: str, tasks: list[Task], in_flight: int) -> int:
    recipe = workload.recipe(url)
    left = iter(tasks)
    answered = 0
    async with AsyncOpenAI(base_url=url, api_key="bench", max_retries=0, http_client=DefaultAioHttpClient()) as client:

        async def work() -> None:
            nonlocal answered
            for task in left:
                request = recipe.request(task)
                schema = {"name": "labels", "strict": True, "schema": request.frame.answer_schema}
                await client.chat.completions.create(
                    model="stand-in",
                    messages=request.messages,
                    temperature=0,
                    logprobs=True,
                    response_format={"type": "json_schema", "json_schema": schema},
                )
                answered += 1

        await asyncio.gather(*(work() for _ in range(in_flight)))
    return answered


async def sequential(url: str, tasks: list[Task], _in_flight: int) -> int:
    return await bare(url, tasks, 1)


CONTENDERS: dict[str, Callable[[str, list[Task], int], Awaitable[int]]] = {
    "engine": engine,
    "bare": bare,
    "sequential": sequential,
}


def main() -> None:
    name, url, number, in_flight = sys.argv[1:]
    tasks = workload.tasks(int(number))
    cpu, clock = _cpu(), time.perf_counter()
    answered = asyncio.run(CONTENDERS[name](url, tasks, int(in_flight)))
    seconds = time.perf_counter() - clock
    found = {
        "tasks": len(tasks),
        "answered": answered,
        "per_second": len(tasks) / seconds,
        "cpu_ms": (_cpu() - cpu) / len(tasks) * 1000,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(found))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
