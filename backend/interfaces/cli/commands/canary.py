"""The command that finds out whether a model has changed behind its name."""

from typing import TYPE_CHECKING

import click

from backend.interfaces.cli.options.prompt_names import version_argument
from backend.interfaces.cli.options.quality_gate import BELOW
from backend.interfaces.cli.render.console import (
    as_json,
    confirm,
    notify,
    print_json,
    printable,
    the_app,
    waiting_for,
    yes_option,
)
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.canary import canary_sentences
from backend.interfaces.presentation.json.canary import canary_json

if TYPE_CHECKING:
    from backend.services.canary import CanaryPlan, CanaryResult


@click.command()
@version_argument
@click.option("--budget", type=float, metavar="USD", help="Ask nothing if it might cost more than this.")
@yes_option
@as_json
def canary(version: str, budget: float | None, yes: bool, json_wanted: bool) -> None:
    """Ask 50 stored requests of a version again, and say whether the model has changed. If so, exit with 3.

    It says the price and asks before it begins. The stored answers stay as they are.

    \b
    ls-prompts canary sentiment@2
    ls-prompts canary sentiment@2 --budget 0.5 --yes --json
    """
    app = the_app()
    with waiting_for("the stored requests"):
        plan = app.canary_plan(version, budget)
    notify(_price(version, plan))
    if not yes:
        confirm("Ask now?")
    with waiting_for("the answers"):
        result = app.canary(plan)
    if json_wanted:
        print_json(canary_json(result))
    else:
        click.echo(printable("\n".join(canary_sentences(version, result.canary))))
    for sentence in _caveats(result):
        notify(sentence)
    if result.canary.model_changed:
        raise click.exceptions.Exit(BELOW)


def _price(version: str, plan: "CanaryPlan") -> str:
    requests = numbers.things(len(plan.requests), "stored request")
    price = "a price that is not known" if plan.usd is None else f"about {numbers.usd(plan.usd)}"
    return f"Asking {requests} of {version} again costs {price}; twice that if many answers differ."


def _caveats(result: "CanaryResult") -> list[str]:
    caveats = []
    if result.unanswered:
        caveats.append(f"Not counted, because they have no answer now: {numbers.things(result.unanswered, 'request')}.")
    if result.models_then != result.models_now:
        before, now = (", ".join(names) for names in (result.models_then, result.models_now))
        caveats.append(f"The server called the model {before} then, and calls it {now} now.")
    return caveats
