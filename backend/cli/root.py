"""The command itself: groups of commands put together, errors as one sentence, exit codes.

Exit codes: 0 done, 1 error, 2 usage.
"""

import sys
from typing import Any

import click

from backend.cli import background, estimate, predictions, projects, prompts, runs
from backend.cli.common import printable
from backend.errors import PromptsError


class Commands(click.Group):
    """In the order in which a user meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PromptsError as error:
            raise click.ClickException(printable(" ".join(str(error).split()))) from None
        except KeyboardInterrupt:
            raise click.ClickException("Stopped. What came until then is kept; run it again to go on.") from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="open-prompts", prog_name="ls-prompts")
def cli() -> None:
    """LLM prompts that label the tasks of a Label Studio project.

    Settings come from the environment or a .env file: LABEL_STUDIO_URL, LABEL_STUDIO_API_KEY, OPENAI_API_KEY and more
    (see the README). Start with `ls-prompts doctor`.
    """


for group in (projects, prompts, estimate, runs, background, predictions):
    for command in group.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """Entry point."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a task's lone surrogate must not end a listing
    cli()
