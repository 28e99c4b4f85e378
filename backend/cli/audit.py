"""The command that doubts the ground truth: suspect truths, confused labels, copies and annotators that disagree."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from backend.cli import numbers
from backend.cli.common import as_json, cell, print_json, tell, the_app
from backend.cli.remarks import left_out_remarks
from backend.cli.subset import truths_options

if TYPE_CHECKING:
    from backend.core.subsets import Subset
    from backend.flows.audit import Audit, Marked

KINDS = ("suspects", "confusions", "duplicates", "disagreements")
SHOWN = 20


@click.command()
@click.argument("project", type=int)
@click.option("--kind", type=click.Choice(KINDS), help="Only this kind of doubt; --json prints suspects unless told.")
@truths_options
@as_json
def audit(project: int, kind: str | None, subset: "Subset", json_wanted: bool) -> None:
    """Find ground truths that may be wrong, and labels whose definitions are not clear.

    \b
    ls-prompts audit 12
    ls-prompts audit 12 --kind confusions --json
    """
    found = the_app().audit(project, subset)
    _talk(found)
    if json_wanted:
        print_json(audit_json(found, kind or KINDS[0]))
        return
    for one in KINDS if kind is None else (kind,):
        _PRINTERS[one](found)


def audit_json(found: "Audit", kind: str) -> list[Any]:
    """Always a list, the most doubtful first. The names here are relied on by scripts."""
    if kind == "confusions":
        return [{**asdict(pair), "sentence": pair.sentence} for pair in found.confusions]
    return list(getattr(found, kind))


def _talk(found: "Audit") -> None:
    versions = f": {', '.join(found.versions)}" if found.versions else ""
    heard = f"{numbers.things(len(found.versions), 'version')} heard{versions}."
    tell(f"{numbers.things(found.truths, 'ground truth')}, {heard}")
    for remark in left_out_remarks(found.left_out):
        tell(remark)
    if found.stale:
        tell(f"Not heard, for they were saved with another labelling config: {', '.join(found.stale)}.")
    if not found.versions:
        tell("No version has an answer to a task with a ground truth: `ls-prompts evaluate` one first.")


def _suspects(found: "Audit") -> None:
    table = _table("Ground truths that may be wrong", "task", "truth", "suggested")
    for name in ("score", "versions"):
        table.add_column(name, justify="right")
    table.add_column("link", overflow="fold")
    for one in found.suspects[:SHOWN]:
        task = f"{one.task} (accepted)" if one.accepted else str(one.task)
        said = f"{len(one.versions)} of {len(found.versions)}"
        table.add_row(task, cell(one.truth), cell(one.suggested), numbers.proportion(one.score), said, one.link)
    _print(table, len(found.suspects))


def _confusions(found: "Audit") -> None:
    table = _table("Labels that are confused: sentences to finish, for the definitions", "times", "sentence")
    for one in found.confusions[:SHOWN]:
        table.add_row(numbers.count(one.times), cell(one.sentence))
    _print(table, len(found.confusions))


def _duplicates(found: "Audit") -> None:
    table = _table("Copies of a task with different truths", "task", "truth", "link")
    for group in found.duplicates[:SHOWN]:
        for one in group:
            table.add_row(*_cells(one), end_section=one is group[-1])
    _print(table, len(found.duplicates))


def _disagreements(found: "Audit") -> None:
    table = _table("Annotations of a task that disagree", "task", "answers", "link")
    for one in found.disagreements[:SHOWN]:
        table.add_row(*_cells(one))
    _print(table, len(found.disagreements))


def _cells(one: "Marked") -> tuple[Any, ...]:
    return str(one.task), cell(" / ".join(one.answers)), one.link


def _table(title: str, *columns: str) -> Table:
    return Table(*columns, title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)


def _print(table: Table, number: int) -> None:
    console = Console()
    if not number:
        console.print(f"{table.title}: none.\n", highlight=False)
        return
    console.print(table)
    console.print(f"{numbers.count(number - SHOWN)} more: --json.\n" if number > SHOWN else "", highlight=False)


_PRINTERS = {
    "suspects": _suspects,
    "confusions": _confusions,
    "duplicates": _duplicates,
    "disagreements": _disagreements,
}
COMMANDS = (audit,)
