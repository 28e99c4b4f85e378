"""The command that doubts the ground truth: suspect truths, confused labels, copies and annotators that disagree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from backend.interfaces.cli.options.task_selection import truths_options
from backend.interfaces.cli.render.console import as_json, notify, print_json, printable, the_app
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.caveats import left_out_remarks
from backend.interfaces.presentation.json.trust import AUDIT_KINDS, audit_json

if TYPE_CHECKING:
    from backend.domain.dataset.subset import Subset
    from backend.services.analysis.audit import Audit, MarkedTask

SHOWN = 20


@click.command()
@click.argument("project", type=int)
@click.option(
    "--kind", type=click.Choice(AUDIT_KINDS), help="Only this kind of problem. With --json, the default is suspects."
)
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
        print_json(audit_json(found, kind or AUDIT_KINDS[0]))
        return
    for one in AUDIT_KINDS if kind is None else (kind,):
        title, lines = PARTS[one]
        _print(title, lines(found))


def _talk(found: "Audit") -> None:
    versions = f": {', '.join(found.versions)}" if found.versions else ""
    heard = f"{numbers.things(len(found.versions), 'version')} heard{versions}."
    notify(f"{numbers.things(found.truths, 'ground truth')}, {heard}")
    for remark in left_out_remarks(found.left_out):
        notify(remark)
    if found.stale:
        notify(f"Not heard, for they were saved with another labelling config: {', '.join(found.stale)}.")
    if not found.versions:
        notify("No version has an answer to a task with a ground truth: `ls-prompts evaluate` one first.")


def _suspects(found: "Audit") -> list[str]:
    return [
        f"{numbers.proportion(one.score)}  {one.link}  {_quoted(one.truth)} -> {_quoted(one.suggested)}  "
        f"{len(one.versions)} of {numbers.things(len(found.versions), 'version')}"
        + ("  (from a prediction)" if one.accepted else "")
        for one in found.suspects
    ]


def _confusions(found: "Audit") -> list[str]:
    return [f"{numbers.count(one.times):>5}  {one.sentence}" for one in found.confusions]


def _duplicates(found: "Audit") -> list[str]:
    return ["\n  ".join(map(_marked, group)) for group in found.duplicates]


def _disagreements(found: "Audit") -> list[str]:
    return list(map(_marked, found.disagreements))


def _marked(one: "MarkedTask") -> str:
    return f"{one.link}  {' / '.join(map(_quoted, one.answers))}"


def _quoted(answer: str) -> str:
    return f'"{answer}"'


def _print(title: str, lines: list[str]) -> None:
    """Lines are not wrapped, so that links stay whole."""
    click.secho(f"{title}: {numbers.count(len(lines)) if lines else 'none'}", bold=True)
    for line in lines[:SHOWN]:
        click.echo(f"  {printable(line)}")
    if len(lines) > SHOWN:
        click.echo(f"  {numbers.count(len(lines) - SHOWN)} more: --json")
    click.echo()


PARTS: dict[str, tuple[str, Callable[["Audit"], list[str]]]] = {
    "suspects": ("Ground truths that may be wrong, by how probably", _suspects),
    "confusions": ("Labels that are confused, with sentences to finish for the definitions", _confusions),
    "duplicates": ("Copies of a task with different truths", _duplicates),
    "disagreements": ("Tasks whose annotations differ", _disagreements),
}
