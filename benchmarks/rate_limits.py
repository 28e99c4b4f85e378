"""`python -m benchmarks.rate_limits [MINUTES] [PER_MINUTE]`: how well a run keeps the rate limit of a model's server.

The stand-in refuses what goes beyond PER_MINUTE requests in any 60 seconds (600, in real time). Tasks for MINUTES (10)
are asked about by one worker and by three, which share a bucket in Redis; with the limit declared, stated by the
server, and unknown. All cases run at once, each with a stand-in of its own. A worker is a process:
`python -m benchmarks.rate_limits worker URL FIRST NUMBER LIMIT REDIS` prints when its first request was sent and its
last answer stored.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from backend.adapters.providers.chat_completions import ChatCompletions
from backend.adapters.providers.model_connection import ModelConnection
from backend.adapters.providers.rate_headers import RateHeaders
from backend.adapters.redis.connection import RedisConnection
from backend.adapters.redis.rate_bucket import ANSWER_S, RedisBucket
from backend.domain.outcome import Outcome
from backend.domain.runs.rate_limit import RateLimit
from backend.engine.predictor import Predictor
from backend.engine.rate_limiter import ProcessBucket, RateBuckets, RateLimiter
from backend.engine.request_executor import RequestExecutor
from backend.engine.stored_model import StoredModel
from benchmarks import workload
from benchmarks.contender import PAGE, a_store
from demo import services
from tests.running import RunningStandIn
from tests.servers import redis_program

MINUTES, PER_MINUTE, IN_FLIGHT, LATENCY_MS = 10.0, 600, 32, 500
COLUMNS = ("limit", "workers", "tasks", "minutes", "per minute", "of the limit", "refused", "of all requests")


@dataclass(frozen=True)
class LimitCase:
    """`limit`: who tells it: declared, stated (by the server) or unknown."""

    limit: str
    workers: int


CASES = [LimitCase(limit, workers) for limit in ("declared", "stated", "unknown") for workers in (1, 3)]


def main() -> None:
    if sys.argv[1:2] == ["worker"]:
        asyncio.run(worker(*sys.argv[2:]))
        return
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    per_minute = int(sys.argv[2]) if len(sys.argv) > 2 else PER_MINUTE
    table = Table(box=None, header_style="bold")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == "limit" else "right")
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(len(CASES)) as threads:
        for row in threads.map(lambda case: measured(case, minutes, per_minute, Path(name)), CASES):
            table.add_row(*row)
    Console(width=110).print(table)


def measured(case: LimitCase, minutes: float, per_minute: int, folder: Path) -> list[str]:
    """A row of the table."""
    tasks = round(minutes * per_minute)
    with servers(case, per_minute, folder) as (stand_in, redis):
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "benchmarks.rate_limits", "worker", *map(str, arguments)], stdout=-1
            )
            for arguments in shares(case, tasks, stand_in.url, per_minute, redis)
        ]
        times = [json.loads(process.communicate()[0]) for process in started]
        stats = stand_in.stats()
    if stats["answered"] != tasks:
        raise SystemExit(f"The stand-in answered {stats['answered']} of {tasks} tasks: {stats}")
    seconds = max(time["last"] for time in times) - min(time["first"] for time in times)
    rate, refused = tasks / seconds * 60, stats["faults"].get("rate_limited", 0)
    shown = [f"{tasks:,}", f"{seconds / 60:.2f}", f"{rate:.1f}", f"{rate / per_minute:.1%}"]
    return [case.limit, str(case.workers), *shown, str(refused), f"{refused / stats['requests']:.2%}"]


def shares(case: LimitCase, tasks: int, url: str, per_minute: int, redis: str) -> Iterator[tuple[Any, ...]]:
    """Of each worker: arguments."""
    limit = {"declared": per_minute, "stated": 0, "unknown": -1}[case.limit]
    share = tasks // case.workers
    for place in range(case.workers):
        yield url, place * share, share if place < case.workers - 1 else tasks - place * share, limit, redis


@contextmanager
def servers(case: LimitCase, per_minute: int, folder: Path) -> Iterator[tuple[RunningStandIn, str]]:
    """A stand-in and a Redis of its own; "-" for no Redis."""
    name = f"{case.limit}-{case.workers}"
    told = case.limit == "stated"
    switches = {"latency_ms": LATENCY_MS, "per_minute": per_minute, "tells_limit": told, "retry_after": 1}
    with services.stand_in(services.free_port(), log=folder / f"{name}.log", **switches) as service:
        if case.workers == 1:
            yield RunningStandIn(service.url), "-"
            return
        port = str(services.free_port())
        program = [redis_program(), "--port", port, "--save", "", "--dir", str(folder)]
        redis = subprocess.Popen(program, stdout=subprocess.DEVNULL)
        try:
            yield RunningStandIn(service.url), f"redis://127.0.0.1:{port}"
        finally:
            redis.terminate()
            redis.wait()


async def worker(url: str, first: str, number: str, limit: str, redis: str) -> None:
    """`limit`: declared; 0 for what the server states, -1 for none."""
    tasks = workload.tasks(int(first) + int(number))[int(first) :]
    pages = [tasks[start : start + PAGE] for start in range(0, len(tasks), PAGE)]
    headers = RateHeaders()
    with a_store() as store:
        model = ChatCompletions(ModelConnection(url, "bench", 60), rates=headers)
        rates = RateLimiter(find_limit(int(limit), headers), buckets(redis))
        executor = RequestExecutor(StoredModel(model, store.add_completions), IN_FLIGHT, rates=rates)
        try:
            await Predictor(executor, store, lambda *_: lambda *_: None).label(workload.builder(url), pages, _unseen)
        finally:
            await executor.close()
    counts, now = executor.counts, time.time() - time.monotonic()
    print(json.dumps({"first": now + (counts.first_sent or 0.0), "last": now + (counts.last_stored or 0.0)}))


def find_limit(declared: int, headers: RateHeaders) -> Any:
    """A FindLimit."""
    if declared:
        return lambda *_: RateLimit(declared, name="bench") if declared > 0 else None
    return lambda _, model: RateLimit(stated, name="bench") if (stated := headers.limits(model)[0]) else None


def buckets(redis: str) -> RateBuckets:
    if redis == "-":
        return RateBuckets(lambda _name: ProcessBucket())
    broker = RedisConnection(redis, ANSWER_S)
    return RateBuckets(lambda name: RedisBucket(broker, name))


async def _unseen(_outcomes: list[Outcome]) -> None:
    return None


if __name__ == "__main__":
    main()
