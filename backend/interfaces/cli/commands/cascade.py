"""The command cascade: which threshold lets a cheap model answer for an expensive one, and what that costs."""

from collections.abc import Iterator
from shlex import quote
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Column, Table

from backend.interfaces.cli.options.cascade import differs_option
from backend.interfaces.cli.options.prompt_names import complete_versions
from backend.interfaces.cli.options.task_selection import truths_options
from backend.interfaces.cli.render.console import as_json, cell, notify, print_json, the_app, waiting_for
from backend.interfaces.cli.render.notices import in_commands
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.caveats import left_out_caveats
from backend.interfaces.presentation.json.cascade import cascade_json
from backend.interfaces.presentation.truth_basis import basis_caveats

if TYPE_CHECKING:
    from backend.domain.calibration.cascade_tradeoff import CascadePoint
    from backend.domain.dataset.subset import Subset
    from backend.services.analysis.cascades import CascadeResult


@click.command()
@click.argument("first", shell_complete=complete_versions)
@click.argument("second", shell_complete=complete_versions)
@differs_option
@truths_options
@as_json
def cascade(first: str, second: str, differs: float, subset: "Subset", json_wanted: bool) -> None:
    """Find the confidence below which SECOND must be asked. FIRST answers all other tasks.

    The model is not asked. The guarantee has a confidence of 95 % and needs no ground truths; with them, the accuracy
    stands beside the cost.

    \b
    ls-prompts cascade sentiment@1 sentiment@2 --differs 0.03
    ls-prompts cascade sentiment@1 sentiment@2 --json
    """
    with waiting_for("the cascade"):
        result = the_app().cascade(first, second, subset, differs)
    print_json(cascade_json(result)) if json_wanted else _print(result)
    for caveat in _caveats(result):
        notify(caveat)


def _print(result: "CascadeResult") -> None:
    tradeoff = result.tradeoff
    Console().print(_table(result))
    if tradeoff.chosen is None:
        click.echo(f"\nNo confidence of {result.first.tag} is a threshold. {tradeoff.reason}")
        return
    click.echo(
        f"\nBelow {tradeoff.chosen.below!r} {result.second.tag} is asked: at most "
        f"{numbers.percent(tradeoff.differs_high)} of all tasks differ from its answers."
    )


def _table(result: "CascadeResult") -> Table:
    tradeoff = result.tradeoff
    table = Table(Column("below", overflow="fold"), box=None, header_style="bold", pad_edge=False)
    for name in ("answered by the first", "differ", "accuracy", "95 % interval", "USD per 1,000 tasks"):
        table.add_column(name, justify="right")
    _row(table, f"{result.first.tag} alone", tradeoff.first)
    for point in tradeoff.points:
        _row(table, f"{point.below:.6g}", point, "bold" if point == tradeoff.chosen else None)
    _row(table, f"{result.second.tag} alone", tradeoff.second)
    return table


def _row(table: Table, name: str, point: "CascadePoint", style: str | None = None) -> None:
    usd = None if point.usd_per_task is None else 1000 * point.usd_per_task
    shares = (numbers.percent(point.kept_share), numbers.percent(point.differs_share))
    right = point.right
    judged = (numbers.proportion(right.accuracy), numbers.interval(right.interval))
    table.add_row(cell(name), *shares, *judged, numbers.usd(usd), style=style)


def _caveats(result: "CascadeResult") -> Iterator[str]:
    tradeoff = result.tradeoff
    yield from map(in_commands, basis_caveats(result.basis, result.first.project))
    yield from map(in_commands, left_out_caveats(result.left_out))
    if result.reason:
        yield f"How often they are right is not known. {result.reason}"
    if tradeoff.tasks < result.project_tasks:
        yield (
            f"These figures are of {numbers.things(tradeoff.tasks, 'task')} that both answered, of "
            f"{result.project_tasks:,}. The guarantee holds for the others if these were drawn at random, as "
            "`run --on sample` does."
        )
    if tradeoff.chosen is not None:
        yield f"{tradeoff.method}. {result.second.tag} is not a ground truth."
        if result.is_one_prompt:
            models = f"--model {result.first.reference} --then {result.second.reference}"
            tag, name = quote(result.first.tag), quote(result.first.name)
            file = quote(f"{result.first.name}.cascade.md")
            command = (
                f"ls-prompts show {tag} --plain > {file}; "
                f"ls-prompts save {name} --file {file} {models} --below {tradeoff.chosen.below!r}"
            )
            yield f"To use it, save the prompt with both models: `{command}`."
