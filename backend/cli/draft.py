"""The command draft: a prompt to begin with."""

import click

from backend.cli.common import tell, the_app
from backend.core.promptfile import file_text


@click.command()
@click.argument("name")
@click.option("--project", type=int, metavar="ID", help="Project the prompt is for; needed for a new name.")
def draft(name: str, project: int | None) -> None:
    """Print a first prompt, made from the project's labelling config, for editing.

    \b
    ls-prompts draft sentiment --project 12 > prompt.md
    """
    click.echo(file_text(the_app().first_prompt(name, project)), nl=False)
    tell(f"Write what you know, then save it: `ls-prompts save {name} --file FILE`.")


COMMANDS = (draft,)
