"""The command that opens things in the browser."""

import webbrowser

import click

from backend.interfaces.cli.options.prompt_names import complete_versions
from backend.interfaces.cli.render.console import notify, the_app

IN_TERMINAL = ("www-browser", "links", "elinks", "lynx", "w3m")
"""Browsers that would take over the terminal."""


@click.command("open")
@click.argument("what", metavar="PROJECT|VERSION|FILE", shell_complete=complete_versions)
@click.option("--task", type=int, metavar="ID", help="One task of the project.")
def open_(what: str, task: int | None) -> None:
    """Open a project, one of its tasks or a report in the browser, and print the address.

    \b
    ls-prompts open sentiment@1
    ls-prompts open 12 --task 345
    ls-prompts open report.html
    """
    address = the_app().address(what, task)
    click.echo(address)
    if not _opened(address):
        notify("There is no browser here: open this address in yours.")


def _opened(address: str) -> bool:
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    return getattr(browser, "name", "") not in IN_TERMINAL and browser.open(address)
