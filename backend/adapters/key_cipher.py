"""KeyCipher: keys of models' servers, encrypted for the database under a key that is derived from SECRET_KEY."""

import base64
from typing import TYPE_CHECKING

from pydantic import SecretStr

from backend.advice import Advice
from backend.errors import SettingsError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_PURPOSE = b"open-prompts: keys of models' servers"
SHORTEST = 16
"""Characters of SECRET_KEY."""


class KeyCipher:
    """`secret`: SECRET_KEY; None if it is not set."""

    def __init__(self, secret: SecretStr | None) -> None:
        self._secret = secret

    def encrypt(self, key: str) -> str:
        """Raises SettingsError without a SECRET_KEY, or with a short one."""
        return self._fernet().encrypt(key.encode()).decode()

    def decrypt(self, token: str, name: str) -> str:
        """The key of the connection `name`. Raises SettingsError when SECRET_KEY is not the one it was stored under."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet().decrypt(token).decode()
        except (InvalidToken, ValueError):
            raise SettingsError(
                f"SECRET_KEY has changed since the key of connection '{name}' was stored:",
                Advice.KEY_AFTER_CHANGE,
                connection=name,
            ) from None

    def _fernet(self) -> "Fernet":
        from cryptography.fernet import Fernet  # a tenth of a second, which most commands need not wait for
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        secret = self._secret.get_secret_value() if self._secret else ""
        if len(secret) < SHORTEST:
            raise SettingsError(f"Stored keys need SECRET_KEY, of at least {SHORTEST} characters:", Advice.STORED_KEYS)
        derived = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(secret.encode())
        return Fernet(base64.urlsafe_b64encode(derived))
