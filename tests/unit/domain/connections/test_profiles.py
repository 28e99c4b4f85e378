"""The table of profiles: addresses are recognised, and what it says fits the forms of requests."""

import pytest

from backend.adapters.providers.request_format import FORMATS
from backend.domain.connections.profiles import PROFILES, Profile, guessed, profile_named
from backend.errors import SettingsError


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_the_address_of_each_is_recognised(profile: Profile) -> None:
    assert guessed(profile.address) is profile
    assert profile_named(profile.name) is profile


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_its_words_are_known(profile: Profile) -> None:
    assert set(profile.formats) <= set(FORMATS)
    assert set(profile.refused) <= {"logprobs", "temperature", "seed", "max_tokens"}
    assert profile.mask in ("before", "after", "")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://me.openai.azure.com/openai/v1", "azure"),
        ("https://me.openai.azure.com/openai/deployments/gpt", "azure-deployments"),
        ("https://europe-west1-aiplatform.googleapis.com/v1/x", "vertex"),
        ("http://127.0.0.1:11434/v1", "ollama"),
        ("http://[::1]:8000/v1", "vllm"),
        ("http://10.0.0.1:8000/v1", None),
        ("https://api.openai.com.evil.test/v1", None),
        ("https://notapi.openai.com/v1", None),
        ("http://localhost:9/v1", None),
        ("http://localhost:99999/v1", None),
        ("no address", None),
    ],
)
def test_what_an_address_suggests(address: str, name: str | None) -> None:
    found = guessed(address)
    assert (found.name if found else None) == name


def test_another_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match="There is no profile 'opnai': choose one of openai, azure"):
        profile_named("opnai")
