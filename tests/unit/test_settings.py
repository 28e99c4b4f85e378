"""Settings: what can't be used is named at once, with what would do."""

from pathlib import Path

import pytest

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
