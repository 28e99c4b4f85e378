"""Access tokens of Google, from made-up credentials: renewed when they expire, and a sentence where there are none."""

import builtins
from pathlib import Path
from typing import Any

import pytest

from backend.adapters.google_auth import GoogleToken
from backend.errors import SettingsError

exceptions = pytest.importorskip("google.auth.exceptions", reason="google-auth is an extra")


class MadeUp:
    """Each refresh gives another token. `valid`: whether that one does for the next minutes."""

    def __init__(self, *, lasts: bool = True, error: Exception | None = None) -> None:
        self.lasts, self.error, self.refreshed = lasts, error, 0
        self.token = ""

    @property
    def valid(self) -> bool:
        return self.lasts and self.refreshed > 0

    def refresh(self, _request: Any) -> None:
        if self.error is not None:
            raise self.error
        self.refreshed += 1
        self.token = f"token-{self.refreshed}"


def test_a_token_is_kept_as_long_as_it_is_valid() -> None:
    found = MadeUp()
    token = GoogleToken(found)
    assert [token(), token()] == ["token-1", "token-1"]
    assert found.refreshed == 1


def test_one_that_is_about_to_expire_is_renewed() -> None:
    token = GoogleToken(MadeUp(lasts=False))
    assert [token(), token()] == ["token-1", "token-2"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("TransportError", "its server was not reached. Try again later"),
        ("RefreshError", "gcloud auth application-default login"),
    ],
)
def test_without_a_token_a_sentence_says_what_to_do(error: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as raised:
        GoogleToken(MadeUp(error=getattr(exceptions, error)("secret")))()
    assert "secret" not in str(raised.value)


def test_a_file_that_is_not_a_key_is_no_credential(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text("{}")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
    with pytest.raises(SettingsError, match="no usable credentials for Vertex AI"):
        GoogleToken()()


def test_without_the_package_it_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name.startswith("google"):
            raise ImportError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SettingsError, match=r"pip install 'open-prompts\[vertex\]'"):
        GoogleToken(MadeUp())()
