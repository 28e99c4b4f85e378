"""Commands that write files: a page for people, rows for spreadsheets and data frames."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backend.interfaces.cli.options.prompt_names import complete_versions, version_argument
from backend.interfaces.cli.options.task_selection import split_of, truth_option, truths_options
from backend.interfaces.cli.render.console import notify, the_app, waiting_for
from backend.interfaces.presentation import number_format as numbers

if TYPE_CHECKING:
    from backend.domain.dataset.split import Split
    from backend.domain.dataset.subset import Subset

CHAT = "chat"
_TARGETS = {"parquet": "file", CHAT: "folder"}


def _file(_context: click.Context, _option: click.Parameter, path: Path | None) -> Path | None:
    return None if path == Path("-") else path


output_option = click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    callback=_file,
    metavar="FILE",
    help="File to write. Default, or with -: standard output.",
)
target_option = click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, allow_dash=True),
    callback=_file,
    metavar="FILE",
    help="File to write, with chat a folder. Default, or with -: standard output.",
)


@click.command()
@version_argument
@click.option(
    "--vs",
    "against",
    metavar="VERSION",
    shell_complete=complete_versions,
    help="Compare with this version: which tasks were fixed and which were broken.",
)
@output_option
@truths_options
def report(version: str, against: str | None, output: Path | None, subset: "Subset") -> None:
    """Write a page about a version: scores, curves, history and every evaluated task. It opens offline.

    \b
    ls-prompts report sentiment@2 -o report.html
    ls-prompts report sentiment@2 --vs sentiment@1 -o report.html
    """
    from backend.adapters.files.atomic_output import output as writing
    from backend.interfaces.presentation.report_page import page

    with waiting_for("the report"):
        result = the_app().report(version, against, subset)
        html = page(result, subset, datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"))
    with writing(output) as file:
        file.write(html)
    notify(f"A report on {numbers.things(len(result.tasks), 'task')} was written.")


@click.command()
@version_argument
@click.option(
    "--format",
    "kind",
    type=click.Choice(("csv", "jsonl", "parquet", CHAT)),
    default="csv",
    show_default=True,
    help="chat: ground truths as chat JSON lines for fine-tuning.",
)
@target_option
@truth_option
@click.option(
    "--split", callback=split_of, metavar="PART:SHARE", help="With chat: the part to train on. Default: dev:0.5."
)
@click.option("--licence", default="", metavar="TEXT", help="With chat: licence of the data, for the notes beside it.")
def export(version: str, kind: str, output: Path | None, truth: str, split: "Split | None", licence: str) -> None:
    """Write a row for every task of a version: fields, ground truth, answer, confidence, cost and link.

    With --format chat, write a folder with the ground truths for fine-tuning, to train on and to test.

    \b
    ls-prompts export sentiment@1 > sentiment.csv
    ls-prompts export sentiment@1 --format parquet -o sentiment.parquet
    ls-prompts export sentiment@1 --format chat -o training --split dev:0.8
    """
    if kind != CHAT and (split or licence):
        raise click.UsageError("--split and --licence belong to --format chat: leave them out.")
    if kind in ("parquet", CHAT) and output is None:
        raise click.UsageError(f"{kind.capitalize()} needs a {_TARGETS[kind]}: name one with -o.")
    if kind == CHAT and output is not None:
        _chat(version, output, truth, split, licence)
        return
    with waiting_for("the rows"):
        rows = the_app().export(version, kind, output, truth)
    notify(f"{numbers.things(rows, 'row')} written.")


def _chat(version: str, folder: Path, truth: str, split: "Split | None", licence: str) -> None:
    from backend.services.analysis.chat_export import HALF, ChatExportOptions

    with waiting_for("the ground truths"):
        exported = the_app().export_chat(version, ChatExportOptions(folder, split or HALF, truth, licence))
    for reason, count in exported.left_out.items():
        if count:
            notify(f"Left out: {numbers.things(count, 'task')} that {reason}.")
    lines = numbers.things(exported.train, "line")
    notify(f"{lines} to train on and {numbers.count(exported.test)} to test were written to {folder}.")
