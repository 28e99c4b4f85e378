"""The command itself: groups of commands put together, errors as one sentence, exit codes.

Exit codes: 0 done, 1 error, 2 usage, 3 the evaluation fell below the bar, 130 and 143 stopped by Ctrl-C or SIGTERM.
"""

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from backend.early import handle
from backend.engine.shutdown import process_stop
from backend.errors import PromptsError
from backend.interfaces.cli.commands import (
    audit,
    draft,
    enhance,
    estimate,
    forget,
    init,
    models,
    predictions,
    projects,
    prompts,
    relabel,
    report,
    serve,
)
from backend.interfaces.cli.commands import calibrate as confidence
from backend.interfaces.cli.commands import evaluate as evaluation
from backend.interfaces.cli.commands import open_page as browser
from backend.interfaces.cli.commands import run as runs
from backend.interfaces.cli.commands import runs as background
from backend.interfaces.cli.render.console import printable
from backend.logs import structured

log = logging.getLogger(__name__)
LONGEST = 200
"""Characters of a command's first sentence."""


class CommandFailed(click.ClickException):
    """The sentence a command ends with; into the log where that is JSON."""

    def show(self, file: IO[Any] | None = None) -> None:
        if structured():
            log.error("%s", self.message)
        else:
            super().show(file)


class CommandStopped(CommandFailed):
    """By Ctrl-C; with the exit code that shells have for it."""

    exit_code = 128 + signal.SIGINT


class Ordered(CommandStopped):
    """By SIGTERM."""

    exit_code = 128 + signal.SIGTERM


class Terminated(KeyboardInterrupt):
    """SIGTERM, met as Ctrl-C is. A plain KeyboardInterrupt out of an `eval` would make Python die of SIGINT at the end,
    handled or not."""


@contextmanager
def _heeding_signals() -> Iterator[None]:
    """In place of what `backend.early` does."""
    before = [handle(number, handler) for number, handler in HANDLERS.items()]
    try:
        yield
    finally:
        for number, handler in zip(HANDLERS, before, strict=True):
            signal.signal(number, handler)


def _told_to_end(*_: object) -> None:
    """Answers under way are paid for and waited for; where there are none, it is Ctrl-C."""
    if not process_stop().request():
        raise Terminated


HANDLERS: dict[signal.Signals, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: _told_to_end}


class Commands(click.Group):
    """In the order in which a user meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each with its whole first sentence, which click would cut at the end of the line."""
        shown = {name: command for name, command in self.commands.items() if not command.hidden}
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(LONGEST)) for name, command in shown.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with _heeding_signals():
                return super().invoke(ctx)
        except PromptsError as error:
            raise CommandFailed(printable(" ".join(str(error).split()))) from None
        except KeyboardInterrupt as stop:
            ended = Ordered if isinstance(stop, Terminated) else CommandStopped
            raise ended("Stopped. What came until then is kept; run it again to go on.") from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="open-prompts", prog_name="ls-prompts")
def cli() -> None:
    """LLM prompts that label the tasks of a Label Studio project.

    Settings come from the environment or a .env file: LABEL_STUDIO_URL, LABEL_STUDIO_API_KEY, OPENAI_API_KEY and more
    (see the README). Start with `ls-prompts init`.
    """


for group in (
    init,
    projects,
    models,
    serve,
    draft,
    prompts,
    estimate,
    runs,
    evaluation,
    confidence,
    audit,
    report,
    relabel,
    enhance,
    background,
    predictions,
    forget,
    browser,
):
    for command in group.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """Entry point."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a task's lone surrogate must not end a listing
    cli()
