"""Commands about runs in the background: runs, watch, cancel, resume, retry, worker."""

import signal
import sys
import time
from typing import TYPE_CHECKING

import click

from backend.domain.runs.run import FINAL
from backend.engine.shutdown import process_stop
from backend.interfaces.cli.options.prompt_names import complete_both
from backend.interfaces.cli.options.run_options import processes_option
from backend.interfaces.cli.render.console import as_json, cell, notify, print_json, printable, the_status, the_work
from backend.interfaces.cli.render.notices import in_commands
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.runs import run_status_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.app.status import StatusOperations
    from backend.domain.public_id import PublicId
    from backend.services.run_control.status import RunStatus

EVERY_S = 1.0
MOST_BUSY = 0.1
"""Share of the time in which the database counts for one who watches: a run of a million tasks takes it seconds."""
SUBSET_SHOWN = 20
WIDE = 160
"""Columns are never cut or folded: the ids are needed, and other programs read them through a pipe."""


@click.command()
@click.argument("which", required=False, metavar="[NAME|VERSION]", shell_complete=complete_both)
@as_json
def runs(which: str | None, json_wanted: bool) -> None:
    """List runs, newest first: all, or those of one prompt or version.

    \b
    ls-prompts runs
    ls-prompts runs sentiment
    ls-prompts runs sentiment@1 --json
    """
    app = the_status()
    statuses = app.runs(which)
    ids = app.run_ids(status.run.id for status in statuses)
    if json_wanted:
        print_json([run_status_json(status, ids.get(status.run.id)) for status in statuses])
        return
    if not statuses:
        notify("There are no runs yet: `ls-prompts run VERSION --on all`.")
        return
    _print_table(statuses, ids)
    for status in statuses:
        if status.run.reason:
            click.echo(f"{status.run.id} {status.run.status}: {printable(in_commands(status.notice))}")


def _print_table(statuses: "list[RunStatus]", ids: "Mapping[str, PublicId]") -> None:
    from rich.console import Console  # a worker need not hold it
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("run", "version", "on", "status", "done", "failed", "cost", "saved", "started", "by"):
        table.add_column(title, no_wrap=True, overflow="fold")
    for status in statuses:
        run, counts = status.run, status.counts
        done = f"{numbers.count(counts.done)} of {numbers.count(counts.tasks)}"
        started = run.created[5:16].replace("T", " ")
        texts = (
            run.id,
            run.tag,
            str(run.scope) if len(str(run.scope)) <= SUBSET_SHOWN else str(run.scope)[: SUBSET_SHOWN - 1] + "…",
        )
        money = (numbers.usd(counts.cost_usd), numbers.usd(counts.saved_usd))
        started_by = ids[run.id].user_email or "" if run.id in ids else ""
        cells = (run.status, done, numbers.count(counts.failed), *money, started, cell(started_by))
        table.add_row(*map(cell, texts), *cells)
    Console(width=WIDE).print(table)


@click.command()
@click.argument("run")
@as_json
def watch(run: str, json_wanted: bool) -> None:
    """Watch a run until it ends. With --json, print its state and return.

    Ctrl-C ends the watching; the run continues.

    \b
    ls-prompts watch 1f3a9c04
    """
    app = the_status()
    status = app.watch(run)
    if json_wanted:
        print_json(run_status_json(status, app.run_ids([status.run.id]).get(status.run.id)))
        return
    try:
        status = _watched(app, status)
    except KeyboardInterrupt:
        notify(f"Stopped watching; the run continues. `ls-prompts cancel {run}` stops it.")
        sys.exit(128 + (signal.SIGTERM if process_stop().requested else signal.SIGINT))
    _print_end(status)
    sys.exit(0 if status.run.status == "completed" else 1)


def _watched(app: "StatusOperations", status: "RunStatus") -> "RunStatus":
    """Shows how far a run is until it has ended."""
    from backend.interfaces.cli.render.progress import ProgressBar

    run, pause = status.run.id, EVERY_S
    with ProgressBar(f"{status.run.tag} {run}") as gauge:
        while status.run.status not in FINAL:
            gauge.show(status.counts, in_commands(status.notice))
            if status.pushing:
                gauge.pushing()
            time.sleep(pause)
            began = time.monotonic()
            status = app.watch(run)
            pause = max(EVERY_S, (time.monotonic() - began) / MOST_BUSY)
        gauge.show(status.counts)
    return status


@click.command()
@click.argument("run")
def cancel(run: str) -> None:
    """Stop a run within seconds. Its answers are kept.

    \b
    ls-prompts cancel 1f3a9c04
    """
    stopped = the_work().cancel(run)
    notify(f"Run {run} stops; `ls-prompts resume {run}` continues it." if stopped else f"Run {run} has already ended.")


@click.command()
@click.argument("run")
@click.option(
    "--budget",
    type=float,
    metavar="USD",
    help="Most USD that the run may cost in total. It must be more than the budget at which the run stopped.",
)
@processes_option
def resume(run: str, budget: float | None, processes: int) -> None:
    """Continue a run in the background: ask about the tasks that have no answer yet.

    \b
    ls-prompts resume 1f3a9c04
    ls-prompts resume 1f3a9c04 --budget 10
    """
    app = the_work()
    app.divide_runs(processes, background=True)
    click.echo(app.resume(run, budget).id)
    notify(f"`ls-prompts watch {run}` shows its progress.")


@click.command()
@click.argument("run")
@click.option("--rejected", is_flag=True, help="Also ask about the tasks whose answers can't be used.")
def retry(run: str, rejected: bool) -> None:
    """Ask again about the tasks that got no answer in a run, and print the new run's id.

    \b
    ls-prompts retry 1f3a9c04
    ls-prompts retry 1f3a9c04 --rejected
    """
    started = the_work().retry(run, rejected).id
    click.echo(started)
    notify(f"`ls-prompts watch {started}` shows its progress.")


@click.command()
@click.option("--burst", is_flag=True, help="End when no run is waiting.")
def worker(burst: bool) -> None:
    """Work on runs that wait in Redis (REDIS_URL) until you stop it.

    \b
    ls-prompts worker
    """
    app = the_work()
    if app.work_on_queue(burst):
        notify("Stopped. The answers that were on their way are stored; another worker continues with the rest.")


@click.command(hidden=True)
@click.argument("run")
@processes_option
@click.option("--part", metavar="N/OF", help="Ask about those tasks that another process writes to stdin.")
def work(run: str, processes: int, part: str | None) -> None:
    """Work on a run in this process.

    \b
    ls-prompts work 1f3a9c04
    """
    app = the_work()
    if part is None:
        app.divide_runs(processes)
        app.work(run)
        return
    with process_stop().calling(lambda: None):  # a signal ends it by way of its requests in flight, and never at once
        app.work_on_part(run, part, sys.stdin.buffer, sys.stdout.buffer)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _print_end(status: "RunStatus") -> None:
    total = status.counts
    reason = f": {printable(in_commands(status.notice))}" if status.run.reason else ""
    counts = f"{numbers.count(total.done)} of {numbers.things(total.tasks, 'task')} answered, {total.failed} failed"
    click.echo(f"{status.run.status}{reason}")
    click.echo(f"{counts}, {numbers.things(total.requests, 'request')}, cost {numbers.usd(total.cost_usd)}")
    if status.waiting:
        click.echo(in_commands(status.waiting))
