"""`python -m benchmarks.faults`: what is lost and what is asked again when things break under a run.

On a real Label Studio, Redis and the stand-in model; and how /health fares beside slow clients. With a number of tasks
behind it, the peak memory of a worker that runs so many: `python -m benchmarks.faults 10000 100000`. With `kills 200`,
so many kills in all.
"""

import sys
import time
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.table import Table

from backend.domain.runs.run import FINAL
from benchmarks.faults import kills, machines, one_run, row, slow_clients
from benchmarks.faults.world import FaultWorld, end, until, world
from tests.databases import stop_own_server

WIDTH = 110


def faults(here: FaultWorld) -> None:
    _print_rows(chain(one_run.rows(here), machines.rows(here)))
    _print(slow_clients.COLUMNS, slow_clients.rows(here))


def memory(here: FaultWorld, sizes: list[int]) -> None:
    here.control(latency_ms=20)
    columns = ("", "tasks", "peak MB of the worker", "first request after s", "seconds")
    _print(columns, [["", *_measured(here, size)] for size in sizes])


def _measured(here: FaultWorld, size: int) -> list[str]:
    app = here.app(REDIS_URL=here.redis)
    tag = here.save(app, here.project(size))
    before, started = here.requests(), time.monotonic()
    run = here.start(app, tag)
    worker = here.worker()
    until(lambda: here.requests() > before)
    first = time.monotonic() - started
    until(lambda: app.container.run_store.run(run).status in FINAL)
    status = Path(f"/proc/{worker.pid}/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
    end([worker])
    return [f"{size:,}", f"{peak:.0f}", f"{first:.1f}", f"{time.monotonic() - started:.0f}"]


def _print_rows(rows: Iterable[row.FaultRow]) -> None:
    _print(row.COLUMNS, [one.cells() for one in rows])


def _print(columns: tuple[str, ...], rows: list[list[str]]) -> None:
    table = Table(columns[0], box=None, header_style="bold")
    for title in columns[1:]:
        table.add_column(title, justify="right")
    for cells in rows:
        table.add_row(*cells)
    Console(width=WIDTH).print(table, "")


def main() -> None:
    try:
        with world() as here:
            match sys.argv[1:]:
                case ["kills", times]:
                    _print_rows(kills.rows(here, int(times)))
                case []:
                    faults(here)
                case sizes:
                    memory(here, [int(size) for size in sizes])
    finally:
        stop_own_server()


if __name__ == "__main__":
    main()
