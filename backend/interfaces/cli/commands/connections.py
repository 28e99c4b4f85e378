"""Commands about connections to models' servers: connections, connect-model, disconnect-model, test-connection."""

import sys
from typing import TYPE_CHECKING, Any

import click

from backend.domain.connections.profiles import PROFILES
from backend.interfaces.cli.render.console import as_json, cell, notify, print_json, printable, the_app, the_status
from backend.interfaces.cli.render.notices import in_commands
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.json.connections import connection_check_json, connection_json

if TYPE_CHECKING:
    from backend.domain.connections.connection import StoredConnection
    from backend.domain.connections.learnt_format import LearntFormat
    from backend.services.setup.connection_check import ConnectionCheck

COLUMNS = ("name", "address", "profile", "key", "USD/M in, out", "limits")


@click.command()
@as_json
def connections(json_wanted: bool) -> None:
    """List the connections to models' servers: `default` (OPENAI_*), `teacher` (TEACHER_*), and those that were added.

    \b
    ls-prompts connections
    """
    app = the_status()
    listed = app.model_connections()
    spent = {stored.name: app.spent_this_month(stored.name) for stored in listed if stored.monthly_budget is not None}
    learnt = {stored.name: app.learnt_formats(stored) for stored in listed}
    if json_wanted:
        print_json([connection_json(stored, spent.get(stored.name), learnt[stored.name]) for stored in listed])
    else:
        _print_table(listed, spent)
        _print_learnt(learnt)


@click.command(name="connect-model")
@click.argument("name")
@click.option("--base-url", metavar="URL", help="Address of the server; needed for a new connection.")
@click.option(
    "--profile",
    help=f"Kind of server: {', '.join(profile.name for profile in PROFILES)}. Default: guessed from the address.",
)
@click.option("--key-env", metavar="VAR", help="Environment variable that holds the key; workers need it too.")
@click.option("--store-key", is_flag=True, help="Ask for the key, or read it from standard input; stored encrypted.")
@click.option("--google-auth", is_flag=True, help="Vertex AI: google-auth gets access tokens and renews them.")
@click.option("--no-key", is_flag=True, help="The server needs no key.")
@click.option("--timeout", "timeout_s", type=float, help="Seconds per request. Default: REQUEST_TIMEOUT_S.")
@click.option("--concurrency", type=int, help="Most requests in flight, per process. Default: CONCURRENCY.")
@click.option("--price-in", type=float, metavar="USD", help="USD per million prompt tokens. Default: the known price.")
@click.option(
    "--price-out", type=float, metavar="USD", help="USD per million completion tokens. Default: the known price."
)
@click.option("--requests-per-minute", type=float, help="Most requests a minute. Default: as the server states.")
@click.option("--tokens-per-minute", type=float, help="Most tokens a minute. Default: as the server states.")
@click.option("--monthly-budget", type=float, metavar="USD", help="Most USD a month (UTC), above 0. Default: no limit.")
def connect_model(name: str, store_key: bool, google_auth: bool, **values: Any) -> None:
    """Add a connection to a model's server, or change one. A key is never an argument.

    \b
    ls-prompts connect-model groq --base-url https://api.groq.com/openai/v1 --key-env GROQ_API_KEY
    ls-prompts connect-model local --base-url http://localhost:8000/v1 --no-key --price-in 0 --price-out 0
    """
    from backend.domain.connections.connection import GOOGLE_AUTH
    from backend.services.setup.model_connections import ConnectionChange

    if store_key + google_auth + values["no_key"] + (values["key_env"] is not None) > 1:
        raise click.UsageError("Choose one of --key-env, --store-key, --google-auth and --no-key.")
    values["key_env"] = GOOGLE_AUTH if google_auth else values["key_env"]
    key = _read_key() if store_key else None
    stored = the_app().connect_model(name, ConnectionChange(key=key, **values), notify)
    notify(f"Connection '{stored.name}' leads to {stored.public_url}, key: {stored.key}.")


@click.command(name="disconnect-model")
@click.argument("name")
@click.option("--force", is_flag=True, help="Remove it although a run uses it; the run fails and can be resumed later.")
def disconnect_model(name: str, force: bool) -> None:
    """Remove a connection to a model's server, with its stored key. Versions that name it stay.

    \b
    ls-prompts disconnect-model groq
    """
    the_app().disconnect_model(name, force)
    notify(f"Connection '{printable(name)}' is removed.")


