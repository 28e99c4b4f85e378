"""The command draft: a prompt to begin with."""

from shlex import quote

import click

from backend.domain.prompts.prompt_file import file_text
from backend.interfaces.cli.options.prompt_names import complete_names
from backend.interfaces.cli.render.console import notify, the_app, waiting_for


@click.command()
@click.argument("name", shell_complete=complete_names)
@click.option("--project", type=int, metavar="ID", help="Project of the prompt; needed for a new name.")
@click.option("--teacher", metavar="MODEL", help="Let this model improve the draft; it sees the texts of 20 tasks.")
def draft(name: str, project: int | None, teacher: str | None) -> None:
    """Print a first prompt, made from the project's labelling config, to edit and save.

    \b
    ls-prompts draft sentiment --project 12 > prompt.md
    ls-prompts draft sentiment --project 12 --teacher gpt-4o > prompt.md
    """
    with waiting_for(f"the teacher {teacher} to write a prompt" if teacher else "Label Studio"):
        drafted = the_app().draft(name, project, teacher)
    click.echo(file_text(drafted.file), nl=False)
    for caveat in drafted.caveats:
        notify(caveat)
    notify(f"Add what you know about the task, then save it: `ls-prompts save {quote(name)} --file FILE`.")
