"""The command itself: groups of commands put together, errors as one sentence, exit codes.

Exit codes: 0 done, 1 error, 2 usage, 3 the version is not good enough or the model has changed, 130 and 143 stopped by
Ctrl-C or SIGTERM.
"""

import errno
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from backend.early import handle
from backend.engine.shutdown import process_stop
from backend.errors import PromptsError
from backend.interfaces.cli.commands import PLACES, SECTIONS, command, commands
from backend.interfaces.cli.render.console import printable
from backend.interfaces.cli.render.notices import in_commands
from backend.logs import structured

log = logging.getLogger(__name__)
FULL = (errno.ENOSPC, errno.EDQUOT)
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
    """In place of what `backend.early` does, unless a command ignores them from now on."""
    before = [handle(number, handler) for number, handler in HANDLERS.items()]
    try:
        yield
    finally:
        for number, handler in zip(HANDLERS, before, strict=True):
            handle(number, handler)


def _told_to_end(*_: object) -> None:
    """Answers under way are paid for and waited for; where there are none, it is Ctrl-C."""
    if not process_stop().request():
        raise Terminated


HANDLERS: dict[signal.Signals, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: _told_to_end}


class Commands(click.Group):
    """In the order in which a user meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return command(cmd_name) if cmd_name in PLACES else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """In sections, each command with its whole first sentence, which click would cut at the end of the line."""
        by_name, width = commands(), max(map(len, PLACES))
        for title, section in SECTIONS.items():
            visible = [by_name[name] for name in section if not by_name[name].hidden]
            with formatter.section(title):
                formatter.write_dl([(f"{c.name:<{width}}", c.get_short_help_str(LONGEST)) for c in visible])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with _heeding_signals():
                return super().invoke(ctx)
        except PromptsError as error:
            raise CommandFailed(printable(" ".join(in_commands(error.notice).split()))) from None
        except OSError as error:
            if error.errno not in FULL:
                raise
            _forget_output()
            raise CommandFailed(
                "There is no space left where the output is written: free some, and run the command again."
            ) from None
        except KeyboardInterrupt as stop:
            ended = Ordered if isinstance(stop, Terminated) else CommandStopped
            raise ended("Stopped. The answers so far are kept; run the command again to continue.") from None


def _forget_output() -> None:
    """What was not written would fail once more when Python ends, and change the exit code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_versions(context: click.Context, _option: click.Parameter, is_set: bool) -> None:
    if not is_set or context.resilient_parsing:
        return
    from backend.services.setup.installation import installation

    for name, version in installation():
        click.echo(f"{name:<16}  {printable(version)}")
    context.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_versions,
    help="Show the versions of ls-prompts, its libraries and Label Studio, and exit.",
)
def cli() -> None:
    """LLM prompts that label the tasks of a Label Studio project.

    Settings come from the environment or a .env file: LABEL_STUDIO_URL, LABEL_STUDIO_API_KEY, OPENAI_API_KEY and more
    (the documentation lists all settings). Start with `ls-prompts init`.
    """


def main() -> None:
    """Entry point."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a task's lone surrogate must not end a listing
    cli()
