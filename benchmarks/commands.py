"""`python -m benchmarks.commands [TASKS]`: whole commands, from their start to their end, beside the asking alone.

`ls-prompts run` over 5,000 tasks of a real Label Studio, with the stand-in model at 200 ms and 128 requests in flight:
the start of Python, reading the tasks, asking, reading the outcomes, and the push. Each run asks with a prompt of its
own, so nothing is stored before. The lines are run in turn, three times, and show their medians.
"""

import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from backend.domain.prompts.prompt_file import PromptFile
from backend.services.prompts.draft import Draft
from benchmarks.faults.world import FaultWorld, world
from demo import services

TASKS, CONCURRENCY, LATENCY_MS, ROUNDS = 5000, 128, 200, 3
OPTIONS = (("--no-push",), ("--no-push", "--processes", "2"), (), ("--processes", "2"))
COLUMNS = ("whole s", "asking s", "asking of whole", "tasks/s while asking")


@dataclass(frozen=True)
class MeasuredCommand:
    """Seconds of the command, and those from its first request to its last stored answer, as it says itself."""

    whole: float
    asking: float


def main() -> None:
    tasks = int(sys.argv[1]) if len(sys.argv) > 1 else TASKS
    title = f"{tasks:,} tasks of a real Label Studio, {LATENCY_MS} ms, {CONCURRENCY} in flight"
    table = Table("ls-prompts run", title=title, title_justify="left", box=None, header_style="bold")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    with world() as here:
        here.control(latency_ms=LATENCY_MS)
        project = here.project(tasks)
        found: dict[tuple[str, ...], list[MeasuredCommand]] = {options: [] for options in OPTIONS}
        for number, options in enumerate([*found] * ROUNDS):
            found[options].append(_run(here, project, number, options, tasks))
    for options, runs in found.items():
        table.add_row(*_cells(options, tasks, runs))
    Console(width=100).print(table)


def _cells(options: tuple[str, ...], tasks: int, runs: list[MeasuredCommand]) -> list[str]:
    whole, asking = (statistics.median(getattr(run, name) for run in runs) for name in ("whole", "asking"))
    share = statistics.median(run.asking / run.whole for run in runs)
    name = " ".join(options) or "(and push)"
    return [name, f"{whole:.1f}", f"{asking:.1f}", f"{share:.2f}", f"{tasks / asking:,.0f}"]


def _run(here: FaultWorld, project: int, number: int, options: tuple[str, ...], tasks: int) -> MeasuredCommand:
    draft = Draft(f"whole-{number}", project, PromptFile(f"{number}. What is it about?\n{{text}}"))
    tag = here.app().save(draft).version.tag
    argv = [sys.executable, "-m", "backend", "run", tag, "--on", "all", "--json", *options]
    more = {"PYTHONPATH": str(services.ROOT), "CONCURRENCY": str(CONCURRENCY)}
    began = time.monotonic()
    done = subprocess.run(
        argv, env=services.environment({**here.env, **more}), cwd=here.folder, stdout=subprocess.PIPE, check=True
    )
    whole, said = time.monotonic() - began, json.loads(done.stdout)
    if said["requests"] != tasks:
        sys.exit(f"It sent {said['requests']} requests for {tasks} tasks: the figures mean nothing.")
    return MeasuredCommand(whole, said["seconds"])


if __name__ == "__main__":
    main()
