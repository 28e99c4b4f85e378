"""The commands about connections: what is said, and that no key is in any of it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backend.interfaces.cli.main import cli
from tests.running import RunningStandIn

KEY = "sk-of-a-test"
URL = "http://127.0.0.1:1/v1"


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = {"DATA_DIR": str(tmp_path), "OPENAI_API_KEY": "sk-default", "SECRET_KEY": "0123456789abcdef"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


def call(*argv: str, stdin: str = "", code: int = 0) -> Result:
    result = CliRunner().invoke(cli, argv, input=stdin)
    assert result.exit_code == code, result.output
    assert KEY not in result.output
    assert "sk-default" not in result.output
    return result


def test_a_connection_is_added_listed_and_removed() -> None:
    added = call(
        "connect-model", "groq", "--base-url", URL, "--store-key", "--price-in", "1", "--price-out", "2", stdin=KEY
    )
    assert added.stderr == f"Connection 'groq' leads to {URL}, key: stored.\n"
    default, groq = json.loads(call("connections", "--json").stdout)
    assert (default["name"], default["key"]) == ("default", "$OPENAI_API_KEY")
    assert (groq["name"], groq["address"], groq["key"], groq["price_in"]) == ("groq", URL, "stored", 1.0)
    table = call("connections").stdout
    assert all(word in table for word in ("default", "groq", "stored", "1, 2"))
    call("disconnect-model", "groq")
    assert [found["name"] for found in json.loads(call("connections", "--json").stdout)] == ["default"]


def _said_by_connections() -> str:
    """Without the table's folds."""
    return " ".join(cells[-26:].strip() for cells in call("connections").stdout.splitlines())


def test_a_rate_limit_is_declared_and_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENS_PER_MINUTE", "90000")
    call("connect-model", "groq", "--base-url", URL, "--no-key", "--requests-per-minute", "30")
    default, groq = json.loads(call("connections", "--json").stdout)
    assert (groq["requests_per_minute"], groq["tokens_per_minute"]) == (30.0, None)
    assert (default["requests_per_minute"], default["tokens_per_minute"]) == (None, 90_000)
    assert "30 requests/min" in _said_by_connections()
    assert "1 or more" in call("connect-model", "groq", "--tokens-per-minute", "0", code=1).stderr


def test_a_profile_is_named_or_guessed_and_listed() -> None:
    call("connect-model", "groq", "--base-url", "https://api.groq.com/openai/v1", "--no-key")
    call("connect-model", "mine", "--base-url", URL, "--no-key", "--profile", "vllm")
    found = {one["name"]: one["profile"] for one in json.loads(call("connections", "--json").stdout)}
    assert found == {"default": "openai", "groq": "groq", "mine": "vllm"}
    assert "There is no profile 'x'" in call("connect-model", "mine", "--profile", "x", code=1).stderr


def test_a_monthly_budget_is_listed_with_what_is_spent() -> None:
    call("connect-model", "groq", "--base-url", URL, "--no-key", "--monthly-budget", "50")
    groq = json.loads(call("connections", "--json").stdout)[1]
    assert (groq["monthly_budget"], groq["spent_this_month"]) == (50, 0)
    assert "0.00 of 50 USD this month" in _said_by_connections()
    assert "above 0" in call("connect-model", "groq", "--monthly-budget", "0", code=1).stderr


def test_teachers_with_a_server_of_their_own_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEACHER_BASE_URL", "http://127.0.0.1:2/v1")
    names = [(found["name"], found["key"]) for found in json.loads(call("connections", "--json").stdout)]
    assert names == [("default", "$OPENAI_API_KEY"), ("teacher", "none")]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("groq",), "'groq' is a new connection: give its address with --base-url."),
        (("default", "--base-url", URL), "'default' is the connection of OPENAI_BASE_URL and OPENAI_API_KEY"),
        (("Groq", "--base-url", URL), "'Groq' is not a valid name of a connection"),
        (
            ("groq", "--base-url", URL, "--key-env", KEY),
            "export the key as a variable and name that with --key-env, or store it with --store-key.",
        ),
        (("groq", "--base-url", URL, "--price-in", "1"), "give both --price-in and --price-out"),
    ],
)
def test_what_cannot_be_is_one_sentence(argv: tuple[str, ...], said: str) -> None:
    assert said in " ".join(call("connect-model", *argv, code=1).stderr.split())


def test_a_key_is_in_one_place() -> None:
    call("connect-model", "groq", "--base-url", URL, "--key-env", "X", "--no-key", code=2)


def test_the_models_of_a_connection_are_listed(stand_in: RunningStandIn) -> None:
    call("connect-model", "local", "--base-url", stand_in.url, "--no-key")
    listed = call("models", "local")
    assert (listed.stdout, listed.stderr) == ("  stand-in\n", "1 model of connection 'local'.\n")
    assert json.loads(call("models", "local", "--json").stdout) == [{"model": "stand-in", "default": False}]
    assert "There is no connection 'other' here" in call("models", "other", code=1).stderr
    unlisted = call("test-connection", "local", "--model", "gpt-9").stdout
    assert f"{stand_in.url} does not list model 'gpt-9': it has stand-in." in unlisted


def test_a_connection_is_tested(stand_in: RunningStandIn) -> None:
    call("connect-model", "local", "--base-url", stand_in.url, "--no-key", "--price-in", "0", "--price-out", "0")
    check = json.loads(call("test-connection", "local", "--json").stdout)
    assert (check["models"], check["model"], check["usd"]) == (["stand-in"], "stand-in", 0.0)
    works = {found["name"]: found["works"] for found in check["abilities"]}
    assert works | {"pictures": False, "PDF files": False, "batches": True, "log-probabilities": True} == works
    said = call("test-connection", "local").stdout
    assert "a list of 1 model" in said
    assert "0.000000 USD" in said
    assert "json_schema" in said
    assert "These requests cost 0.000000 USD." in said
    assert "The server states no rate limit of a minute. Profile: none, all is learnt." in said
    assert "There is no connection 'groq' here" in call("test-connection", "groq", code=1).stderr
