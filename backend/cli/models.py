"""The command that lists what the model's server has."""

import click

from backend.cli import numbers
from backend.cli.common import as_json, print_json, printable, tell, the_app


@click.command()
@as_json
def models(json_wanted: bool) -> None:
    """List the models that the server at OPENAI_BASE_URL has; the one in OPENAI_MODEL is marked.

    \b
    ls-prompts models
    ls-prompts models --json
    """
    app = the_app()
    default, names = app.settings.openai_model, app.models()
    if json_wanted:
        print_json([{"model": name, "default": name == default} for name in names])
        return
    for name in names:
        click.echo(f"{'*' if name == default else ' '} {printable(name)}")
    tell(f"{numbers.things(len(names), 'model')}; OPENAI_MODEL is {default}.")


COMMANDS = (models,)
