"""How a comparison is shown to people."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from backend.domain.metrics.agreement import Agreement
from backend.domain.metrics.comparison import UNDECIDED, VersionPair
from backend.domain.prompts.differences import Difference
from backend.interfaces.cli.render.console import cell
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.caveats import left_out_remarks
from backend.interfaces.presentation.differences import difference_sentence

if TYPE_CHECKING:
    from backend.services.analysis.compare import ComparisonResult

LISTED = 10
"""More tasks are in the JSON."""


def _differences(found: "ComparisonResult", pair: VersionPair) -> tuple[Difference, ...]:
    return found.differences[pair.first, pair.second]


def print_comparison(found: "ComparisonResult") -> None:
    console = Console()
    console.print(f"[bold]{numbers.things(found.comparison.tasks, 'task')}[/bold] of {found.subset}", highlight=False)
    console.print(_versions(found))
    for pair in found.comparison.pairs:
        if found.truths:
            _print_pair(found, pair, console)
    if len(found.comparison.pairs) > 1 and found.truths:
        p_value = numbers.p_value(found.comparison.p_value)
        console.print(f"\nAll versions equally accurate (Cochran's Q): {p_value}", highlight=False)
    for line in [*_agreements(found), *left_out_remarks(found.left_out)]:
        console.print(cell(line), soft_wrap=True)
    for line in _missing(found):
        console.print(cell(line), soft_wrap=True)


def _versions(found: "ComparisonResult") -> Table:
    table = Table("version", box=None, header_style="bold", pad_edge=False)
    for name in ("accuracy", "95 % interval", "F1 macro", "asked", "cost", "p50", "p95"):
        table.add_column(name, justify="right")
    for tag in found.versions:
        score, summary = found.comparison.scores[tag], found.summaries[tag]
        table.add_row(
            cell(tag),
            numbers.proportion(score.accuracy),
            numbers.interval(found.comparison.accuracy_ci[tag]),
            numbers.proportion(score.f1_macro),
            f"{found.comparison.outputs[tag]} of {found.truths}" if found.truths else numbers.count(summary.tasks),
            numbers.usd(summary.cost_usd),
            numbers.seconds(summary.latency_p50),
            numbers.seconds(summary.latency_p95),
        )
    return table


def _print_pair(found: "ComparisonResult", pair: VersionPair, console: Console) -> None:
    console.print("")
    console.print(cell(sentence(pair, found.comparison.tasks)), style="bold", soft_wrap=True)
    console.print(cell(difference_sentence(_differences(found, pair))), soft_wrap=True)
    for title, tasks in (("fixed", pair.fixed), ("broken", pair.broken)):
        more = f", the first {LISTED}:" if len(tasks) > LISTED else ":" if tasks else ""
        console.print(f"{title} {numbers.count(len(tasks))}{more}", highlight=False)
        for task in tasks[:LISTED]:
            console.print(f"  {task}  {found.links[task]}", highlight=False, soft_wrap=True)
    apart = {label: value for label, value in pair.f1_differences.items() if value}
    if apart:
        table = Table("label", box=None, header_style="bold", pad_edge=False)
        table.add_column("F1", justify="right")
        for label, value in sorted(apart.items(), key=lambda one: -abs(one[1])):
            table.add_row(cell(label), numbers.signed(value))
        console.print(table)


def sentence(pair: VersionPair, tasks: int) -> str:
    """The verdict, in words."""
    on = numbers.things(tasks, "task")
    if pair.difference is None:
        return f"{pair.second} against {pair.first}: n/a"
    told = f"{numbers.signed(pair.difference)}, 95 % interval {numbers.signed_interval(pair.difference_ci)}"
    told = f"{told}; {numbers.p_value(pair.p_value)}"
    if pair.verdict == UNDECIDED:
        return f"{pair.second} against {pair.first}: not decided by these {on} ({told})"
    return f"{pair.second} is {pair.verdict} than {pair.first} on {on} ({told})"


def _agreements(found: "ComparisonResult") -> Iterator[str]:
    if found.comparison.reason:
        yield found.comparison.reason
    for (first, second), one in found.agreements.items():
        yield f"{first} and {second}: {_agreed(one)}"
        yield difference_sentence(found.differences[first, second])


def _agreed(one: Agreement) -> str:
    if one.agreed is None:
        return f"agreement n/a. {one.reason}"
    said = f"the same answer to {numbers.proportion(one.agreed)} of {numbers.things(one.tasks, 'task')}"
    said = f"{said} ({numbers.interval(one.agreed_ci)})"
    if one.kappa is None:
        return f"{said}; kappa n/a. {one.reason}"
    return f"{said}; Cohen's kappa {numbers.proportion(one.kappa)} ({numbers.interval(one.kappa_ci)})"


def _missing(found: "ComparisonResult") -> Iterator[str]:
    for tag, outputs in found.comparison.outputs.items():
        if found.truths and outputs < found.truths:
            left = numbers.things(found.truths - outputs, "ground truth")
            yield f"{tag} has no answer to {left}: `ls-prompts evaluate {tag}` asks about them."
