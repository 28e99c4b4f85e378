"""The command that looks for a better prompt, and how what it found is shown."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from backend.domain.optimize.proposals import changeable
from backend.domain.optimize.search import ROUNDS
from backend.interfaces.cli.commands.prompts import print_diff
from backend.interfaces.cli.options.prompt_names import version_argument
from backend.interfaces.cli.options.run_options import budget_option
from backend.interfaces.cli.render.comparison import sentence
from backend.interfaces.cli.render.console import as_json, cell, notify, print_json, printable, the_app
from backend.interfaces.cli.render.progress import RunProgress
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.optimization import optimization_json

if TYPE_CHECKING:
    from backend.domain.metrics.comparison import Comparison
    from backend.services.optimize.feedback import TriedRewrite
    from backend.services.optimize.session import OptimizationResult


@click.command()
@version_argument
@click.option("--teacher", metavar="MODEL", help="Model that rewrites the prompt. Default: the one the prompt is for.")
@budget_option
@click.option(
    "--rounds", type=click.IntRange(1, 100), default=ROUNDS, show_default=True, help="Most rewrites to ask for."
)
@click.option("--save-anyway", is_flag=True, help="Save what was found even if it is not shown to be better.")
@as_json
def enhance(
    version: str, teacher: str | None, rounds: int, save_anyway: bool, json_wanted: bool, budget: float | None
) -> None:
    """Look for a better prompt; one half of the ground truths teaches, the other judges.

    \b
    ls-prompts enhance sentiment@1 --teacher gpt-4o --budget 2
    ls-prompts enhance sentiment@1 --rounds 4 --json
    """
    from backend.domain.optimize.search import SearchOptions
    from backend.services.optimize.session import OptimizerOptions

    app = the_app()
    base = app.version(version)
    wish = OptimizerOptions(SearchOptions(teacher or base.model, rounds), budget, save_anyway)
    with RunProgress(base.tag) as bar:
        found = app.enhance(base.tag, wish, bar)
    print_json(optimization_json(found)) if json_wanted else print_enhanced(found)


def print_enhanced(found: "OptimizationResult") -> None:
    console = Console()
    if found.text is not None:
        title = found.saved.tag if found.saved else "rewrite"
        print_diff(changeable(found.base), found.text, (found.base.tag, title))
        click.echo(f"\nWhy: {printable(found.reasons)}\n")
    console.print(_tried(found.tried))
    if found.comparison is not None:
        console.print("")
        console.print(_judged(found.comparison))
    costs = f"model {numbers.usd(found.cost.model)}, teacher {numbers.usd(found.cost.teacher)}"
    console.print(f"\ncost: {costs}; of it paid now: {numbers.usd(found.cost.spent)}", highlight=False)
    notify(conclusion(found))
    if found.saved is not None:
        click.echo(found.saved.tag)


def _tried(tried: "Sequence[TriedRewrite]") -> Table:
    table = Table("rewrite", "right", "before", "tasks", "", box=None, header_style="bold", pad_edge=False)
    for number, one in enumerate(tried, 1):
        shown = [str(one.right), str(one.before), str(one.tasks)] if one.right is not None else ["", "", ""]
        table.add_row(str(number), *shown, cell(one.fate if one.text else f"dropped: {one.fate}"))
    return table


def _judged(comparison: "Comparison") -> Table:
    table = Table("ground truths it never saw", box=None, header_style="bold", pad_edge=False)
    for name in ("accuracy", "95 % interval"):
        table.add_column(name, justify="right")
    for tag, score in comparison.scores.items():
        interval = numbers.interval(comparison.accuracy_ci[tag])
        table.add_row(cell(tag), numbers.proportion(score.accuracy), interval)
    return table


def conclusion(found: "OptimizationResult") -> str:
    """What came of it, in words."""
    if found.text is None and found.halves is None:
        return f"Nothing was saved: the rewrite was dropped, for {found.tried[0].fate}."
    if found.text is None:
        return "Nothing was saved: no rewrite was better on the ground truths to learn from."
    saved = f"Saved as {found.saved.tag}." if found.saved else "Not saved; with --save-anyway it is."
    if found.comparison is None:
        return f"It could not be checked, for the project has no ground truths. {saved}"
    verdict = sentence(found.comparison.pairs[0], found.comparison.tasks)
    return f"On ground truths it never saw, {verdict}. {saved}"
