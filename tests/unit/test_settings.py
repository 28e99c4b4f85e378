"""Settings: what can't be used is named at once, with what would do."""

import logging
from pathlib import Path

import pytest

from backend import env_file
from backend.adapters.database.prompts import Store
from backend.errors import SettingsError
from backend.settings import Settings, load_settings


@pytest.mark.parametrize("bind", ["127.0.0.1:9090", "[::1]:1", "localhost:65535", ":9090", "unix:/run/prompts.sock"])
def test_addresses_to_listen_on(monkeypatch: pytest.MonkeyPatch, bind: str) -> None:
    monkeypatch.setenv("BIND", f" {bind} ")
    assert load_settings().bind == bind


@pytest.mark.parametrize(
    "bind", ["", "9090", "127.0.0.1", "localhost:abc", "x:0", "x:65536", "x:99999999999", "x:-1", "x:²"]
)
def test_what_is_no_address_is_one_sentence(monkeypatch: pytest.MonkeyPatch, bind: str) -> None:
    monkeypatch.setenv("BIND", bind)
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert str(error.value) == (
        "BIND is not usable (it must be HOST:PORT with a port from 1 to 65535, like 127.0.0.1:9090): "
        "correct it in the environment or in .env."
    )


@pytest.mark.parametrize("name", ["LABEL_STUDIO_API_KEY", "OPENAI_API_KEY", "BASIC_AUTH_PASS"])
def test_a_placeholder_is_no_secret(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "replace-me")
    with pytest.raises(SettingsError, match=rf"{name} is not usable \(it is still the placeholder of \.env\.example\)"):
        load_settings()


def test_prices_are_both_set_or_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().prices() is None
    monkeypatch.setenv("PRICE_IN", "0.5")
    with pytest.raises(SettingsError, match="both PRICE_IN and PRICE_OUT"):
        load_settings().prices()
    monkeypatch.setenv("PRICE_OUT", "0")
    assert load_settings().prices() == (0.5, 0)
    monkeypatch.setenv("PRICE_IN", " ")
    monkeypatch.setenv("PRICE_OUT", "")
    assert load_settings().prices() is None


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "cheap"])
def test_a_price_is_a_number_from_0_on(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PRICE_OUT", value)
    with pytest.raises(SettingsError, match="PRICE_OUT"):
        load_settings()


@pytest.mark.parametrize(
    "name",
    ["MAX_IMAGE_MB", "MAX_BODY_MB", "REQUEST_TIMEOUT_S", "PREDICT_DEADLINE_S", "FAILURE_TTL_S", "MONTHLY_BUDGET"],
)
def test_a_number_is_finite(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "inf")
    with pytest.raises(SettingsError, match=rf"{name} is not usable \(Input should be a finite number\)"):
        load_settings()


@pytest.mark.parametrize(
    "given", ["~/prompts", "prompts", "./a/../prompts", "$HOME/prompts", "${HOME}/prompts", " ~/x y "]
)
def test_the_folder_of_the_record_is_one_wherever_one_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str
) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    here.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    (here / ".env").write_text(f"DATA_DIR={given}\n")
    monkeypatch.delenv("DATA_DIR")
    settings = Settings(_env_file=".env")
    assert settings.data_dir.is_absolute()
    assert settings.data_dir.is_relative_to(home if "~" in given or "HOME" in given else here)
    monkeypatch.chdir(tmp_path)
    assert Store(settings.database()).describe().startswith(f"sqlite:///{settings.data_dir}/prompts.sqlite3, 0")
    assert not (here / "~").exists()


@pytest.mark.parametrize("given", ["~nobody-of-that-name/prompts", "$NO_SUCH_VARIABLE/prompts"])
def test_a_folder_that_stands_for_nothing_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("DATA_DIR", given)
    with pytest.raises(SettingsError, match=r"DATA_DIR is not usable .* write the whole path"):
        load_settings()


def test_a_blank_folder_is_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", " ")
    blank = load_settings().data_dir
    monkeypatch.delenv("DATA_DIR")
    assert blank == load_settings().data_dir


def from_file(folder: Path, text: str) -> Settings:
    env_file.warn_of.cache_clear()
    (folder / ".env").write_text(text)
    return Settings(_env_file=folder / ".env")


def test_a_copy_of_the_example_needs_no_password_that_only_docker_needs(tmp_path: Path) -> None:
    """What is left is what it is about: the keys."""
    example = (Path(__file__).resolve().parents[2] / ".env.example").read_text()
    filled = example.replace("LABEL_STUDIO_API_KEY=replace-me", "LABEL_STUDIO_API_KEY=abc")
    filled = filled.replace("OPENAI_API_KEY=replace-me", "OPENAI_API_KEY=sk-1")
    settings = from_file(tmp_path, filled)
    assert (settings.basic_auth_user, settings.basic_auth_pass, settings.secret_key) == (None, None, None)
    assert settings.describe_server() == "127.0.0.1:9090, without a password, reachable from this machine only"
    elsewhere = from_file(tmp_path, f"{filled}\nBIND=0.0.0.0:9090")
    with pytest.raises(SettingsError, match="without a password: set BASIC_AUTH_USER and BASIC_AUTH_PASS"):
        elsewhere.describe_server()


def test_a_password_of_the_file_that_was_chosen_counts(tmp_path: Path) -> None:
    settings = from_file(tmp_path, "BASIC_AUTH_USER=label-studio\nBASIC_AUTH_PASS=secret")
    assert settings.describe_server() == "127.0.0.1:9090, with a password"


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("OPENAI_APIKEY", "OPENAI_API_KEY"),
        ("OPEN_AI_KEY", "OPENAI_API_KEY"),
        ("LABELSTUDIO_URL", "LABEL_STUDIO_URL"),
        ("label_studio_token", "LABEL_STUDIO_API_KEY"),
        ("CONCURENCY", "CONCURRENCY"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("BASIC_AUTH_PASSWORD", "BASIC_AUTH_PASS"),
        ("MAX_USD_A_DAY", "MAX_USD_PER_DAY"),
    ],
)
def test_a_misspelt_name_is_said_once_with_the_one_that_was_meant(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, wrong: str, meant: str
) -> None:
    from_file(tmp_path, f"{wrong}=secret")
    Settings(_env_file=tmp_path / ".env")
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert line == f".env sets {wrong.upper()}, which is not a setting: did you mean {meant}?"


def test_names_of_others_and_of_docker_are_nobody_s_business(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    others = ("AWS_ACCESS_KEY_ID", "DJANGO_DB", "PORT", "SENTRY_DSN", "POSTGRES_PASSWORD", "LABEL_STUDIO_PASSWORD")
    from_file(
        tmp_path,
        "\n".join(f"{name}=x" for name in (*others, "LABEL_STUDIO_USERNAME", "log_format")).replace(
            "log_format=x", "log_format=json"
        ),
    )
    assert caplog.records == []


@pytest.mark.parametrize("name", ["OPENAI_BASE_URL", "TEACHER_BASE_URL"])
@pytest.mark.parametrize("url", ["http://me:geheim@127.0.0.1:1/v1", " https://geheim@host", "//a@geheim@host/v1"])
def test_the_address_of_a_model_has_no_password(monkeypatch: pytest.MonkeyPatch, name: str, url: str) -> None:
    monkeypatch.setenv(name, url)
    with pytest.raises(SettingsError, match=f"{name} is not usable .*without a user or a password") as error:
        load_settings()
    assert "geheim" not in str(error.value)
    monkeypatch.setenv(name, "http://127.0.0.1:1/v1/@x")
    assert load_settings().openai_base_url
