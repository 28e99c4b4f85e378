"""Commands about prompt versions."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from backend.domain.prompts.prompt_file import write_prompt_file
from backend.domain.whole_number import whole_number
from backend.interfaces.cli.options.prompt_names import (
    complete_both,
    complete_names,
    complete_versions,
    version_argument,
)
from backend.interfaces.cli.render.console import (
    as_json,
    cell,
    confirm,
    notify,
    print_json,
    printable,
    the_app,
    the_database,
    waiting_for,
    yes_option,
)
from backend.interfaces.cli.render.notices import in_commands
from backend.interfaces.cli.render.prompt_version import print_actions, print_definitions, print_diff, print_examples
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.prompts import version_json

if TYPE_CHECKING:
    from backend.domain.action import Action
    from backend.domain.prompts.version import PromptVersion
    from backend.domain.public_id import PublicId


@click.command("list")
@click.argument("name", required=False, shell_complete=complete_names)
@as_json
def list_versions(name: str | None, json_wanted: bool) -> None:
    """List the versions of one prompt, or of all.

    \b
    ls-prompts list
    ls-prompts list sentiment --json
    """
    database = the_database()
    versions, ids = database.versions(name), database.version_ids()
    if json_wanted:
        actions = _by_tag(database.actions())
        print_json([version_json(version, ids.get(version.tag), actions.get(version.tag, ())) for version in versions])
        return
    table = Table("version", "project", "model", "saved", "by", "note", box=None, header_style="bold", pad_edge=False)
    for version in versions:
        saved = (_when(version), cell(_saved_by(ids.get(version.tag))))
        table.add_row(version.tag, str(version.project), cell(version.models), *saved, cell(version.note))
    Console().print(table) if versions else notify("There are no prompts yet: save one with `ls-prompts save`.")


@click.command()
@version_argument
@click.option("--plain", is_flag=True, help="Print it as a prompt file, for `save --file`.")
@as_json
def show(version: str, plain: bool, json_wanted: bool) -> None:
    """Show one version: text, model, parameters, note, definitions of labels, examples.

    \b
    ls-prompts show sentiment@2
    ls-prompts show sentiment@2 --plain > sentiment.md
    """
    database = the_database()
    saved = database.version(version)
    public_id, actions = database.version_ids().get(saved.tag), database.actions(saved.tag)
    if json_wanted:
        print_json(version_json(saved, public_id, actions))
    elif plain:
        click.echo(write_prompt_file(saved), nl=False)
    else:
        _print_version(saved, _saved_by(public_id))
        print_actions(actions)


def _print_version(saved: "PromptVersion", saved_by: str) -> None:
    parameters = ", ".join(f"{key} {json.dumps(value)}" for key, value in saved.parameters.items())
    by = f" by {printable(saved_by)}" if saved_by else ""
    setup = f"project {saved.project}  {printable(saved.models)}  {printable(parameters)}"
    click.echo(f"{saved.tag}  {setup}  confidence {saved.confidence}  saved {_when(saved)}{by}")
    click.echo(f"Note: {printable(saved.note)}\n" if saved.note else "")
    titles = ("System part:\n", "User's message:\n") if saved.system else ("", "")
    parts = zip(titles, (saved.system, saved.template), strict=True)
    click.echo(printable("\n\n".join(title + text for title, text in parts if text)))
    print_definitions(saved)
    print_examples(saved)


@click.command()
@click.argument("old", shell_complete=complete_versions)
@click.argument("new", shell_complete=complete_versions)
def diff(old: str, new: str) -> None:
    """Show what changed between two versions.

    \b
    ls-prompts diff sentiment@1 sentiment@2
    """
    database = the_database()
    first, second = database.version(old), database.version(new)
    print_diff(write_prompt_file(first), write_prompt_file(second), (first.tag, second.tag))


@click.command()
@click.argument("old", shell_complete=complete_names)
@click.argument("new")
def rename(old: str, new: str) -> None:
    """Rename a prompt with all its versions.

    \b
    ls-prompts rename sentiment mood
    """
    the_database().rename(old, new)
    notify(
        f"'{old}' is now '{new}'. Predictions in Label Studio keep the old name until you push them again; "
        "push, use, annotate and withdraw find them under the new one."
    )


@click.command()
@click.argument("which", metavar="NAME[@N]", shell_complete=complete_both)
@yes_option
def delete(which: str, yes: bool) -> None:
    """Delete a version, or a prompt with all its versions. Stored answers and predictions in Label Studio stay.

    \b
    ls-prompts delete sentiment@3
    ls-prompts delete sentiment
    """
    database = the_database()
    versions = database.deletable(which)
    subject = versions[0].tag if "@" in which else f"'{which}'"
    all_of_it = "" if "@" in which else f" with its {numbers.things(len(versions), 'version')}"
    if not yes:
        confirm(f"Delete {subject}{all_of_it}?")
    database.delete(which)
    notify(f"Deleted {subject}.")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.argument("name", required=False, shell_complete=complete_names)
def dump(folder: Path, name: str | None) -> None:
    """Write versions to text files, NAME@N.md, to keep in git.

    \b
    ls-prompts dump prompts/
    """
    for path in the_app().dump(folder, name):
        click.echo(path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--project", type=int, metavar="ID", help="Project of the prompts. Default: the project in each file.")
def load(files: tuple[Path, ...], project: int | None) -> None:
    """Save files that `dump` wrote, oldest version first.

    The name of a file is the name of its prompt. Its header has the project's number in the Label Studio that the file
    was dumped from; for another Label Studio, give --project.

    \b
    ls-prompts load prompts/*.md
    ls-prompts load --project 12 prompts/sentiment@*.md
    """
    app, loaded = the_app(), dict[str, str]()
    for path in sorted(files, key=_version_order):
        with waiting_for("Label Studio"):
            version = app.load(path, project).version
        loaded[version.reference] = version.tag
        click.echo(version.tag)
    for doubt in filter(None, map(app.doubt, loaded.values())):
        notify(in_commands(doubt))


def _by_tag(actions: "list[Action]") -> "dict[str, list[Action]]":
    grouped: dict[str, list[Action]] = {}
    for action in actions:
        grouped.setdefault(action.tag, []).append(action)
    return grouped


def _saved_by(public_id: "PublicId | None") -> str:
    return (public_id.user_email if public_id else None) or ""


def _when(version: "PromptVersion") -> str:
    return version.created[:16].replace("T", " ")


def _version_order(path: Path) -> tuple[str, int]:
    """NAME@2.md before NAME@10.md, whatever the shell's order is."""
    name, _, last = path.stem.rpartition("@")
    number = whole_number(last)
    return (path.stem, 0) if number is None else (name, number)
