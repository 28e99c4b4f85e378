"""Commands about set-up: doctor, connect, disconnect, use."""

import sys

import click

from backend.interfaces.cli.options.prompt_names import version_argument
from backend.interfaces.cli.render.console import as_json, notify, print_json, printable, the_app, waiting_for
from backend.interfaces.cli.render.notices import in_commands
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.projects import health_checks_json

backend_url_option = click.option(
    "--backend-url", metavar="URL", help="Address at which Label Studio reaches the server. Default: from BIND."
)


@click.command()
@backend_url_option
@as_json
def doctor(backend_url: str | None, json_wanted: bool) -> None:
    """Check Label Studio, the token, the model, the database and the server.

    The model gets one small request of about a hundred tokens. If the answer is slow it gets five more, to propose
    values of CONCURRENCY and REQUEST_TIMEOUT_S that fit its server.

    \b
    ls-prompts doctor
    """
    checks = the_app().doctor(backend_url, notify)
    if json_wanted:
        print_json(health_checks_json(checks))
    else:
        for check in checks:
            click.echo(
                f"{click.style('ok ', fg='green') if check.ok else click.style('no ', fg='red')} "
                f"{check.name}: {printable(in_commands(check.notice))}"
            )
    sys.exit(0 if all(check.ok for check in checks) else 1)


@click.command()
@click.argument("project", type=int)
@backend_url_option
def connect(project: int, backend_url: str | None) -> None:
    """Connect the server to a project, as Label Studio does under Settings, Model. Safe to run again.

    \b
    ls-prompts connect 12
    ls-prompts connect 12 --backend-url http://host.docker.internal:9090
    """
    with waiting_for("Label Studio to reach the server"):
        url = the_app().connect(project, backend_url, notify)
    notify(f"Project {project} is connected to {url}.")


@click.command()
@click.argument("project", type=int)
@click.option("--backend-url", metavar="URL", help="Backend to remove. Default: those that `connect` added.")
def disconnect(project: int, backend_url: str | None) -> None:
    """Remove the server and its webhook from a project. The predictions stay.

    \b
    ls-prompts disconnect 12
    """
    removed = the_app().disconnect(project, backend_url)
    notify(f"Removed {numbers.things(removed, 'backend')} from project {project}.")


@click.command()
@version_argument
def use(version: str) -> None:
    """Show annotators this version's predictions while they label.

    \b
    ls-prompts use sentiment@2
    """
    app = the_app()
    app.use(version, notify)
    notify(f"Annotators of project {app.version(version).project} get {app.version(version).tag}.")
