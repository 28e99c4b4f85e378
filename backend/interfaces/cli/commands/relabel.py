"""The command for labels that were renamed in a labelling config."""

from shlex import quote

import click

from backend.interfaces.cli.render.console import as_json, notify, print_json, printable, the_app, waiting_for
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.prompts import relabelled_json, renames_json, unrelabelled_json


@click.command()
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option("--project", type=int, metavar="ID", help="Default: the only project that has prompts.")
@click.option("--control", metavar="NAME", help="Needed when several controls have a label NEW.")
@click.option("--undo", is_flag=True, help="Undo it: read OLD as OLD again.")
@as_json
def relabel(
    old: str | None, new: str | None, project: int | None, control: str | None, undo: bool, json_wanted: bool
) -> None:
    """Read a label under its new name after it was renamed in the labelling config. Without names, list renamed labels.

    Rename the label in Label Studio first. Annotations and stored answers stay as they are and cost nothing again:
    `compare`, `results` and `report` read OLD as NEW, and the next `push` replaces a version's predictions.

    \b
    ls-prompts relabel Refund Reimbursement
    ls-prompts relabel --project 12 --json
    """
    if (old is None) != (new is None) or (undo and old is None):
        raise click.UsageError('Give both names, like `ls-prompts relabel Refund "Money back"`.')
    if old is None or new is None:
        _list(project, json_wanted)
    elif undo:
        _undo(old, new, project, control, json_wanted)
    else:
        _relabel(old, new, project, control, json_wanted)


def _relabel(old: str, new: str, project: int | None, control: str | None, json_wanted: bool) -> None:
    from backend.services.dataset.label_configs import Renaming

    with waiting_for("Label Studio to list annotations"):
        relabelled = the_app().relabel(Renaming(old, new, control), project)
    if json_wanted:
        print_json(relabelled_json(relabelled))
        return
    annotations = numbers.things(relabelled.annotations, "annotation")
    versions = f" and the stored answers of {', '.join(relabelled.versions)}" if relabelled.versions else ""
    notify(
        f"'{relabelled.former}' is read as '{relabelled.label}' in project {relabelled.project}, "
        f"control '{relabelled.control}': "
        f"{annotations}{versions}."
    )
    if relabelled.versions:
        notify(f"Next: `ls-prompts push {quote(relabelled.versions[-1])}` if its predictions should have the new name.")


def _undo(old: str, new: str, project: int | None, control: str | None, json_wanted: bool) -> None:
    from backend.services.dataset.label_configs import Renaming

    the_app().unrelabel(Renaming(old, new, control), project)
    if json_wanted:
        print_json(unrelabelled_json(old))
    else:
        notify(f"'{old}' is read as '{old}' again.")


def _list(project: int | None, json_wanted: bool) -> None:
    renames = the_app().relabelled(project)
    if json_wanted:
        print_json(renames_json(renames))
        return
    for control, labels in renames.items():
        for former, label in labels.items():
            click.echo(printable(f"{control}: {former} → {label}"))
    if not renames:
        notify("No label is read under another name.")
