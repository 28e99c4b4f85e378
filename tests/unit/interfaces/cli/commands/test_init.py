"""`init` without Label Studio: what it asks, what it refuses, what it writes. With one: journeys/test_setup.py."""

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backend.adapters.files.env_file import DotEnvFile, changed
from backend.errors import SettingsError
from backend.interfaces.cli.main import cli
from tests.running import RunningStandIn

SECRET = "sk-very-secret"
NOBODY = "http://127.0.0.1:1"
OLD = "# mine\nPOSTGRES_PASSWORD='a b'\nOPENAI_MODEL=replace-me\n\nexport OTHER=\"two\nOPENAI_MODEL=lines\"\nLAST=1"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(*argv: str, typed: str = "", **env: str) -> Result:
    return CliRunner().invoke(cli, ["init", *argv], input=typed, env=env)


def typed(model_url: str, model: str = "", key: str = SECRET) -> str:
    """Answers in front of no Label Studio, whose absence is taken."""
    return "\n".join([NOBODY, "y", "f" * 40, "y", model_url, key, model, ""])


def test_what_is_typed_is_checked_at_once_and_written(stand_in: RunningStandIn, folder: Path) -> None:
    (folder / ".env").write_text(OLD, encoding="utf-8")
    done = init(typed=typed(stand_in.url))
    assert done.exit_code == 0, done.output
    assert f"no  Label Studio is not reachable at {NOBODY}" in done.stderr
    assert f"ok  {stand_in.url}\n" in done.stderr
    assert f"ok  {stand_in.url}, stand-in, one small request took 0." in done.stderr
    assert SECRET not in done.output
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    assert (folder / ".env").read_text(encoding="utf-8") == (
        "# mine\nPOSTGRES_PASSWORD='a b'\nOPENAI_MODEL=stand-in\n\nexport OTHER=\"two\nOPENAI_MODEL=lines\"\nLAST=1\n"
        f"LABEL_STUDIO_URL={NOBODY}\nLABEL_STUDIO_API_KEY={'f' * 40}\nOPENAI_BASE_URL={stand_in.url}\n"
        f"OPENAI_API_KEY={SECRET}\n"
    )
    assert "Next: " in done.stderr


def test_a_wrong_answer_can_be_given_again(stand_in: RunningStandIn, folder: Path) -> None:
    stand_in.control(api_key=SECRET)
    answers = [NOBODY, "y", "t", "y", NOBODY, "n", stand_in.url, "wrong", "n", SECRET, "gpt-5-nonexistent", "n", "", ""]
    done = init(typed="\n".join(answers))
    assert done.exit_code == 0, done.output
    assert f"no  No connection to the model's server at {NOBODY}" in done.stderr
    assert "refused the key: check OPENAI_API_KEY" in done.stderr
    assert "does not list model 'gpt-5-nonexistent': it has stand-in." in done.stderr
    assert DotEnvFile(folder / ".env").values()["OPENAI_API_KEY"] == SECRET


def test_what_is_set_already_is_not_replaced_without_a_yes(stand_in: RunningStandIn, folder: Path) -> None:
    (folder / ".env").write_text(f"OPENAI_MODEL=mine\nOPENAI_API_KEY={SECRET}x\n", encoding="utf-8")
    before = (folder / ".env").read_bytes()
    refused = init(typed=typed(stand_in.url, "stand-in") + "n\n")
    assert refused.exit_code == 1
    assert f"Replace OPENAI_API_KEY, OPENAI_MODEL in {folder / '.env'}?" in refused.stderr
    nobody = init(typed=typed(stand_in.url, "stand-in"))
    assert "there is no terminal to ask on" in nobody.stderr
    assert (folder / ".env").read_bytes() == before
    assert SECRET not in refused.output + nobody.output
    assert init(typed=typed(stand_in.url, "stand-in") + "y\n").exit_code == 0
    assert "OPENAI_MODEL=stand-in\n" in (folder / ".env").read_text(encoding="utf-8")


def test_a_key_is_not_sent_to_another_address(stand_in: RunningStandIn, folder: Path) -> None:
    """Enter keeps a key for the server it is for only."""
    (folder / ".env").write_text(f"OPENAI_API_KEY={SECRET}\nOPENAI_BASE_URL={NOBODY}\n", encoding="utf-8")
    done = init(typed=typed(stand_in.url, key="") + "y\n")
    assert done.exit_code == 0, done.output
    assert DotEnvFile(folder / ".env").values()["OPENAI_API_KEY"] == "none"


def test_nobody_is_asked_with_yes_and_nothing_is_written_when_a_check_fails(
    stand_in: RunningStandIn, folder: Path
) -> None:
    done = init("--yes", "--openai-model", "stand-in", OPENAI_BASE_URL=stand_in.url, LABEL_STUDIO_URL=NOBODY)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: Label Studio is not reachable at {NOBODY} (ConnectError): start it, or correct LABEL_STUDIO_URL.\n"
    )
    assert not (folder / ".env").exists()


def test_another_setting_that_is_wrong_is_named(folder: Path) -> None:
    (folder / ".env").write_text("CONCURRENCY=many\n", encoding="utf-8")
    assert "CONCURRENCY is not usable" in init(CONCURRENCY="many").stderr


@pytest.mark.parametrize("value", ["plain", "a b", "it's", 'say "so"', "a#b", "back\\slash", "$HOME", "ö", ""])
def test_a_value_comes_back_as_it_went(folder: Path, value: str) -> None:
    DotEnvFile(folder / ".env").write({"A": value, "B": "2"})
    DotEnvFile(folder / ".env").write({"B": "3"})
    assert DotEnvFile(folder / ".env").values() == {"B": "3"} | ({"A": value} if value else {})


def test_what_env_files_expand_is_refused(folder: Path) -> None:
    with pytest.raises(SettingsError, match="set it as an environment variable"):
        DotEnvFile(folder / ".env").write({"A": "${HOME}"})
    assert not (folder / ".env").exists()


def test_lines_that_mean_nothing_stay(folder: Path) -> None:
    assert changed("what is this\n\n\na=1\nA=2\n", {"A": "3"}) == "what is this\n\n\nA=3\nA=3\n"


def test_a_link_stays_a_link(folder: Path) -> None:
    (folder / "elsewhere").write_text("A=1\n", encoding="utf-8")
    (folder / ".env").symlink_to(folder / "elsewhere")
    DotEnvFile(folder / ".env").write({"A": "2"})
    assert (folder / ".env").is_symlink()
    assert (folder / "elsewhere").read_text(encoding="utf-8") == "A=2\n"
