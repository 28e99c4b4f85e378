"""`make bench`: this engine beside others and beside itself done otherwise, against the stand-in model."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from statistics import fmean

from rich.console import Console
from rich.table import Table

from demo import services

PATIENCE_S = 300
ROUNDS = 2
"""How often each line is measured, in turn with the others of its group: what else a machine does meets all of them."""
COLUMNS = (
    "latency",
    "in flight",
    "contender",
    "tasks/s",
    "of possible",
    "of raw",
    "CPU ms/task",
    "x raw",
    "peak MB",
    "stand-in",
)


@dataclass(frozen=True)
class RateCase:
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
        return self.workers * self.in_flight / self.latency_ms * 1000 if self.latency_ms else inf


@dataclass(frozen=True)
class MeasuredRate:
    """One line: tasks per second, CPU milliseconds per task, peak MB, and cores that the stand-in used."""

    rate: float
    cpu_ms: float
    peak_mb: float
    stand_in: float

    @classmethod
    def of(cls, rounds: "list[MeasuredRate]") -> "MeasuredRate":
        """The means; of the peaks the highest."""
        rate, cpu_ms, stand_in = (
            fmean(values) for values in zip(*((one.rate, one.cpu_ms, one.stand_in) for one in rounds), strict=True)
        )
        return cls(rate, cpu_ms, max(one.peak_mb for one in rounds), stand_in)


def _side_by_side(tasks: int, latency_ms: int, in_flight: int) -> tuple[RateCase, ...]:
    return tuple(RateCase(name, tasks, latency_ms, in_flight) for name in ("raw", "engine", "post", "bare"))


GROUPS = {
    "side by side": (
        *_side_by_side(3000, 50, 64),
        RateCase("sequential", 60, 50, 1),
        *_side_by_side(4000, 200, 128),
        RateCase("sequential", 60, 200, 1),
        *_side_by_side(3000, 0, 64),
    ),
    "two workers, where the cores are not the limit, and where they are": (
        RateCase("engine", 1000, 200, 32),
        RateCase("engine", 2000, 200, 32, workers=2),
        RateCase("engine", 3000, 200, 128),
        RateCase("engine", 6000, 200, 128, workers=2),
    ),
    "5 % of the answers are a 429 with Retry-After: 1": (
        RateCase("engine", 2000, 50, 16, rate_limited=0.05),
        RateCase("inside", 2000, 50, 16, rate_limited=0.05),
    ),
    "the same tasks once more": (RateCase("again", 10000, 50, 64),),
}


def main() -> None:
    for title, cases in GROUPS.items():
        table = Table(title=title, title_justify="left", box=None, header_style="bold")
        for column in COLUMNS:
            table.add_column(column, justify="left" if column == "contender" else "right")
        found = _measured(cases)
        for case in cases:
            raw = next((one for other, one in found.items() if other.name == "raw" and _beside(other, case)), None)
            table.add_row(*_row(case, found[case], raw))
        Console(width=110).print(table, "")
    print("engine: render, ask, read, store, log-probabilities included; the others only ask, and keep nothing:")
    print("raw: aiohttp alone; post: the openai client's untyped post(); bare, sequential: AsyncOpenAI.create();")
    print("inside: the engine, waiting for a retry inside its slot; again: its second run, no request is sent.")
    print("possible: requests in flight / latency. of raw, x raw: rate and CPU relative to raw in the same run.")
    print("stand-in: cores its process used meanwhile.")


def _measured(cases: tuple[RateCase, ...]) -> dict[RateCase, MeasuredRate]:
    rounds = [{case: _one_round(case) for case in cases} for _ in range(ROUNDS)]
    return {case: MeasuredRate.of([one[case] for one in rounds]) for case in cases}


def _beside(one: RateCase, other: RateCase) -> bool:
    """Whether both ask the same server in the same way."""
    return (one.latency_ms, one.in_flight, one.workers) == (other.latency_ms, other.in_flight, other.workers)


def _one_round(case: RateCase) -> MeasuredRate:
    with _stand_in(case) as server:
        before = server.cpu_seconds()
        found = _run(case, f"{server.url}/v1")
        seconds = max(one["tasks"] / one["per_second"] for one in found)
        cores = (server.cpu_seconds() - before) / seconds
    cpu_ms = fmean(one["cpu_ms"] for one in found)
    return MeasuredRate(sum(one["per_second"] for one in found), cpu_ms, max(one["peak_mb"] for one in found), cores)


def _row(case: RateCase, measured: MeasuredRate, raw: MeasuredRate | None) -> list[str]:
    own = case.name == "again"
    return [
        f"{case.latency_ms} ms",
        str(case.in_flight) if case.workers == 1 else f"{case.workers} x {case.in_flight}",
        case.name,
        f"{measured.rate:,.0f}",
        "n/a" if own or not case.latency_ms else f"{measured.rate / case.possible:.0%}",
        "n/a" if raw is None else f"{measured.rate / raw.rate:.2f}",
        f"{measured.cpu_ms:.2f}",
        "n/a" if raw is None else f"{measured.cpu_ms / raw.cpu_ms:.2f}",
        f"{measured.peak_mb:.0f}",
        "n/a" if own else f"{measured.stand_in:.2f}",
    ]


@contextmanager
def _stand_in(case: RateCase) -> Iterator[services.Service]:
    with tempfile.TemporaryDirectory() as folder:
        switches = {"latency_ms": case.latency_ms, "rate_limited": case.rate_limited, "retry_after": 1}
        with services.stand_in(services.free_port(), log=Path(folder) / "log", **switches) as server:
            yield server


def _run(case: RateCase, url: str) -> list[dict[str, float]]:
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
