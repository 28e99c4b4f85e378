"""The options that say what becomes of a run's predictions, what it may cost, and who works on it."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Execution:
    """Who works on a run.

    background: a worker, or a process of its own, instead of this process
    batch: the provider's batch endpoint
    processes: how many of this machine share the work
    """

    background: bool
    batch: bool
    processes: int

    def check(self, budget: float | None) -> None:
        """Raises UsageError for options that exclude each other.

        budget: of the run, in USD
        """
        if self.batch and budget is not None:
            raise click.UsageError("A batch can't keep a budget: leave out --batch or --budget.")
        if self.batch and self.processes > 1:
            raise click.UsageError(
                "The provider works on a batch, and processes here do not: leave out --batch or --processes."
            )


execution_options = option_group(
    "execution",
    Execution,
    (
        click.option(
            "--background",
            is_flag=True,
            help="Print the run's id and return; a worker or a process of its own does the work.",
        ),
        click.option(
            "--batch", is_flag=True, help="Use the provider's batch endpoint: half the price, within 24 hours."
        ),
        processes_option,
    ),
)
"""Hands over `execution`: an Execution."""
