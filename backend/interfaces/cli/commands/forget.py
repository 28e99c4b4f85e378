"""The command forget: deletes what is stored about a project."""

from shlex import quote
from typing import TYPE_CHECKING

import click

from backend.interfaces.cli.render.console import confirm, notify, the_app, waiting_for, yes_option
from backend.interfaces.presentation import number_format as numbers

if TYPE_CHECKING:
    from backend.domain.held import Held


@click.command()
@click.argument("project", type=int)
@yes_option
def forget(project: int, yes: bool) -> None:
    """Delete what is stored about a project's tasks: answers, embeddings, runs, calibrations, files at the provider.

    The project's prompts stay, and so do predictions in Label Studio (`ls-prompts withdraw` deletes them) and answers
    that tasks of another project share. A later run pays for the deleted answers again.

    \b
    ls-prompts forget 12
    ls-prompts forget 12 --yes
    """
    app = the_app()
    held = app.held(project)
    if held.nothing:
        notify(f"Nothing is stored about project {project}.")
        return
    if not yes:
        confirm(f"Delete {_listed(held)} of project {project}? This can't be undone")
    with waiting_for("the deletion"):
        app.forget(project, notify)
    notify(f"Deleted {_listed(held)} of project {project}.")
    for name in held.quoting:
        notify(f"The prompt '{name}' has examples taken from tasks: `ls-prompts delete {quote(name)}` deletes it.")


def _listed(held: "Held") -> str:
    counts = {
        "answer": held.answers,
        "run": held.runs,
        "calibration": held.calibrations,
        "batch": held.batches,
    }
    parts = [_things(number, word) for word, number in counts.items() if number]
    if held.embeddings:
        parts.append(f"all {numbers.things(held.embeddings, 'embedding')} (embeddings are not stored by project)")
    return ", ".join(parts)


def _things(number: int, word: str) -> str:
    return f"{numbers.count(number)} batches" if word == "batch" and number != 1 else numbers.things(number, word)
