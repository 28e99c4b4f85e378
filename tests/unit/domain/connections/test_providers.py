"""Who runs a model's server, and where it is."""

import pytest

from backend.domain.connections.providers import ADDRESSES, provider_address, provider_of
from backend.errors import SettingsError


@pytest.mark.parametrize("name", [name for name, address in ADDRESSES.items() if address])
def test_a_provider_is_known_by_its_own_address(name: str) -> None:
    assert provider_of(provider_address(name, None)) == provider_of(provider_address(name, "")) == name


def test_an_address_that_is_given_counts() -> None:
    assert provider_address("OpenAI", "http://localhost:8000/v1") == "http://localhost:8000/v1"
    assert provider_of("http://localhost:8000/v1") == provider_of("https://api.openai.com.evil.test/v1") == "Custom"
    assert provider_of("http://[::1/v1") == "Custom"
    assert provider_of("https://mine.openai.azure.com/openai/v1") == "AzureOpenAI"


@pytest.mark.parametrize("name", ["Custom", "AzureOpenAI", "AzureAIFoundry"])
def test_some_have_no_address_of_their_own(name: str) -> None:
    with pytest.raises(SettingsError, match=f"'endpoint' is missing: send the address of the {name} server"):
        provider_address(name, None)


def test_a_provider_that_needs_more_than_a_key_is_refused() -> None:
    with pytest.raises(SettingsError, match="'VertexAI' cannot be asked with a key alone: use OpenAI, Gemini"):
        provider_address("VertexAI", "https://x.test")
