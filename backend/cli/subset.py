"""The options that say which tasks a command takes."""

import functools
from collections.abc import Callable
from typing import Any

import click

from backend.core.splits import Split, parse_split
from backend.core.subsets import SAMPLE_SIZE, Subset, parse_subset
from backend.core.truths import KINDS as TRUTHS
from backend.errors import SubsetError


def _split(_context: click.Context, _option: click.Parameter, text: str | None) -> Split | None:
    try:
        return None if text is None else parse_split(text)
    except SubsetError as error:
        raise click.BadParameter(str(error)) from None


truth_option = click.option(
    "--truth",
    type=click.Choice(TRUTHS),
    default="ground-truth",
    show_default=True,
    help="Annotations taken as truth: those marked ground truth, or the latest submitted of each task.",
)
split_option = click.option(
    "--split",
    callback=_split,
    metavar="PART:SHARE",
    help="Only a part of the ground truths, always the same: dev:0.5 to tune on, test:0.5 held out.",
)
OPTIONS = (
    click.option("--on", "word", metavar="SUBSET", help="ground-truth, sample, all, missing, ids or view:ID."),
    click.option("--ids", metavar="IDS", help="Tasks for --on ids, like 3,7-12."),
    click.option("--sample-size", type=int, default=SAMPLE_SIZE, show_default=True),
    click.option(
        "--random", "seed", type=int, metavar="SEED", help="Draw the sample instead of taking the first tasks."
    ),
)


def subset_options(command: Callable[..., None]) -> Callable[..., None]:
    """Gives `command` the options, and them to it as one `subset`. Wrong ones are a mistake in usage."""

    @functools.wraps(command)
    def with_subset(*, word: str | None, ids: str | None, sample_size: int, seed: int | None, **others: Any) -> None:
        command(subset=_chosen(word, ids, sample_size, seed), **others)

    for option in reversed(OPTIONS):
        option(with_subset)
    return with_subset


def _chosen(word: str | None, ids: str | None, size: int, seed: int | None) -> Subset:
    if word is None and ids is None:
        raise click.UsageError("Which tasks? Add --on all, sample, missing, ground-truth, ids or view:ID.")
    try:
        return parse_subset(word or "ids", ids=ids, size=size, seed=seed)
    except SubsetError as error:
        raise click.UsageError(str(error)) from None
