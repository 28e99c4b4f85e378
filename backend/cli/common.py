"""What all commands share: the app, JSON output, talk."""

import json
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from backend.app import App

as_json = click.option("--json", "json_wanted", is_flag=True, help="Print JSON instead of text.")
sure = click.option("--yes", is_flag=True, help="Do not ask.")


def the_app() -> "App":
    """Made when a command runs: `--help` needs no settings and no second of imports."""
    from backend.app import App

    return App()


def tell(sentence: str) -> None:
    """Talk goes to stderr."""
    click.echo(sentence, err=True)


def print_json(value: Any) -> None:
    click.echo(json.dumps(plain(value), indent=2, ensure_ascii=False))


def plain(value: Any) -> Any:
    """Dataclasses, tuples and sets as JSON has them."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value
