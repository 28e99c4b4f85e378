"""Commands that write files: a page for people, rows for spreadsheets and data frames."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backend.interfaces.cli.options.prompt_names import complete_versions, version_argument
from backend.interfaces.cli.options.task_selection import truth_option, truths_options
from backend.interfaces.cli.render.console import notify, the_app, waiting_for
from backend.interfaces.presentation import number_format as numbers

if TYPE_CHECKING:
    from backend.domain.dataset.subset import Subset


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
@click.option("--format", "kind", type=click.Choice(("csv", "jsonl", "parquet")), default="csv", show_default=True)
@output_option
@truth_option
def export(version: str, kind: str, output: Path | None, truth: str) -> None:
    """Write a row for every task of a version: fields, ground truth, answer, confidence, cost and link.

    \b
    ls-prompts export sentiment@1 > sentiment.csv
    ls-prompts export sentiment@1 --format parquet -o sentiment.parquet
    """
    if kind == "parquet" and output is None:
        raise click.UsageError("Parquet needs a file: name one with -o.")
    with waiting_for("the rows"):
        rows = the_app().export(version, kind, output, truth)
    notify(f"{numbers.things(rows, 'row')} written.")
