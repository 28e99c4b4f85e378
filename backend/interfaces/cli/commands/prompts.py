"""Commands about prompt versions."""

import difflib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from backend.domain.prompts.prompt_file import PromptFile, read_prompt_file, write_prompt_file
from backend.errors import PromptError
from backend.interfaces.cli.options.few_shot import example_options
from backend.interfaces.cli.render.console import as_json, cell, confirm, notify, print_json, printable, sure, the_app
from backend.interfaces.cli.render.prompt_version import described, print_definitions, print_examples
from backend.interfaces.presentation import number_format as numbers

if TYPE_CHECKING:
    from backend.domain.prompts.version import PromptVersion
    from backend.services.prompts.few_shot_selection import FewShotRequest

COLORS = {"+": "green", "-": "red", "@": "cyan"}


@click.command()
@click.argument("name")
@click.option(
    "--project",
    type=int,
    metavar="ID",
    help="Project the prompt is for; needed for a new name, or in FILE.",
)
@click.option(
    "--file", "path", metavar="FILE", help="Text of the prompt, - for standard input. Default: made from the config."
)
@click.option("--model", help="Model to ask. Default: the file's, else OPENAI_MODEL.")
@click.option("--temperature", type=float, help="Default: 0.")
@click.option("--seed", type=int, help="Passed to the model, so that its answers repeat.")
@click.option("--max-tokens", type=int, help="Longest answer, in tokens.")
@click.option(
    "--param", "params", multiple=True, metavar="NAME=JSON", help="Any other parameter of the provider's API."
)
@click.option(
    "--confidence",
    metavar="auto|samples:K|none",
    help="From log-probabilities (auto, the default), the agreement of K answers, or none.",
)
@click.option("--note", help="What is new in this version.")
@example_options
def save(
    name: str,
    project: int | None,
    path: str | None,
    model: str | None,
    params: tuple[str, ...],
    confidence: str | None,
    note: str | None,
    examples: "FewShotRequest | None",
    **known: Any,
) -> None:
    """Save a prompt as a new version and print its tag.

    \b
    ls-prompts save sentiment --project 12 --file prompt.txt --model gpt-4o-mini
    echo 'Is this spam? {text}' | ls-prompts save spam --project 12 --file -
    ls-prompts save sentiment --file prompt.txt --examples 8 --select balanced
    """
    from backend.services.prompts.draft import Draft

    parameters = {key: value for key, value in known.items() if value is not None} | _parameters(params)
    app = the_app()
    saved = app.save(Draft(name, project, _file(path), model, note, parameters, examples, confidence))
    for control in saved.unsupported:
        notify(f"Left alone: {control}.")
    if saved.new and (alike := app.alike(saved.version)):
        notify(
            f"Project {saved.version.project} has predictions of {', '.join(alike)} already. Those that this "
            "record did not push will stay; if they are somebody else's, another name tells them apart."
        )
    for remark in saved.remarks:
        notify(remark)
    if not saved.new:
        notify("Nothing changed: this is the version that has this content.")
    if doubt := app.doubt(saved.version.tag):
        notify(doubt)
    click.echo(saved.version.tag)


@click.command("list")
@click.argument("name", required=False)
@as_json
def list_versions(name: str | None, json_wanted: bool) -> None:
    """List prompt versions, of one prompt or all.

    \b
    ls-prompts list
    ls-prompts list sentiment --json
    """
    versions = the_app().versions(name)
    if json_wanted:
        print_json([{"version": version.tag, **described(version)} for version in versions])
        return
    table = Table("version", "project", "model", "saved", "note", box=None, header_style="bold", pad_edge=False)
    for version in versions:
        saved = _when(version)
        table.add_row(version.tag, str(version.project), cell(version.model), saved, cell(version.note))
    Console().print(table) if versions else notify("There are no prompts yet: make one with `ls-prompts save`.")


@click.command()
@click.argument("version")
@click.option("--plain", is_flag=True, help="Print it as a prompt file, for `save --file`.")
@as_json
def show(version: str, plain: bool, json_wanted: bool) -> None:
    """Show one version: text, model, parameters, note, definitions of labels, examples.

    \b
    ls-prompts show sentiment@2
    ls-prompts show sentiment@2 --plain > sentiment.md
    """
    found = the_app().version(version)
    if json_wanted:
        print_json({"version": found.tag, **described(found)})
    elif plain:
        click.echo(write_prompt_file(found), nl=False)
    else:
        parameters = ", ".join(f"{key} {json.dumps(value)}" for key, value in found.parameters.items())
        model = printable(found.model)
        said = f"project {found.project}  {model}  {parameters}  confidence {found.confidence}  saved {_when(found)}"
        click.echo(f"{found.tag}  {said}")
        click.echo(f"Note: {printable(found.note)}\n" if found.note else "")
        click.echo(printable(found.template))
        print_definitions(found)
        print_examples(found)


