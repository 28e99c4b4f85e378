"""What all commands share: the app, JSON output, and messages for people."""

import json
import logging
import re
import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from backend.early import importing
from backend.logs import set_up, structured

if TYPE_CHECKING:
    from rich.text import Text

    from backend.app import App
    from backend.app.database import DatabaseOperations
    from backend.app.status import StatusOperations
    from backend.app.work import WorkOperations

log = logging.getLogger(__name__)
Started = TypeVar("Started", bound="DatabaseOperations")
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

as_json = click.option("--json", "json_wanted", is_flag=True, help="Print JSON instead of text.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


def the_app() -> "App":
    """Made when a command runs: `--help` needs no settings and no second of imports."""
    with importing():
        from backend.app import App

    return _started(App())


def the_database() -> "DatabaseOperations":
    """What the database alone can do: for a command that needs no more, and then starts in half the time."""
    with importing():
        from backend.app.database import DatabaseOperations

    return _started(DatabaseOperations())


def the_status() -> "StatusOperations":
    """The same with runs and connections."""
    with importing():
        from backend.app.status import StatusOperations

    return _started(StatusOperations())


def the_work() -> "WorkOperations":
    """The same with all that works on runs."""
    with importing():
        from backend.app.work import WorkOperations

    return _started(WorkOperations())


def _started(operations: Started) -> Started:
    set_up(operations.settings.log_format)
    return operations


def printable(text: str) -> str:
    """Text that others wrote (tasks, labels, notes, models) as a terminal may show it: what could move the cursor,
    rewrite the screen or turn the reading direction becomes an escape such as \\x1b."""
    return _HARMFUL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def cell(text: str) -> "Text":
    """The same for a table, in which square brackets would mean colours."""
    from rich.text import Text

    return Text(printable(text))


def confirm(question: str, flag: str = "--yes") -> None:
    """Ends the command unless the user says yes, with an error where there is nobody to ask. `flag`: says yes."""
    try:
        agreed = click.confirm(printable(question), err=True)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        click.echo(err=True)
        message = f"Nothing was done, because there is no terminal to ask on: add {flag}."
        raise click.ClickException(message) from None
    if not agreed:
        raise click.Abort


def notify(sentence: str) -> None:
    """Talk goes to stderr, or into the log where that is JSON."""
    if structured():
        log.info("%s", sentence)
    else:
        click.echo(printable(sentence), err=True)


def waiting_for(subject: str) -> AbstractContextManager[None]:
    """Inside, something slow is under way without a progress bar: says every few seconds on stderr what it is."""
    from backend.services.run_control.waiting import waiting

    return waiting(lambda sentence: notify(sentence), subject)


def print_json(value: Any) -> None:
    """ASCII, so that it does not depend on the terminal's encoding what a script reads."""
    click.echo(json.dumps(value, indent=2))
