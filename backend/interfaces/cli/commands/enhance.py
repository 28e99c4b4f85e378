"""The command that looks for a better prompt, and how what it found is shown."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from backend.domain.metrics.comparison import BETTER
from backend.domain.optimize.proposals import changeable
from backend.domain.optimize.search import ROUNDS
from backend.interfaces.cli.options.prompt_names import version_argument
from backend.interfaces.cli.options.run_options import budget_option
from backend.interfaces.cli.render.comparison import sentence
from backend.interfaces.cli.render.console import as_json, cell, notify, print_json, printable, the_app
from backend.interfaces.cli.render.progress import RunProgress
from backend.interfaces.cli.render.prompt_version import print_diff
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
@click.option("--save-anyway", is_flag=True, help="Save the result even if it is not shown to be better.")
@as_json
def enhance(
    version: str, teacher: str | None, rounds: int, save_anyway: bool, json_wanted: bool, budget: float | None
) -> None:
    """Look for a better prompt: learn from one half of the ground truths, evaluate on the other half.

    \b
    ls-prompts enhance sentiment@1 --teacher gpt-4o --budget 2
    ls-prompts enhance sentiment@1 --rounds 4 --json
    """
    from backend.domain.optimize.search import SearchOptions
    from backend.services.optimize.session import OptimizerOptions

    app = the_app()
    base = app.version(version)
    options = OptimizerOptions(SearchOptions(teacher or base.reference, rounds), budget, save_anyway)
    with RunProgress(base.tag) as bar:
        result = app.enhance(base.tag, options, bar)
    print_json(optimization_json(result)) if json_wanted else print_enhanced(result)


def print_enhanced(result: "OptimizationResult") -> None:
    console = Console()
    if result.text is not None:
        title = result.saved.tag if result.saved else "rewrite"
        print_diff(changeable(result.base), result.text, (result.base.tag, title))
        click.echo(f"\nWhy: {printable(result.reasons)}\n")
    console.print(_tried(result.tried))
    if result.comparison is not None:
        console.print("")
        console.print(_judged(result.comparison))
    costs = f"model {numbers.usd(result.cost.model)}, teacher {numbers.usd(result.cost.teacher)}"
    console.print(f"\ncost: {costs}; of it paid now: {numbers.usd(result.cost.spent)}", highlight=False)
    notify(conclusion(result))
    if result.saved is not None:
        click.echo(result.saved.tag)


def _tried(tried: "Sequence[TriedRewrite]") -> Table:
    table = Table("rewrite", "right", "before", "tasks", "", box=None, header_style="bold", pad_edge=False)
    for number, rewrite in enumerate(tried, 1):
        cells = (
            [str(rewrite.right), str(rewrite.before), str(rewrite.tasks)] if rewrite.right is not None else ["", "", ""]
        )
        table.add_row(str(number), *cells, cell(rewrite.fate if rewrite.text else f"dropped: {rewrite.fate}"))
    return table


def _judged(comparison: "Comparison") -> Table:
    table = Table("ground truths it never saw", box=None, header_style="bold", pad_edge=False)
    for name in ("accuracy", "95 % interval"):
        table.add_column(name, justify="right")
    for tag, score in comparison.scores.items():
        interval = numbers.interval(comparison.accuracy_ci[tag])
        table.add_row(cell(tag), numbers.proportion(score.accuracy), interval)
    return table


def conclusion(result: "OptimizationResult") -> str:
    """What came of it, in words."""
    if result.text is None and result.halves is None:
        return f"Nothing was saved. The rewrite was dropped: {result.tried[0].fate}."
    if result.text is None:
        return "Nothing was saved: no rewrite was better on the ground truths it learned from."
    saved = f"Saved as {result.saved.tag}." if result.saved else "Not saved; --save-anyway saves it."
    if result.comparison is None:
        return f"It could not be checked, because the project has no ground truths. {saved}"
    verdict = sentence(result.comparison.pairs[0], result.comparison.tasks)
    return f"On ground truths it never saw, {verdict}. {_looked(result)}{saved}"


def _looked(result: "OptimizationResult") -> str:
    """What the verdict and the figures rest on."""
    if result.look is None or result.halves is None:
        return ""
    fresh = len(result.look.tasks) < len(result.halves.judge)
    on = f" (the {len(result.look.tasks)} fresh ones judge)" if fresh else ""
    level = f"only a one-sided p below {result.look.level:.2g} is better"
    counted = f"This was look {result.look.number} at them{on}, so {level}"
    if result.verdict == BETTER:
        return f"{counted}. They chose the rewrite, so its accuracy on other tasks is likely a little lower. "
    return f"{counted}; as many new ground truths as were seen begin a new count. "
