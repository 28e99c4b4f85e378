"""Keys are stored encrypted, and read only under the SECRET_KEY they were stored under."""

import pytest
from pydantic import SecretStr

from backend.adapters.key_cipher import KeyCipher
from backend.errors import SettingsError

SECRET = SecretStr("0123456789abcdef")


def test_a_key_comes_back_and_is_not_in_what_is_stored() -> None:
    first, second = (KeyCipher(SECRET).encrypt("sk-of-a-test") for _ in range(2))
    assert "sk-of-a-test" not in first
    assert first != second
    assert KeyCipher(SECRET).decrypt(first, "groq") == "sk-of-a-test"


@pytest.mark.parametrize("damaged", ["", "x", "gAAAA", "é"])
def test_under_another_secret_or_damaged_it_must_be_given_again(damaged: str) -> None:
    token = KeyCipher(SECRET).encrypt("sk-of-a-test")
    with pytest.raises(SettingsError, match="key of connection 'groq' was stored: give the key again") as raised:
        KeyCipher(SecretStr("f" * 16)).decrypt(token, "groq")
    assert token not in str(raised.value)
    with pytest.raises(SettingsError, match="SECRET_KEY has changed"):
        KeyCipher(SECRET).decrypt(damaged, "groq")


@pytest.mark.parametrize("secret", [None, SecretStr("short")])
def test_without_a_secret_nothing_is_stored(secret: SecretStr | None) -> None:
    with pytest.raises(SettingsError, match="Stored keys need SECRET_KEY"):
        KeyCipher(secret).encrypt("sk-of-a-test")
