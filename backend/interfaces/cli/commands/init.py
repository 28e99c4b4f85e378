"""The command that asks for the settings one by one, checks each answer and writes them to .env."""

import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from getpass import GetPassWarning
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backend.errors import PromptsError, SettingsError
from backend.interfaces.cli.render.console import confirm, notify, yes_option
from backend.interfaces.cli.render.notices import in_commands

if TYPE_CHECKING:
    from backend.app import App

ENV_FILE = Path(".env")
NO_KEY = "none"
"""Stands for a key where a server asks for none."""
MOST_LISTED = 8
SERVERS = {"label_studio_api_key": "label_studio_url", "openai_api_key": "openai_base_url"}
"""Which address a key is for."""


@dataclass(frozen=True, slots=True)
class Step:
    """One setting. `check`: what is found with it, for people; raises PromptsError with what to do."""

    name: str
    title: str
    check: "Callable[[App], str]"
    hidden: bool = False


STEPS = (
    Step("label_studio_url", "Address of Label Studio", lambda app: app.reach_studio()),
    Step(
        "label_studio_api_key",
        "Access token, from Account & Settings in Label Studio (it is not shown)",
        lambda app: app.describe_studio(),
        hidden=True,
    ),
    Step("openai_base_url", "Address of the model's server", lambda app: app.reach_model_server()),
    Step(
        "openai_api_key",
        f"Key for the model's server, '{NO_KEY}' if it needs none (it is not shown)",
        lambda app: app.check_key(),
        hidden=True,
    ),
    Step("openai_model", "Model", lambda app: app.check_model(notify)),
)


class Answers:
    """What is known by now; names in lower case. `asking`: whether somebody can be asked."""

    def __init__(self, preset: dict[str, str | None], asking: bool) -> None:
        self._preset = {name: value for name, value in preset.items() if value is not None}
        self._current = known_settings()
        self._asking = asking
        self.values: dict[str, str] = {}

    def take(self, step: Step) -> None:
        """Asks until an answer passes its check, or the user keeps it all the same."""
        value = self._preset.get(step.name)
        while True:
            value = value or self._prompt(step)
            try:
                finding = step.check(self._app(step.name, value))
            except PromptsError as error:
                if not self._asking:
                    raise
                notify(f"no  {in_commands(error.notice)}")
                if not click.confirm("Keep it anyway?", err=True):
                    value = None
                    continue
            else:
                notify(f"ok  {finding}")
            self.values[step.name] = value
            return

    def _prompt(self, step: Step) -> str:
        if not self._asking:
            return self._default(step.name)
        if step.name == "openai_model":
            self._show_models()
        default = self._default(step.name)
        secret = step.hidden and default not in ("", NO_KEY)
        title = f"{step.title} [Enter keeps the current one]" if secret else step.title
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GetPassWarning)  # through a pipe nothing can be seen anyway
            answer = click.prompt(title, default=default, hide_input=step.hidden, show_default=not secret, err=True)
        return str(answer).strip()

    def _default(self, name: str) -> str:
        """What is set already; a key only for the server it is for, unless nobody is asked."""
        value, server = self._current[name], SERVERS.get(name, name)
        moved = self.values.get(server, self._current[server]) != self._current[server]
        if name in SERVERS and moved and self._asking:
            value = ""
        return value or (NO_KEY if name == "openai_api_key" else "")

    def _app(self, name: str, value: str) -> "App":
        """With the answers so far. No key is sent to an address that was typed just now."""
        from backend.app import App
        from backend.settings import load_settings

        values = {"label_studio_api_key": None, "openai_api_key": NO_KEY, **self.values, name: value}
        return App.of(load_settings(**values))

    def _show_models(self) -> None:
        try:
            names = self._app("openai_api_key", self.values["openai_api_key"]).models()
        except PromptsError:
            return
        more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
        notify(f"The server has {', '.join(names[:MOST_LISTED])}{more}.")
        if self._current["openai_model"] not in names and len(names) == 1:
            self._current["openai_model"] = names[0]


def known_settings() -> dict[str, str]:
    """What the environment, .env and the defaults say, by name; "" for nothing. Placeholders count as nothing."""
    from backend.settings import load_settings

    try:
        settings = load_settings()
    except SettingsError:
        settings = load_settings(label_studio_api_key=None, openai_api_key=None)
    keys = {name: key.get_secret_value() if (key := getattr(settings, name)) else "" for name in SERVERS}
    return {step.name: keys.get(step.name) or str(getattr(settings, step.name) or "") for step in STEPS} | keys


@click.command()
@click.option("--label-studio-url", metavar="URL", help="Address of Label Studio; skips the question.")
@click.option("--openai-base-url", metavar="URL", help="Address of the model's server; skips the question.")
@click.option("--openai-model", metavar="NAME", help="Model to use; skips the question.")
@yes_option
def init(yes: bool, **preset: str | None) -> None:
    """Ask for addresses, keys and the model, check each, and write them to .env in this folder.

    With --yes it asks nothing: values without an option are taken from the environment or .env. Keys have no option.
    Other lines of .env are kept.

    \b
    ls-prompts init
    ls-prompts init --yes --openai-base-url http://localhost:11434/v1 --openai-model llama3.2
    """
    from backend.adapters.files.env_file import DotEnvFile

    file, answers = DotEnvFile(ENV_FILE), Answers(preset, asking=not yes)
    before = file.values()
    try:
        for step in STEPS:
            answers.take(step)
        values = {name.upper(): value for name, value in answers.values.items()}
        replaced = [name for name, value in values.items() if before.get(name, value) != value]
        if replaced and not yes:
            confirm(f"Replace {', '.join(replaced)} in {ENV_FILE.resolve()}?")
    except click.Abort:
        raise click.ClickException(_nothing_written()) from None
    file.write(values)
    notify(f"Written to {ENV_FILE.resolve()}, which only you can read.")
    _warn_of_others(answers.values)
    notify("Next: start the server (`ls-prompts serve`), then `ls-prompts doctor` and `ls-prompts connect PROJECT`.")


def _nothing_written() -> str:
    if sys.stdin.isatty():
        return "Nothing was written."
    return "Nothing was written, because there is no terminal to ask on: set these values, and add --yes."


def _warn_of_others(values: dict[str, str]) -> None:
    effective = known_settings()
    for name in (name.upper() for name, value in values.items() if effective[name] != value.rstrip("/")):
        notify(f"{name} is also set in the environment, to another value, which takes precedence: unset it.")
