"""The options that say which tasks a command takes."""

from dataclasses import dataclass, replace

import click

from backend.domain.dataset.ground_truth import KINDS as TRUTHS
from backend.domain.dataset.split import Split, parse_split
from backend.domain.dataset.subset import SAMPLE_SEED, SAMPLE_SIZE, Subset, parse_subset
from backend.errors import SubsetError
from backend.interfaces.cli.options.option_group import option_group
from backend.interfaces.cli.render.notices import in_commands


def split_of(_context: click.Context, _option: click.Parameter, text: str | None) -> Split | None:
    try:
        return None if text is None else parse_split(text)
    except SubsetError as error:
        raise click.BadParameter(in_commands(error.notice)) from None


truth_option = click.option(
    "--truth",
    type=click.Choice(TRUTHS),
    default="ground-truth",
    show_default=True,
    help="Annotations that count as ground truth: those with the star, or the latest submitted one of each task.",
)
TRUTH_OPTIONS = (
    truth_option,
    click.option(
        "--split",
        callback=split_of,
        metavar="PART:SHARE",
        help="Use a fixed part of the ground truths: dev:0.5 to tune on, test:0.5 held out.",
    ),
    click.option(
        "--accepted",
        is_flag=True,
        help="Also use ground truths made from this prompt's own predictions, although they favour it.",
    ),
    click.option(
        "--leave-one-out",
        is_flag=True,
        help="Also use ground truths that are examples of the prompt; each is evaluated with the other examples only.",
    ),
)
SAMPLE_OPTIONS = (
    click.option(
        "--sample-size",
        "size",
        type=int,
        metavar="N",
        help=f"Number of tasks in a sample. Default: {SAMPLE_SIZE}.",
    ),
    click.option(
        "--random",
        "seed",
        type=int,
        metavar="SEED",
        help=f"Seed of the sample: another number draws other tasks. Default: {SAMPLE_SEED}.",
    ),
    click.option("--first", is_flag=True, help="Take the first tasks instead of drawing the sample at random."),
    click.option(
        "--stratify",
        is_flag=True,
        help="Draw a sample that has every label, as ground truths and earlier predictions show them.",
    ),
)


def _seed(seed: int | None, first: bool) -> int | None:
    """Of a sample; None for the first tasks."""
    if first and seed is not None:
        raise click.UsageError("--random draws a sample and --first does not: leave one of them out.")
    return None if first else SAMPLE_SEED if seed is None else seed


@dataclass(frozen=True, slots=True)
class SampleOption:
    """How a sample is drawn.

    size: number of tasks
    seed: None for the first tasks
    stratify: whether it has every label
    options: those that say so
    """

    size: int
    seed: int | None
    stratify: bool
    options: tuple[str, ...]


def _sample(size: int | None, seed: int | None, first: bool, stratify: bool) -> SampleOption:
    values = {"--sample-size": size is not None, "--random": seed is not None, "--first": first, "--stratify": stratify}
    options = tuple(option for option, has_value in values.items() if has_value)
    return SampleOption(SAMPLE_SIZE if size is None else size, _seed(seed, first), stratify, options)


def _chosen(word: str | None, ids: str | None, sample: SampleOption) -> Subset:
    if word is None and ids is None:
        raise click.UsageError("Which tasks? Add --on with all, sample, missing, ground-truth, ids or view:ID.")
    if sample.options and word != "sample":
        raise click.UsageError(f"{sample.options[0]} works with --on sample only: add that, or leave it out.")
    try:
        subset = parse_subset(word or "ids", ids=ids, size=sample.size, seed=sample.seed)
    except SubsetError as error:
        raise click.UsageError(in_commands(error.notice)) from None
    return replace(subset, stratify=sample.stratify)


def _truths(truth: str, split: Split | None, accepted: bool, leave_one_out: bool) -> Subset:
    return Subset("ground-truth", truth=truth, split=split, accepted=accepted, leave_one_out=leave_one_out)


def _some_truths(truths: Subset, word: str, sample: SampleOption) -> Subset:
    if word == "ground-truth" and not sample.options:
        return truths
    drawn = _chosen(word, None, sample)
    return replace(truths, kind="truth-sample", size=drawn.size, seed=drawn.seed, stratify=drawn.stratify)


sample_options = option_group("sample", _sample, SAMPLE_OPTIONS)

subset_options = option_group(
    "subset",
    _chosen,
    (
        click.option(
            "--on",
            "word",
            metavar="SUBSET",
            help="Tasks to use: all, missing (without a prediction of this version), sample, ground-truth, "
            "ids (with --ids) or view:ID (a Data Manager tab).",
        ),
        click.option("--ids", metavar="IDS", help="Ids of tasks, like 3,7-12."),
        sample_options,
    ),
)
"""Hands over `subset`: any tasks."""

truths_options = option_group("subset", _truths, TRUTH_OPTIONS)
"""Hands over `subset`: the ground truths."""

some_truths_options = option_group(
    "subset",
    _some_truths,
    (
        option_group("truths", _truths, TRUTH_OPTIONS),
        click.option(
            "--on",
            "word",
            type=click.Choice(["ground-truth", "sample"]),
            default="ground-truth",
            show_default=True,
            help="Use all of these ground truths, or a sample of them.",
        ),
        sample_options,
    ),
)
"""Hands over `subset`: the ground truths or a sample of them."""
