"""The options that say what becomes of a run's predictions, and what it may cost."""

import functools
from collections.abc import Callable
from typing import Any

import click

budget_option = click.option(
    "--budget", type=float, metavar="USD", help="Stop before it costs more. Answers are then cut at 4,096 tokens."
)
OPTIONS = (
    click.option("--no-push", is_flag=True, help="Leave Label Studio's predictions alone."),
    click.option("--keep", is_flag=True, help="Keep older versions' predictions beside the new ones."),
    budget_option,
)


def ending_options(command: Callable[..., None]) -> Callable[..., None]:
    """Gives `command` the options, and them to it as one `ending`."""

    @functools.wraps(command)
    def with_ending(*, no_push: bool, keep: bool, budget: float | None, **others: Any) -> None:
        from backend.flows.runs import Ending  # `--help` need not wait for it

        command(ending=Ending(push=not no_push, keep=keep, budget=budget), **others)

    for option in reversed(OPTIONS):
        option(with_ending)
    return with_ending
