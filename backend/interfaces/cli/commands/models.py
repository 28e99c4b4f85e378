"""The command that lists what the model's server has."""

import click

from backend.interfaces.cli.render.console import as_json, notify, print_json, printable, the_app
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.projects import models_json


@click.command()
@as_json
def models(json_wanted: bool) -> None:
    """List the models that the server at OPENAI_BASE_URL has; the one in OPENAI_MODEL is marked.

    \b
    ls-prompts models
    ls-prompts models --json
    """
    app = the_app()
    default, names = app.container.settings.openai_model, app.models()
    if json_wanted:
        print_json(models_json(names, default))
        return
    for name in names:
        click.echo(f"{'*' if name == default else ' '} {printable(name)}")
    notify(f"{numbers.things(len(names), 'model')}; OPENAI_MODEL is {default}.")
