"""Commands that write files: rows for spreadsheets and data frames."""

from pathlib import Path

import click

from backend.cli import numbers
from backend.cli.common import tell, the_app
from backend.cli.subset import truth_option

FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
STDOUT = Path("-")


@click.command()
@click.argument("version")
@click.option("--format", "kind", type=click.Choice(("csv", "jsonl", "parquet")), default="csv", show_default=True)
@click.option("--output", "-o", type=FILE, default=STDOUT, metavar="FILE", help="Without, to stdout.")
@truth_option
def export(version: str, kind: str, output: Path, truth: str) -> None:
    """Write every task of a version as a row: its fields, truth, answer, confidence, cost and link.

    \b
    ls-prompts export sentiment@1 > sentiment.csv
    ls-prompts export sentiment@1 --format parquet -o sentiment.parquet
    """
    if kind == "parquet" and output == STDOUT:
        raise click.UsageError("Parquet is not for a terminal: name a file with -o.")
    rows = the_app().export(version, kind, None if output == STDOUT else output, truth)
    tell(f"{numbers.things(rows, 'row')} written.")


COMMANDS = (export,)
