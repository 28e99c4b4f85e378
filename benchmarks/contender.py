"""One contender in a process of its own: `python -m benchmarks.contender NAME URL TASKS IN_FLIGHT` prints JSON.

`engine` renders, asks, reads and stores, as `ls-prompts run` does; `again` is its second run of the same tasks, and
`inside` the same engine, were it to wait for a retry without giving up its slot. The others only ask and keep nothing:
`bare` and `sequential` with the typed `create()` of AsyncOpenAI, `post` with its untyped `post()`, and `raw` with
aiohttp alone, which sends a body that is ready and reads the JSON of the answer.
"""

import asyncio
import gc
import json
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import httpx2
from openai import AsyncOpenAI, DefaultAioHttpClient
from openai.types.shared_params.response_format_json_schema import JSONSchema

from backend.adapters.database.prompts import Store
from backend.adapters.prometheus import process_metrics
from backend.adapters.providers.chat_completions import ChatCompletions
from backend.adapters.providers.model_connection import ModelConnection
from backend.adapters.providers.prices import price_of
from backend.adapters.providers.request_format import RequestFormat
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure, Outcome
from backend.domain.task import Task
from backend.early import GARBAGE
from backend.engine.failure_handling import TRIES
from backend.engine.predictor import Predictor
from backend.engine.request_executor import InFlightRequest, RequestExecutor, _delay
from backend.engine.stored_model import StoredModel
from benchmarks import workload
from benchmarks.expected import expected

PAGE = 1000


class Inside(RequestExecutor):
    """Holds its slot until the retry has come, as clients do that retry by themselves."""

    async def _answer(self, in_flight_request: InFlightRequest) -> Completion | Failure:
        async with self.slots.slot() as slot:
            for tries in count(1):
                reply = await self._send(in_flight_request, slot)
                if isinstance(reply, Completion) or tries >= TRIES.get(reply.kind, 1):
                    return reply
                await asyncio.sleep(_delay(reply, tries))
        raise AssertionError


async def label(url: str, tasks: list[Task], store: Store, executor: RequestExecutor) -> int:
    """The number of usable answers."""
    pages = [tasks[start : start + PAGE] for start in range(0, len(tasks), PAGE)]
    usable = 0

    async def sink(outcomes: list[Outcome]) -> None:
        nonlocal usable
        usable += sum(outcome.answer is not None for outcome in outcomes)

    try:
        await Predictor(executor, store, lambda model, _: price_of(model)).label(workload.builder(url), pages, sink)
    finally:
        await executor.close()
    return usable


def counting_executor(
    url: str, store: Store, in_flight: int, make: type[RequestExecutor] = RequestExecutor
) -> RequestExecutor:
    """Counting, as runs do."""
    metrics = process_metrics()
    model = metrics.measured(ChatCompletions(ModelConnection(url, "bench", 60)), lambda model, _: price_of(model))
    return make(StoredModel(model, store.add_completions), in_flight, observer=metrics)


async def engine(url: str, tasks: list[Task], in_flight: int, make: type[RequestExecutor] = RequestExecutor) -> int:
    with a_store() as store:
        START.reset()
        return await label(url, tasks, store, counting_executor(url, store, in_flight, make))


async def inside(url: str, tasks: list[Task], in_flight: int) -> int:
    return await engine(url, tasks, in_flight, Inside)


async def again(url: str, tasks: list[Task], in_flight: int) -> int:
    """The first run is not in the figures."""
    with a_store() as store:
        executor = counting_executor(url, store, in_flight)
        await label(url, tasks, store, executor)
        START.reset()
        executor = counting_executor(url, store, in_flight)
        answered = await label(url, tasks, store, executor)
        return answered if executor.counts.sent == 0 else 0


@contextmanager
def a_store() -> Iterator[Store]:
    price_of("stand-in")  # reads the table of prices, once in a process
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        yield store
        store.close()


Ask = Callable[[ChatRequest], Awaitable[object]]
HEADERS = {"Content-Type": "application/json", "Authorization": "Bearer bench"}


async def _only_ask(ask: Ask, url: str, tasks: list[Task], in_flight: int) -> int:
    """Renders and asks; the number of answers."""
    builder = workload.builder(url)
    left = iter(tasks)
    answered = 0

    async def work() -> None:
        nonlocal answered
        for task in left:
            request = expected(builder.request(task), ChatRequest)
            await ask(request)
            answered += 1

    await asyncio.gather(*(work() for _ in range(in_flight)))
    return answered


@asynccontextmanager
async def _openai(url: str, in_flight: int) -> AsyncIterator[AsyncOpenAI]:
    limits = httpx2.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    client = DefaultAioHttpClient(limits=limits)
    async with AsyncOpenAI(base_url=url, api_key="bench", max_retries=0, http_client=client) as opened:
        yield opened


async def bare(url: str, tasks: list[Task], in_flight: int) -> int:
    async with _openai(url, in_flight) as client:

        async def ask(request: ChatRequest) -> object:
            schema: JSONSchema = {"name": "labels", "strict": True, "schema": request.template.answer_schema}
            return await client.chat.completions.create(
                model="stand-in",
                messages=[
                    {"role": "system", "content": request.template.system},
                    {"role": "user", "content": request.user},
                ],
                temperature=0,
                logprobs=True,
                response_format={"type": "json_schema", "json_schema": schema},
            )

        return await _only_ask(ask, url, tasks, in_flight)


async def post(url: str, tasks: list[Task], in_flight: int) -> int:
    sent, address = RequestFormat(), f"{url}/chat/completions"
    async with _openai(url, in_flight) as client:

        async def ask(request: ChatRequest) -> object:
            body = sent.body(request)
            reply = await client.post(
                address,
                cast_to=httpx2.Response,
                content=body,
                options={"headers": {"Content-Type": "application/json"}},
            )
            return json.loads(reply.content)

        return await _only_ask(ask, url, tasks, in_flight)


async def raw(url: str, tasks: list[Task], in_flight: int) -> int:
    sent, address = RequestFormat(), f"{url}/chat/completions"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:

        async def ask(request: ChatRequest) -> object:
            async with session.post(address, data=sent.body(request), headers=HEADERS) as reply:
                return json.loads(await reply.read())

        return await _only_ask(ask, url, tasks, in_flight)


async def sequential(url: str, tasks: list[Task], _in_flight: int) -> int:
    return await bare(url, tasks, 1)


CONTENDERS: dict[str, Callable[[str, list[Task], int], Coroutine[Any, Any, int]]] = {
    "engine": engine,
    "inside": inside,
    "again": again,
    "bare": bare,
    "post": post,
    "raw": raw,
    "sequential": sequential,
}


class Start:
    """When the part that counts began: with the first task, not with the process."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.cpu, self.clock = _cpu(), time.perf_counter()


def main() -> None:
    name, url, number, in_flight = sys.argv[1:]
    tasks = workload.tasks(int(number))
    gc.freeze()  # as `ls-prompts` does
    gc.set_threshold(*GARBAGE)
    START.reset()
    answered = asyncio.run(CONTENDERS[name](url, tasks, int(in_flight)))
    seconds = time.perf_counter() - START.clock
    found = {
        "tasks": len(tasks),
        "answered": answered,
        "per_second": len(tasks) / seconds,
        "cpu_ms": (_cpu() - START.cpu) / len(tasks) * 1000,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(found))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


START = Start()

if __name__ == "__main__":
    main()
