"""The command that has new tasks predicted as they are imported."""

from typing import TYPE_CHECKING

import click

from backend.domain.keep_up import DAILY_USD, other_limit, spent_up, without_version
from backend.errors import NotThereError
from backend.interfaces.cli.commands.projects import backend_url_option
from backend.interfaces.cli.render.console import as_json, notify, print_json, printable, the_app, waiting_for
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.projects import keep_up_json

if TYPE_CHECKING:
    from backend.domain.keep_up import KeepUp, KeepUpState


@click.command(name="keep-up")
@click.argument("project", type=int)
@click.option("--on/--off", "turn_on", default=None, help="Turn it on or off. Default: show its state.")
@click.option(
    "--budget",
    type=float,
    metavar="USD",
    help=f"Most USD a day (UTC). Default: the last budget, or {DAILY_USD:g} the first time.",
)
@backend_url_option
@as_json
def keep_up(
    project: int, turn_on: bool | None, budget: float | None, backend_url: str | None, json_wanted: bool
) -> None:
    """Predict tasks as they are imported, by the version in use. The server does it while it runs.

    \b
    ls-prompts keep-up 12 --on --budget 2
    ls-prompts keep-up 12
    """
    app = the_app()
    with waiting_for("Label Studio to take the webhook"):
        if turn_on:
            app.start_keep_up(project, budget, backend_url, notify)
        elif turn_on is False and not app.stop_keep_up(project):
            notify(f"Keep-up of project {project} was off.")
        state = app.keep_up(project)
    if state is None:
        raise NotThereError(f"Keep-up of project {project} is off: `ls-prompts keep-up {project} --on` turns it on.")
    if json_wanted:
        print_json(keep_up_json(state))
    else:
        _notify(state)


def _notify(state: "KeepUpState") -> None:
    keep_up = state.keep_up
    turned, who = "on" if keep_up.on else "off", printable(keep_up.user_email or numbers.NOT_THERE)
    since = f"{keep_up.changed[:16].replace('T', ' ')} UTC"
    click.echo(f"Keep-up of project {keep_up.project}: {turned} since {since}, turned {turned} by {who}")
    if keep_up.on:
        spent = "n/a" if state.spent is None else f"{state.spent:.4f}"
        click.echo(f"{keep_up.tag}: {spent} of {keep_up.budget:g} USD spent today (UTC)")
        click.echo(f"{numbers.things(state.waiting, 'new task')} without a prediction")
    if keep_up.trouble:
        click.echo(printable(keep_up.trouble))
        if helps := _what_helps(keep_up):
            click.echo(helps)


def _what_helps(keep_up: "KeepUp") -> str:
    """The command against its trouble; "" if none helps."""
    if keep_up.trouble.startswith(without_version(keep_up.project)):
        return "`ls-prompts use VERSION` selects one."
    if keep_up.trouble == other_limit(keep_up):
        return ""
    turn_on = f"ls-prompts keep-up {keep_up.project} --on"
    if keep_up.trouble == spent_up(keep_up):
        return f"`{turn_on} --budget {2 * keep_up.budget:g}` goes on now."
    return f"`{turn_on}` tries again now."