@click.command()
@click.argument("old")
@click.argument("new")
def diff(old: str, new: str) -> None:
    """Show what changed between two versions.

    \b
    ls-prompts diff sentiment@1 sentiment@2
    """
    app = the_app()
    one, other = app.version(old), app.version(new)
    print_diff(write_prompt_file(one), write_prompt_file(other), (one.tag, other.tag))


def print_diff(one: str, other: str, titles: tuple[str, str]) -> None:
    """What changed between two texts, line by line."""
    for line in difflib.unified_diff(one.splitlines(), other.splitlines(), *titles, lineterm=""):
        click.secho(printable(line), fg=COLORS.get(line[:1]))


@click.command()
@click.argument("old")
@click.argument("new")
def rename(old: str, new: str) -> None:
    """Rename a prompt with all its versions.

    \b
    ls-prompts rename sentiment mood
    """
    the_app().rename(old, new)
    notify(
        f"'{old}' is now '{new}'. Predictions in Label Studio keep the old name until they are pushed again; "
        "push, use, annotate and withdraw find them under the new one."
    )


@click.command()
@click.argument("which", metavar="NAME[@N]")
@sure
def delete(which: str, yes: bool) -> None:
    """Delete a version, or a prompt with all its versions. Stored answers and predictions in Label Studio stay.

    \b
    ls-prompts delete sentiment@3
    ls-prompts delete sentiment
    """
    app = the_app()
    versions = app.deletable(which)
    what = versions[0].tag if "@" in which else f"'{which}'"
    all_of_it = "" if "@" in which else f" with its {numbers.things(len(versions), 'version')}"
    if not yes:
        confirm(f"Delete {what}{all_of_it}?")
    app.delete(which)
    notify(f"Deleted {what}.")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.argument("name", required=False)
def dump(folder: Path, name: str | None) -> None:
    """Write versions as plain files, NAME@N.md, to keep in git.

    \b
    ls-prompts dump prompts/
    """
    for path in the_app().dump(folder, name):
        click.echo(path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--project", type=int, metavar="ID", help="Project they are for. Default: the one in the file.")
def load(files: tuple[Path, ...], project: int | None) -> None:
    """Save files that `dump` wrote, oldest version first.

    A file's name is its prompt's. Its header names the project, as a number of the Label Studio it was dumped from;
    with another one, say --project.

    \b
    ls-prompts load prompts/*.md
    ls-prompts load --project 12 prompts/sentiment@*.md
    """
    app, loaded = the_app(), dict[str, str]()
    for path in sorted(files, key=_place):
        version = app.load(path, project).version
        loaded[version.model] = version.tag
        click.echo(version.tag)
    for doubt in filter(None, map(app.doubt, loaded.values())):
        notify(doubt)


def _when(version: "PromptVersion") -> str:
    return version.created[:16].replace("T", " ")


def _place(path: Path) -> tuple[str, int]:
    """NAME@2.md before NAME@10.md, whatever the shell's order is."""
    name, _, number = path.stem.rpartition("@")
    return (name, int(number)) if number.isdecimal() else (path.stem, 0)


COMMANDS = (save, list_versions, show, diff, rename, delete, dump, load)


def _file(path: str | None) -> PromptFile | None:
    from backend.services.prompts.prompt_files import read_text

    if path is None:
        return None
    return read_prompt_file(_piped() if path == "-" else read_text(Path(path)))


def _piped() -> str:
    """Standard input as UTF-8, whatever the terminal's encoding is; as text it would hide what it can't decode."""
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise PromptError("Standard input is not UTF-8 text: convert it, like `iconv -f latin1 -t utf-8`.") from None


def _parameters(given: tuple[str, ...]) -> dict[str, Any]:
    """`name=JSON`; what is no JSON is taken as text."""
    found: dict[str, Any] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals or not name.strip():
            raise PromptError(f"'{item[:40]}' is no parameter: write NAME=VALUE, like top_p=0.9.")
        try:
            found[name.strip()] = json.loads(value)
        except ValueError:
            found[name.strip()] = value
    return found
