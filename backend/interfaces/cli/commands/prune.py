"""The command prune: deletes old runs and answers that nobody needs."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from backend.interfaces.cli.render.console import confirm, notify, the_app, waiting_for, yes_option
from backend.interfaces.presentation import number_format as numbers

if TYPE_CHECKING:
    from backend.domain.runs.pruning import Prunable

DAYS = 90
MOST_DAYS = 36_500


@click.command()
@click.argument("tags", nargs=-1, metavar="[TAG]...")
@click.option("--project", type=int, help="Only runs of this project.")
@click.option(
    "--older-than",
    type=click.IntRange(1, MOST_DAYS),
    default=DAYS,
    show_default=True,
    metavar="DAYS",
    help="Only runs that began more than DAYS days ago.",
)
@yes_option
def prune(tags: tuple[str, ...], project: int | None, older_than: int, yes: bool) -> None:
    """Delete old runs and their answers to free disk space. It first says how much that is, and asks.

    Versions, predictions in Label Studio and runs of versions that annotators get stay, and so do answers that a later
    run needs too. Without TAG and --project, answers of deleted versions go as well. A later run pays for the deleted
    answers again. On SQLite it needs as much free space as the database takes, for a while.

    \b
    ls-prompts prune --older-than 30
    ls-prompts prune sentiment@1 sentiment@2 --older-than 1 --yes
    """
    from backend.domain.runs.pruning import PruneChoice

    before = datetime.now(UTC) - timedelta(days=older_than)
    choice = PruneChoice(before.isoformat(timespec="microseconds"), project, tags)
    app = the_app()
    for tag in tags:
        app.version(tag)
    prunable = app.prunable(choice)
    if not prunable.runs and not prunable.answers:
        notify(f"Nothing to delete: no ended run began more than {numbers.things(older_than, 'day')} ago.")
        return
    if not yes:
        confirm(f"Delete {_listed(prunable)}? This can't be undone")
    with waiting_for("the deletion"):
        app.prune(choice)
    notify(f"Deleted {_listed(prunable)}.")


def _listed(prunable: "Prunable") -> str:
    size = f"about {numbers.count(round(prunable.size / 1e6))} MB"
    return f"{numbers.things(prunable.runs, 'run')} and {numbers.things(prunable.answers, 'answer')} ({size})"
