"""The options that ask for examples in a prompt."""

from typing import TYPE_CHECKING

import click

from backend.domain.dataset.split import parse_split
from backend.domain.prompts.examples import WAYS
from backend.errors import SubsetError
from backend.interfaces.cli.options.option_group import option_group
from backend.interfaces.cli.render.notices import in_commands

if TYPE_CHECKING:
    from backend.services.prompts.few_shot_selection import FewShotRequest

ALL = "all"
OPTIONS = (
    click.option(
        "--examples",
        "number",
        type=int,
        metavar="N",
        help="Show the model N ground truths (at most 50) before each task. Default: none.",
    ),
    click.option(
        "--select",
        type=click.Choice(WAYS),
        help="Which ground truths: those most similar to each task (default), or the same N for all tasks.",
    ),
    click.option(
        "--embed", metavar="MODEL", help="Compare texts by this model's embeddings instead of by their words."
    ),
    click.option(
        "--split",
        metavar="PART:SHARE",
        help=f"Part of the ground truths to take examples from, or {ALL}. Default: dev:0.5; evaluate on the rest.",
    ),
)


def _request(number: int | None, select: str | None, embed: str | None, split: str | None) -> "FewShotRequest | None":
    from backend.services.prompts.few_shot_selection import HALF, FewShotRequest

    if number is None:
        if (select, embed, split) != (None, None, None):
            raise click.UsageError("--select, --embed and --split need examples: give their number, like --examples 8.")
        return None
    try:
        part = HALF if split is None else None if split == ALL else parse_split(split)
    except SubsetError as error:
        raise click.UsageError(in_commands(error.notice)) from None
    return FewShotRequest(number, select or WAYS[0], embed, part)


example_options = option_group("examples", _request, OPTIONS)
"""Hands over `examples`: a FewShotRequest, None without --examples."""
