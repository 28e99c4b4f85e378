"""`make bench`: this engine beside others and beside itself done otherwise, against the stand-in model."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from demo import services

PATIENCE_S = 300
COLUMNS = ("latency", "in flight", "contender", "tasks/s", "of possible", "CPU ms/task", "peak MB", "stand-in")


@dataclass(frozen=True)
class Case:
    """`workers`: processes that share the tasks; `latency_ms` is the model's; `in_flight`: of each worker."""

    name: str
    tasks: int
    latency_ms: int
    in_flight: int
    workers: int = 1
    rate_limited: float = 0.0

    @property
    def possible(self) -> float:
        """Tasks per second, were there nothing but the model's latency."""
        return self.workers * self.in_flight / self.latency_ms * 1000


GROUPS = {
    "side by side": (
        Case("engine", 6000, 50, 64),
        Case("bare", 6000, 50, 64),
        Case("sequential", 60, 50, 1),
        Case("engine", 6000, 200, 128),
        Case("bare", 6000, 200, 128),
        Case("sequential", 60, 200, 1),
    ),
    "two workers, where the cores are not the limit, and where they are": (
        Case("engine", 2000, 200, 32),
        Case("engine", 4000, 200, 32, workers=2),
        Case("engine", 6000, 200, 128),
        Case("engine", 12000, 200, 128, workers=2),
    ),
    "5 % of the answers are a 429 with Retry-After: 1": (
        Case("engine", 4000, 50, 16, rate_limited=0.05),
        Case("inside", 4000, 50, 16, rate_limited=0.05),
    ),
    "the same tasks once more": (Case("again", 10000, 50, 64),),
}


def main() -> None:
    for title, cases in GROUPS.items():
        table = Table(title=title, title_justify="left", box=None, header_style="bold")
        for column in (
            "latency",
            "in flight",
            "contender",
            "tasks/s",
            "of possible",
            "CPU ms/task",
            "peak MB",
            "stand-in",
        ):
            table.add_column(column, justify="left" if column == "contender" else "right")
        for case in cases:
            table.add_row(*_row(case))
        Console(width=110).print(table, "")
    print(
        "engine: render, ask, read, store, log-probabilities included; bare: AsyncOpenAI.create() alone, nothing kept;"
    )
    print("inside: the engine, waiting for a retry inside its slot; again: its second run, no request is sent.")
    print("possible: requests in flight / latency. stand-in: cores its process used meanwhile.")


def _row(case: Case) -> list[str]:
    with _stand_in(case) as server:
        before = server.cpu_seconds()
        found = _run(case, f"{server.url}/v1")
        rate = sum(one["per_second"] for one in found)
        seconds = max(one["tasks"] / one["per_second"] for one in found)
        cores = (server.cpu_seconds() - before) / seconds
    own = case.name == "again"
    return [
        f"{case.latency_ms} ms",
        str(case.in_flight) if case.workers == 1 else f"{case.workers} x {case.in_flight}",
        case.name,
        f"{rate:,.0f}",
        "n/a" if own else f"{rate / case.possible:.0%}",
        f"{sum(one['cpu_ms'] for one in found) / len(found):.2f}",
        f"{max(one['peak_mb'] for one in found):.0f}",
        "n/a" if own else f"{cores:.2f}",
    ]


@contextmanager
def _stand_in(case: Case) -> Iterator[services.Service]:
    with tempfile.TemporaryDirectory() as folder:
        switches = {"latency_ms": case.latency_ms, "rate_limited": case.rate_limited, "retry_after": 1}
        with services.stand_in(services.free_port(), log=Path(folder) / "log", **switches) as server:
            yield server


def _run(case: Case, url: str) -> list[dict[str, float]]:
    """What each worker measured. They begin at the same time; each has its share of the tasks."""
    share = str(case.tasks // case.workers)
    argv = [sys.executable, "-m", "benchmarks.contender", case.name, url, share, str(case.in_flight)]
    started = [
        subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=services.ROOT) for _ in range(case.workers)
    ]
    found = [json.loads(process.communicate(timeout=PATIENCE_S)[0]) for process in started]
    for one in found:
        if one["answered"] != one["tasks"]:
            sys.exit(f"{case.name} answered {one['answered']} of {one['tasks']} tasks: the figures mean nothing.")
    return found


if __name__ == "__main__":
    main()
