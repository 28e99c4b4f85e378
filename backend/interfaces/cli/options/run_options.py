"""The options that say what becomes of a run's predictions, and what it may cost."""

from typing import TYPE_CHECKING

import click

from backend.interfaces.cli.options.option_group import option_group

if TYPE_CHECKING:
    from backend.services.runs.options import RunOptions


def _run_options(no_push: bool, keep: bool, budget: float | None) -> "RunOptions":
    from backend.services.runs.options import RunOptions  # `--help` need not wait for it

    return RunOptions(push=not no_push, keep=keep, budget=budget)


budget_option = click.option(
    "--budget",
    type=float,
    metavar="USD",
    help="Most USD that the run may cost; answers are then limited to 4,096 tokens. Default: no limit.",
)
processes_option = click.option(
    "--processes",
    type=click.IntRange(min=1, max=64),
    default=1,
    metavar="N",
    help="Divide the run among N processes of this machine; together they keep CONCURRENCY and all limits.",
)
run_options = option_group(
    "options",
    _run_options,
    (
        click.option("--no-push", is_flag=True, help="Do not push predictions to Label Studio."),
        click.option("--keep", is_flag=True, help="Keep the predictions of other versions beside the new ones."),
        budget_option,
    ),
)
"""Hands over `options`."""
