"""`make bench`: this engine, a bare AsyncOpenAI loop and one request after the other, against the stand-in model."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from demo import services

CASES = ((50, 64), (200, 128))
"""(latency of the model in ms, requests in flight)"""
TASKS = {"engine": 6000, "bare": 6000, "sequential": 60}
PATIENCE_S = 300


def main() -> None:
    table = Table(box=None, header_style="bold")
    for title in (
        "latency",
        "in flight",
        "contender",
        "tasks/s",
        "of possible",
        "CPU ms/task",
        "peak MB",
        "stand-in CPU",
    ):
        table.add_column(title, justify="left" if title == "contender" else "right")
    for latency_ms, in_flight in CASES:
        with tempfile.TemporaryDirectory() as folder:
            server = services.stand_in(services.free_port(), log=Path(folder) / "log", latency_ms=latency_ms)
            with server:
                for name in TASKS:
                    table.add_row(*_row(name, server, latency_ms, in_flight))
    Console(width=110).print(table)
    print(
        "engine: render, ask, read, store, log-probabilities included; bare: AsyncOpenAI.create() alone, nothing kept."
    )
    print("possible: requests in flight / latency. Stand-in CPU: cores its process used meanwhile.")


def _row(name: str, server: services.Service, latency_ms: int, in_flight: int) -> list[str]:
    used = 1 if name == "sequential" else in_flight
    before = server.cpu_seconds()
    argv = [sys.executable, "-m", "benchmarks.contender", name, f"{server.url}/v1", str(TASKS[name]), str(used)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=PATIENCE_S, cwd=services.ROOT, check=True)
    found = json.loads(done.stdout)
    if found["answered"] != found["tasks"]:
        sys.exit(f"{name} answered {found['answered']} of {found['tasks']} tasks: the figures mean nothing.")
    possible = used / latency_ms * 1000
    seconds = found["tasks"] / found["per_second"]
    return [
        f"{latency_ms} ms",
        str(used),
        name,
        f"{found['per_second']:,.0f}",
        f"{found['per_second'] / possible:.0%}",
        f"{found['cpu_ms']:.2f}",
        f"{found['peak_mb']:.0f}",
        f"{(server.cpu_seconds() - before) / seconds:.2f}",
    ]


if __name__ == "__main__":
    main()
