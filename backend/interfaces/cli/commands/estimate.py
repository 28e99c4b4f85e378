"""The command estimate: tokens and cost of a run before it is started."""

from typing import TYPE_CHECKING

import click

from backend.domain.dataset.subset import Subset
from backend.interfaces.cli.options.prompt_names import version_argument
from backend.interfaces.cli.options.task_selection import subset_options
from backend.interfaces.cli.render.console import as_json, print_json, the_app, waiting_for
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.runs import estimate_json

if TYPE_CHECKING:
    from backend.domain.runs.cost_estimate import Estimate, SecondShare


@click.command()
@version_argument
@subset_options
@click.option(
    "--probe",
    type=int,
    default=0,
    show_default=True,
    metavar="N",
    help="Ask the model about N tasks first, for a better estimate; their answers are kept.",
)
@as_json
def estimate(version: str, subset: Subset, probe: int, json_wanted: bool) -> None:
    """Estimate tokens and cost of a run. The model is asked only with --probe.

    \b
    ls-prompts estimate sentiment@1 --on all
    ls-prompts estimate sentiment@1 --on all --probe 20 --json
    """
    with waiting_for("the estimate"):
        result = the_app().estimate(version, subset, probe)
    print_json(estimate_json(result)) if json_wanted else _print(result)


def _print(result: "Estimate") -> None:
    click.echo(f"tasks     {numbers.count(result.tasks)}, {numbers.count(result.reused)} of them answered already")
    for title, tokens in (("in", result.prompt_tokens), ("out", result.completion_tokens)):
        click.echo(f"{title:<9} {_range(tokens)}")
    if result.example_tokens[1]:
        low, high = result.example_tokens
        click.echo(f"examples  {numbers.count(low)} to {numbers.count(high)} of the tokens in")
    if result.second is not None:
        click.echo(f"second    {_second(result.second)}")
    click.echo(f"cost      {_cost(result)}")
    click.echo(f"counted   {result.tokenizer}")


def _second(share: "SecondShare") -> str:
    if not share.answers:
        return "unknown (0 to 100 %): the first model has not been asked yet"
    ends = numbers.percent_interval((share.low, share.high))
    return f"{ends} of the tasks to the second model, by {numbers.things(share.answers, 'stored answer')} of the first"


def _range(tokens: tuple[int, int] | None) -> str:
    if tokens is None:
        return numbers.count(None)
    return f"{numbers.count(tokens[0])} to {numbers.count(tokens[1])} tokens"


def _cost(result: "Estimate") -> str:
    if result.prompt_tokens is None:
        return f"{numbers.usd(None)}: the tokens of its files are unknown, ask about some tasks first with --probe 20"
    if result.cost_usd is None:
        return f"{numbers.usd(None)}: the model's price is not known, set PRICE_IN and PRICE_OUT"
    return f"{numbers.usd(result.cost_usd[0])} to {numbers.usd(result.cost_usd[1])}"
