"""Finished runs are shown to people: what came of them, then figures."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from backend.domain.metrics.confusions import confusions
from backend.interfaces.cli.render.console import cell
from backend.interfaces.cli.render.headline import headline, next_step
from backend.interfaces.presentation import number_format as numbers

if TYPE_CHECKING:
    from backend.services.predictions.sync import PushResult
    from backend.services.runs.options import RunResult

MOST_LABELS = 12
"""More do not fit beside each other."""
WORST = 10


def print_finished(finished: "RunResult") -> None:
    """A run that is not about ground truths."""
    console, summary = Console(), finished.summary
    print_head(finished, console)
    table = Table(box=None, show_header=False, pad_edge=False)
    usable = f"{numbers.things(summary.usable, 'usable answer')} for {numbers.things(summary.tasks, 'task')}"
    table.add_row("coverage", numbers.proportion(summary.coverage), "", usable)
    for row in run_rows(finished):
        table.add_row(*map(cell, row))
    console.print(table)
    console.print("")
    print_next(finished, console)


def print_head(finished: "RunResult", console: Console) -> None:
    """Nothing is wrapped: other programs read it through a pipe."""
    for sentence in headline(finished):
        console.print(Text(sentence, style="" if sentence.startswith(" ") else "bold"), soft_wrap=True)
    console.print(Text(f"{finished.run.tag} on {finished.run.scope}, run {finished.run.id}\n", style="dim"))


def print_next(finished: "RunResult", console: Console) -> None:
    console.print(Text(f"Next: {next_step(finished)}"), soft_wrap=True)


def confusion_table(cells: Mapping[str, Mapping[str, int]]) -> Table:
    """Truth x answer of one control; with many labels the most frequent confusions instead."""
    answers = dict.fromkeys(answer for row in cells.values() for answer in row)
    labels = list(dict.fromkeys([*cells, *answers]))
    if len(labels) > MOST_LABELS:
        return _worst(cells)
    columns = [label for label in labels if label in answers]
    table = Table("ground truth \\ answer", box=None, header_style="bold", pad_edge=False)
    for label in columns:
        table.add_column(cell(label), justify="right")
    for truth, row in cells.items():
        table.add_row(cell(truth), *(numbers.count(row.get(answer, 0)) for answer in columns))
    return table


def _worst(cells: Mapping[str, Mapping[str, int]]) -> Table:
    table = Table("ground truth", "answer", box=None, header_style="bold", pad_edge=False)
    table.add_column("tasks", justify="right")
    for pair in confusions([{"": cells}])[:WORST]:
        table.add_row(cell(pair.truth), cell(pair.answer), numbers.count(pair.times))
    return table


def run_rows(finished: "RunResult") -> Iterator[tuple[str, str, str, str]]:
    """What a run took and left: name, number, interval (there is none), more about it."""
    summary = finished.summary
    for title, kinds in (("rejected", summary.rejections), ("failed", summary.failures)):
        yield title, numbers.count(sum(kinds.values())), "", ", ".join(f"{k} {n}" for k, n in kinds.items())
    if (quotes := summary.quotes) is not None:
        yield "quotes", numbers.count(quotes.total), "", quotes.sentence
    if (shares := summary.cascade) is not None:
        why = ", ".join(f"{reason} {number}" for reason, number in shares.reasons.items())
        yield "first model", numbers.count(shares.first), "", f"tasks; {numbers.usd(shares.first_usd)}"
        yield "second model", numbers.count(shares.second), "", f"tasks ({why}); {numbers.usd(shares.second_usd)}"
    tokens = f"{numbers.things(summary.prompt_tokens, 'token')} in, {numbers.count(summary.completion_tokens)} out"
    saved = f"; {numbers.usd(summary.saved_usd)} of it reused" if summary.reused and summary.saved_usd else ""
    why = "the provider counts no tokens" if summary.prompt_tokens is None else "price not known"
    unknown = f"; {why}" if summary.cost_usd is None else ""
    yield "cost", numbers.usd(summary.cost_usd), "", tokens + saved + unknown
    yield "requests", numbers.count(summary.requests), "", f"{numbers.things(summary.reused, 'answer')} reused"
    latency = f"latency p50 {numbers.seconds(summary.latency_p50)}, p95 {numbers.seconds(summary.latency_p95)}"
    yield "time", numbers.seconds(finished.seconds), "", latency
    if finished.pushed is not None:
        pushed = finished.pushed
        yield "pushed", numbers.count(pushed.created), "", others_pushed(pushed)


def others_pushed(pushed: "PushResult") -> str:
    """What became of the predictions that were there before."""
    rescored = f", {numbers.count(pushed.rescored)} rescored" if pushed.rescored else ""
    return f"{numbers.count(pushed.deleted)} replaced, {numbers.count(pushed.unchanged)} unchanged{rescored}"
