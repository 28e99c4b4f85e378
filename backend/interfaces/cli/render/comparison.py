"""How a comparison is shown to people."""

from collections.abc import Iterator
from shlex import quote
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table

from backend.domain.metrics.agreement import Agreement
from backend.domain.metrics.comparison import UNDECIDED, VersionPair
from backend.domain.prompts.differences import Difference
from backend.interfaces.cli.render.console import cell
from backend.interfaces.cli.render.notices import in_commands
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.caveats import comparison_caveats
from backend.interfaces.presentation.differences import difference_sentence

if TYPE_CHECKING:
    from backend.services.analysis.compare import ComparisonResult

LISTED = 10
"""More tasks are in the JSON."""


def _differences(compared: "ComparisonResult", pair: VersionPair) -> tuple[Difference, ...]:
    return compared.differences[pair.first, pair.second]


def print_comparison(compared: "ComparisonResult") -> None:
    console = Console()
    console.print(
        f"[bold]{numbers.things(compared.comparison.tasks, 'task')}[/bold] of {compared.subset}", highlight=False
    )
    console.print(_versions(compared))
    for pair in compared.comparison.pairs:
        if compared.truths:
            _print_pair(compared, pair, console)
    if len(compared.comparison.pairs) > 1 and compared.truths:
        p_value = numbers.p_value(compared.comparison.p_value)
        console.print(f"\nAll versions equally accurate (Cochran's Q): {p_value}", highlight=False)
    for line in [*_agreements(compared), *map(in_commands, comparison_caveats(compared))]:
        console.print(cell(line), soft_wrap=True)
    for line in _missing(compared):
        console.print(cell(line), soft_wrap=True)


def _versions(compared: "ComparisonResult") -> Table:
    table = Table(Column("version", overflow="fold"), box=None, header_style="bold", pad_edge=False)
    for name in ("accuracy", "95 % interval", "F1 macro", "asked", "cost", "p50", "p95"):
        table.add_column(name, justify="right")
    for tag in compared.versions:
        score, summary = compared.comparison.scores[tag], compared.summaries[tag]
        table.add_row(
            cell(tag),
            numbers.proportion(score.accuracy),
            numbers.interval(compared.comparison.accuracy_ci[tag]),
            numbers.proportion(score.f1_macro),
            f"{compared.comparison.outputs[tag]} of {compared.truths}"
            if compared.truths
            else numbers.count(summary.tasks),
            numbers.usd(summary.cost_usd),
            numbers.seconds(summary.latency_p50),
            numbers.seconds(summary.latency_p95),
        )
    return table


def _print_pair(compared: "ComparisonResult", pair: VersionPair, console: Console) -> None:
    console.print("")
    console.print(cell(sentence(pair, compared.comparison.tasks)), style="bold", soft_wrap=True)
    console.print(cell(difference_sentence(_differences(compared, pair))), soft_wrap=True)
    for title, tasks in (("fixed", pair.fixed), ("broken", pair.broken)):
        more = f", the first {LISTED}:" if len(tasks) > LISTED else ":" if tasks else ""
        console.print(f"{title} {numbers.count(len(tasks))}{more}", highlight=False)
        for task in tasks[:LISTED]:
            console.print(cell(f"  {task}  {compared.links[task]}"), soft_wrap=True)
    changed = {label: value for label, value in pair.f1_differences.items() if value}
    if changed:
        table = Table(Column("label", overflow="fold"), box=None, header_style="bold", pad_edge=False)
        table.add_column("F1", justify="right")
        for label, value in sorted(changed.items(), key=lambda item: -abs(item[1])):
            table.add_row(cell(label), numbers.signed(value))
        console.print(table)


def sentence(pair: VersionPair, tasks: int) -> str:
    """The verdict, in words."""
    on = numbers.things(tasks, "task")
    if pair.difference is None:
        return f"{pair.second} against {pair.first}: n/a"
    figures = f"{numbers.signed(pair.difference)}, 95 % interval {numbers.signed_interval(pair.difference_ci)}"
    figures = f"{figures}; {numbers.p_value(pair.p_value)}"
    if pair.verdict == UNDECIDED:
        return f"{pair.second} against {pair.first}: not decided by these {on} ({figures})"
    return f"{pair.second} is {pair.verdict} than {pair.first} on {on} ({figures})"


def _agreements(compared: "ComparisonResult") -> Iterator[str]:
    if compared.comparison.reason:
        yield compared.comparison.reason
    for (first, second), agreement in compared.agreements.items():
        yield f"{first} and {second}: {_agreed(agreement)}"
        yield difference_sentence(compared.differences[first, second])


def _agreed(agreement: Agreement) -> str:
    if agreement.agreed is None:
        return f"agreement n/a. {agreement.reason}"
    text = f"the same answer to {numbers.proportion(agreement.agreed)} of {numbers.things(agreement.tasks, 'task')}"
    text = f"{text} ({numbers.interval(agreement.agreed_ci)})"
    if agreement.kappa is None:
        return f"{text}; kappa n/a. {agreement.reason}"
    return f"{text}; Cohen's kappa {numbers.proportion(agreement.kappa)} ({numbers.interval(agreement.kappa_ci)})"


def _missing(compared: "ComparisonResult") -> Iterator[str]:
    for tag, outputs in compared.comparison.outputs.items():
        if compared.truths and outputs < compared.truths:
            left = numbers.things(compared.truths - outputs, "ground truth")
            yield f"{tag} has no answer to {left}: `ls-prompts evaluate {quote(tag)}` asks about them."
