"""Providers: the words of Label Studio's API for who runs a model's server, and their addresses."""

from urllib.parse import urlsplit

from backend.errors import SettingsError

CUSTOM = "Custom"
ADDRESSES: dict[str, str | None] = {
    "OpenAI": "https://api.openai.com/v1",
    "Gemini": "https://generativelanguage.googleapis.com/v1beta/openai",
    "Anthropic": "https://api.anthropic.com/v1",
    "AzureOpenAI": None,
    "AzureAIFoundry": None,
    CUSTOM: None,
}
"""Those that speak chat completions with a key. None: each customer has another address."""
_HOSTS = {urlsplit(address).hostname: name for name, address in ADDRESSES.items() if address}


def provider_address(provider: str, endpoint: str | None) -> str:
    """The base URL of a provider's server.

    endpoint: as it was given; None or "" for the provider's own

    Raises SettingsError for a provider that cannot be asked, and for one without an address.
    """
    if provider not in ADDRESSES:
        raise SettingsError(
            f"'{provider[:40]}' cannot be asked with a key alone: use {', '.join(ADDRESSES)}; Custom is any server "
            "that speaks OpenAI's chat completions."
        )
    address = endpoint or ADDRESSES[provider]
    if address is None:
        raise SettingsError(f"'endpoint' is missing: send the address of the {provider} server, like https://host/v1.")
    return address


def provider_of(url: str) -> str:
    """Whose server an address is."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # earlier releases stored any address
        return CUSTOM
    return "AzureOpenAI" if host.endswith(".openai.azure.com") else _HOSTS.get(host, CUSTOM)
