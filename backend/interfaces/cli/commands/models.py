"""The command that lists what a model's server has."""

import click

from backend.domain.connections.connection import DEFAULT
from backend.interfaces.cli.render.console import as_json, notify, print_json, printable, the_app
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.projects import models_json


@click.command()
@click.argument("connection", default=DEFAULT)
@as_json
def models(connection: str, json_wanted: bool) -> None:
    """List the models of a connection's server; by default of the one at OPENAI_BASE_URL, with OPENAI_MODEL marked.

    \b
    ls-prompts models
    ls-prompts models groq --json
    """
    app = the_app()
    names = app.models(connection)
    default = app.settings.openai_model if connection == DEFAULT else None
    if json_wanted:
        print_json(models_json(names, default))
        return
    for name in names:
        click.echo(f"{'*' if name == default else ' '} {printable(name)}")
    marked = f"; OPENAI_MODEL is {default}" if default else f" of connection '{printable(connection)}'"
    notify(f"{numbers.things(len(names), 'model')}{marked}.")