@click.command(name="test-connection")
@click.argument("name")
@click.option("--model", help="Model to test with a dozen small requests. Default: the only one that the server lists.")
@as_json
def test_connection(name: str, model: str | None, json_wanted: bool) -> None:
    """List the models of a connection's server, test one of them, and print what works and what the test cost.

    \b
    ls-prompts test-connection groq --model llama-3.1-8b-instant
    """
    check = the_app().test_connection(name, model, notify)
    if json_wanted:
        print_json(connection_check_json(check))
    else:
        _print_check(check)


def _read_key() -> str:
    """From a hidden prompt, or from standard input where there is no terminal."""
    if sys.stdin.isatty():
        return str(click.prompt("Key", hide_input=True, err=True))
    return sys.stdin.readline()


def _print_table(connections: "list[StoredConnection]", spent: dict[str, float]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None)
    for column in COLUMNS:
        table.add_column(column, overflow="fold")
    for stored in connections:
        prices = "as known" if stored.prices is None else "{:g}, {:g}".format(*stored.prices)
        profile = stored.server_profile.name if stored.server_profile else ""
        limits = ", ".join(_limits(stored, spent))
        table.add_row(*map(cell, (stored.name, stored.public_url, profile, stored.key, prices, limits)))
    Console().print(table)


def _print_learnt(learnt: "dict[str, list[LearntFormat]]") -> None:
    for name, formats in learnt.items():
        for used in formats:
            click.echo(printable(f"Learnt of {name}/{used.model} on {used.learnt[:10]}: {'; '.join(used.parts)}."))


def _limits(stored: "StoredConnection", spent: dict[str, float]) -> list[str]:
    """For people."""
    limits = {
        "{:g} s": stored.timeout_s,
        "{:g} in flight": stored.concurrency,
        "{:,g} requests/min": stored.requests_per_minute,
        "{:,g} tokens/min": stored.tokens_per_minute,
        f"{spent.get(stored.name, 0):.2f} of {{:g}} USD this month": stored.monthly_budget,
    }
    return [words.format(limit) for words, limit in limits.items() if limit is not None]


def _print_check(check: "ConnectionCheck") -> None:
    from backend.domain.chat.model_names import doubt

    listed = "no list of models" if check.models is None else f"a list of {numbers.things(len(check.models), 'model')}"
    click.echo(f"{check.address}: {listed}")
    if check.model is None or check.seconds is None or check.tokens is None:
        why = in_commands(check.not_asked) if check.not_asked else "No model was asked: name one with --model."
        click.echo(printable(why))
        return
    if unlisted := doubt(check.model, check.models or (), check.address):
        click.echo(printable(in_commands(unlisted)))
    tokens = f"{check.tokens[0]} + {check.tokens[1]} tokens" if any(check.tokens) else "tokens not counted"
    cost = "cost unknown" if check.usd is None else f"{check.usd:.6f} USD"
    click.echo(f"{printable(check.model)}: one small request took {check.seconds:.2f} s, {tokens}, {cost}")
    if check.abilities:
        _print_abilities(check)


def _print_abilities(check: "ConnectionCheck") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None)
    for column in ("ability", "works", "how, or why not"):
        table.add_column(column, overflow="fold")
    for ability in check.abilities:
        table.add_row(
            *map(cell, (ability.name, {True: "yes", False: "no", None: "n/a"}[ability.works], ability.detail))
        )
    Console().print(table)
    usd = check.abilities_usd
    click.echo(f"These requests cost {'an unknown amount' if usd is None else f'{usd:.6f} USD'}.")
    limits = [f"{limit:,g} {what}" for limit, what in zip(check.limits, ("requests", "tokens"), strict=True) if limit]
    stated = f"{' and '.join(limits)} a minute" if limits else "no rate limit of a minute"
    click.echo(f"The server states {stated}. Profile: {check.profile or 'none, all is learnt'}.")
    if check.learnt:
        click.echo(f"Learnt of {printable(check.model or '')}: {'; '.join(check.learnt.parts)}.")
