"""The command audit: finds ground truths that may be wrong, confused labels, copies and annotators that disagree."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from backend.interfaces.cli.options.task_selection import truths_options
from backend.interfaces.cli.render.console import as_json, notify, print_json, printable, the_app, waiting_for
from backend.interfaces.cli.render.notices import in_commands
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.caveats import left_out_caveats
from backend.interfaces.presentation.json.trust import AUDIT_KINDS, audit_json
from backend.interfaces.presentation.truth_basis import basis_caveats

if TYPE_CHECKING:
    from backend.domain.dataset.subset import Subset
    from backend.services.analysis.audit import Audit, MarkedTask, SuspectTruth

MOST_LISTED = 20


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
    with waiting_for("the audit"):
        result = the_app().audit(project, subset)
    _talk(result, project)
    if json_wanted:
        print_json(audit_json(result, kind or AUDIT_KINDS[0]))
        return
    for name in AUDIT_KINDS if kind is None else (kind,):
        title, lines = PARTS[name]
        _print(title, lines(result))


def _talk(result: "Audit", project: int) -> None:
    versions = f": {', '.join(result.versions)}" if result.versions else ""
    compared = f"compared with the answers of {numbers.things(len(result.versions), 'version')}{versions}."
    notify(f"{numbers.things(result.truths, 'ground truth')}, {compared}")
    for caveat in (*basis_caveats(result.basis, project), *left_out_caveats(result.left_out)):
        notify(in_commands(caveat))
    if result.stale:
        notify(f"Not compared, because they were saved with another labelling config: {', '.join(result.stale)}.")
    if not result.versions:
        notify("No version has an answer to a task with a ground truth: run `ls-prompts evaluate VERSION` first.")


def _suspects(result: "Audit") -> list[str]:
    return [
        f"{numbers.proportion(suspect.score)}  {suspect.link}  "
        f"{_quoted(suspect.truth)} -> {_said_of(suspect, len(result.versions))}"
        + ("  (from a prediction)" if suspect.accepted else "")
        for suspect in result.suspects
    ]


def _said_of(suspect: "SuspectTruth", versions: int) -> str:
    if suspect.suggested is None:
        return "no other answer, but no version is sure of it"
    return f"{_quoted(suspect.suggested)}  {len(suspect.versions)} of {numbers.things(versions, 'version')}"


def _confusions(result: "Audit") -> list[str]:
    return [f"{numbers.count(pair.times):>5}  {pair.sentence}" for pair in result.confusions]


def _duplicates(result: "Audit") -> list[str]:
    return ["\n  ".join(map(_marked, group)) for group in result.duplicates]


def _disagreements(result: "Audit") -> list[str]:
    return list(map(_marked, result.disagreements))


def _marked(marked: "MarkedTask") -> str:
    return f"{marked.link}  {' / '.join(map(_quoted, marked.answers))}"


def _quoted(answer: str) -> str:
    return f'"{answer}"'


def _print(title: str, lines: list[str]) -> None:
    """Lines are not wrapped, so that links stay whole."""
    click.secho(f"{title}: {numbers.count(len(lines)) if lines else 'none'}", bold=True)
    for line in lines[:MOST_LISTED]:
        click.echo(f"  {printable(line)}")
    if len(lines) > MOST_LISTED:
        click.echo(f"  {numbers.count(len(lines) - MOST_LISTED)} more: --json")
    click.echo()


PARTS: dict[str, tuple[str, Callable[["Audit"], list[str]]]] = {
    "suspects": ("Ground truths that may be wrong, most probable first", _suspects),
    "confusions": ("Labels that are confused, each with a sentence to complete for the definitions", _confusions),
    "duplicates": ("Copies of a task with different ground truths", _duplicates),
    "disagreements": ("Tasks whose annotations differ", _disagreements),
}
