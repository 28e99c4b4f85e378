"""`ls-prompts serve`: where it listens, and when it does not start."""

import os

import pytest
from click.testing import CliRunner

from backend.interfaces.cli.commands.serve import address
from backend.interfaces.cli.main import cli


@pytest.mark.parametrize(
    ("bind", "host", "port", "there"),
    [
        ("127.0.0.1:9090", None, 8000, "127.0.0.1:8000"),
        ("127.0.0.1:9090", "0.0.0.0", None, "0.0.0.0:9090"),
        ("127.0.0.1:9090", "::1", 8000, "[::1]:8000"),
        ("[::1]:9090", None, 8000, "[::1]:8000"),
        ("[::1]:9090", "[::]", None, "[::]:9090"),
        ("unix:/run/prompts.sock", None, 8000, "127.0.0.1:8000"),
    ],
)
def test_options_change_their_part_of_the_address(bind: str, host: str | None, port: int | None, there: str) -> None:
    assert address(bind, host, port) == there


def started(monkeypatch: pytest.MonkeyPatch, *argv: str) -> tuple[str, dict[str, str]]:
    """What it says, and the environment of the server that it becomes."""
    became: list[dict[str, str]] = []
    monkeypatch.setattr(os, "execve", lambda program, line, env: became.append(env))
    said = CliRunner().invoke(cli, ["serve", *argv]).output
    return said, became[0] if became else {}


def test_the_server_gets_the_settings_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_MODEL", "stand-in")
    _, env = started(monkeypatch, "--port", "8123")
    assert (env["BIND"], env["OPENAI_MODEL"]) == ("127.0.0.1:8123", "stand-in")


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("--host", "0.0.0.0"), "set BASIC_AUTH_USER and BASIC_AUTH_PASS, or ALLOW_NO_AUTH=true"),
        (("--port", "99999"), "99999 is not in the range"),
    ],
)
def test_it_does_not_start_open_or_nowhere(
    monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...], sentence: str
) -> None:
    said, env = started(monkeypatch, *argv)
    assert sentence in said
    assert env == {}
