"""Settings that only make sense together."""

import pytest

from backend.errors import SettingsError
from backend.settings import Settings, load_settings


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
