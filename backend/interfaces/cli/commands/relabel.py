"""The command for labels that were renamed in a labelling config."""

import click

from backend.interfaces.cli.render.console import as_json, notify, print_json, printable, the_app
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.prompts import relabelled_json, renames_json, unrelabelled_json


@click.command()
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option("--project", type=int, metavar="ID", help="Default: the only one that there are prompts for.")
@click.option("--control", metavar="NAME", help="Needed where several controls have a label NEW.")
@click.option("--undo", is_flag=True, help="Read OLD as OLD again.")
@as_json
def relabel(
    old: str | None, new: str | None, project: int | None, control: str | None, undo: bool, json_wanted: bool
) -> None:
    """Read a label that was renamed in the labelling config under its new name; without labels, list those that are.

    Rename it in Label Studio first. Annotations and stored answers stay as they are, and nothing is paid again:
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

    found = the_app().relabel(Renaming(old, new, control), project)
    if json_wanted:
        print_json(relabelled_json(found))
        return
    annotations = numbers.things(found.annotations, "annotation")
    versions = f" and the stored answers of {', '.join(found.versions)}" if found.versions else ""
    notify(
        f"'{found.former}' is read as '{found.label}' in project {found.project}, control '{found.control}': "
        f"{annotations}{versions}."
    )
    if found.versions:
        notify(f"Next: `ls-prompts push {found.versions[-1]}` if its predictions should have the new name.")


def _undo(old: str, new: str, project: int | None, control: str | None, json_wanted: bool) -> None:
    from backend.services.dataset.label_configs import Renaming

    the_app().unrelabel(Renaming(old, new, control), project)
    if json_wanted:
        print_json(unrelabelled_json(old))
    else:
        notify(f"'{old}' is read as '{old}' again.")


def _list(project: int | None, json_wanted: bool) -> None:
    found = the_app().relabelled(project)
    if json_wanted:
        print_json(renames_json(found))
        return
    for control, links in found.items():
        for former, label in links.items():
            click.echo(printable(f"{control}: {former} → {label}"))
    if not found:
        notify("No label is read under another name.")
