"""Commands about a version's predictions in Label Studio."""

import click
from rich.console import Console
from rich.table import Table

from backend.cli import numbers
from backend.cli.common import as_json, cell, confirm, print_json, sure, tell, the_app


@click.command()
@click.argument("project", type=int)
@as_json
def predictions(project: int, json_wanted: bool) -> None:
    """Count a project's predictions by version.

    \b
    ls-prompts predictions 12
    """
    found = the_app().predictions(project)
    if json_wanted:
        print_json(found)
        return
    table = Table("version", "predictions", box=None, header_style="bold", pad_edge=False)
    for version, number in found.versions.items():
        table.add_row(cell(version or "(none)"), numbers.count(number))
    Console().print(table)
    click.echo(f"{numbers.things(found.tasks, 'task')}, {numbers.count(found.tasks_without)} without any prediction")


@click.command()
@click.argument("version")
@click.option("--keep", is_flag=True, help="Keep older versions of the prompt beside it.")
@as_json
def push(version: str, keep: bool, json_wanted: bool) -> None:
    """Make Label Studio's predictions what was stored for a version. Safe to repeat.

    \b
    ls-prompts push sentiment@2
    """
    pushed = the_app().push(version, keep, tell)
    if json_wanted:
        print_json(pushed)
    else:
        created = numbers.things(pushed.created, "prediction")
        rest = f"{numbers.count(pushed.deleted)} replaced, {numbers.count(pushed.unchanged)} unchanged"
        click.echo(f"{created} created, {rest}")


@click.command()
@click.argument("version")
@sure
def withdraw(version: str, yes: bool) -> None:
    """Delete all predictions of a version from Label Studio. Annotations stay.

    \b
    ls-prompts withdraw sentiment@1
    """
    app = the_app()
    tag = app.version(version).tag
    if not yes:
        number = sum(app.predicted(tag).values())
        confirm(f"Delete all {numbers.things(number, 'prediction')} of {tag} from Label Studio?")
    click.echo(f"{numbers.things(app.withdraw(tag, tell), 'prediction')} of {tag} deleted")


@click.command()
@click.argument("version")
@sure
def annotate(version: str, yes: bool) -> None:
    """Create annotations from a version's predictions, on annotated tasks too, as the Data Manager does.

    \b
    ls-prompts annotate sentiment@2
    """
    app = the_app()
    tag = app.version(version).tag
    if not yes:
        number = app.predicted(tag).get(tag, 0)
        confirm(f"Create annotations from all {numbers.things(number, 'prediction')} of {tag}?")
    number = app.annotate(tag)
    click.echo(f"{numbers.things(number, 'annotation')} created from {tag}")
    if not number:
        tell(f"{tag} has no predictions that were not annotated yet: see `ls-prompts predictions PROJECT`.")


COMMANDS = (predictions, push, withdraw, annotate)
