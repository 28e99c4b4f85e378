"""Profiles: what is known of the servers of providers before one is asked. One table; docs/set-up/profiles.md shows it.

A profile only saves requests that would be refused. What it does not say, and where models differ, is learnt from
answers. Stored answers do not depend on it: nothing of it is in a request's digest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from backend.errors import SettingsError

BEARER, API_KEY = "bearer", "api-key"
"""The header in which the key is sent: `Authorization`, or Azure's own."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a provider's server supports.

    address: an example of its base URL
    hosts: ends of the host names at which it is
    port: at which it listens on one's own machine, unless told otherwise
    formats: response formats that it takes; () where models differ
    ignored: parameters that it takes and does not follow
    refused: parameters that it refuses, which are left out from the start
    alternatives: most `top_logprobs`; 0 without log-probabilities, None where models differ or it is not known
    mask: whether log-probabilities are from before or after the tokens that the format forbids are left out; "" if
        unknown
    effort: name of the parameter for how long to think; "" without one
    batch: whether it has OpenAI's Batch API; pictures, files: whether it takes them as parts of a message; None where
        models differ, or it is not known
    rates: what its headers about rate limits begin with; "" without them
    key: how the key is sent
    query: what each address ends with
    """

    name: str
    title: str
    address: str
    hosts: tuple[str, ...] = ()
    port: int | None = None
    formats: tuple[str, ...] = ("json_schema", "json_object")
    ignored: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    alternatives: int | None = None
    mask: str = ""
    effort: str = "reasoning_effort"
    batch: bool | None = None
    pictures: bool | None = None
    files: bool | None = None
    rates: str = "x-ratelimit-"
    key: str = BEARER
    query: Mapping[str, str] = field(default_factory=dict)

    def promises(self, what: str) -> bool:
        """Whether it says that the server takes a response format, or the parameter `logprobs`."""
        return what in self.formats or (what == "logprobs" and bool(self.alternatives))


PROFILES = (
    Profile(
        "openai",
        "OpenAI",
        "https://api.openai.com/v1",
        ("api.openai.com",),
        alternatives=20,
        batch=True,
        files=True,
    ),
    Profile(
        "azure",
        "Azure OpenAI (v1)",
        "https://NAME.openai.azure.com/openai/v1",
        (".openai.azure.com",),
        alternatives=20,
    ),
    Profile(
        "azure-deployments",
        "Azure OpenAI (deployments)",
        "https://NAME.openai.azure.com/openai/deployments/DEPLOYMENT",
        alternatives=20,
        key=API_KEY,
        query={"api-version": "2024-10-21"},
    ),
    Profile(
        "azure-foundry",
        "Azure AI Foundry",
        "https://NAME.services.ai.azure.com/openai/v1",
        (".services.ai.azure.com", ".models.ai.azure.com"),
    ),
    Profile(
        "gemini",
        "Gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        ("generativelanguage.googleapis.com",),
        batch=True,
        pictures=True,
        rates="",
    ),
    Profile(
        "vertex",
        "Vertex AI",
        "https://REGION-aiplatform.googleapis.com/v1/projects/PROJECT/locations/REGION/endpoints/openapi",
        ("aiplatform.googleapis.com",),
        pictures=True,
        rates="",
    ),
    Profile(
        "anthropic",
        "Anthropic",
        "https://api.anthropic.com/v1",
        ("api.anthropic.com",),
        formats=(),
        ignored=("response_format", "logprobs", "seed", "reasoning_effort"),
        alternatives=0,
        effort="",
        batch=False,
        pictures=True,
        rates="anthropic-ratelimit-",
    ),
    Profile(
        "openrouter",
        "OpenRouter",
        "https://openrouter.ai/api/v1",
        ("openrouter.ai",),
        formats=(),
        effort="reasoning",
        files=True,
        rates="",
    ),
    Profile(
        "groq",
        "Groq",
        "https://api.groq.com/openai/v1",
        ("api.groq.com",),
        formats=(),
        refused=("logprobs",),
        alternatives=0,
        batch=True,
    ),
    Profile(
        "mistral", "Mistral", "https://api.mistral.ai/v1", ("api.mistral.ai",), alternatives=0, effort="", rates=""
    ),
    Profile("xai", "xAI", "https://api.x.ai/v1", ("api.x.ai",), alternatives=8),
    Profile(
        "deepseek",
        "DeepSeek",
        "https://api.deepseek.com",
        ("api.deepseek.com",),
        formats=("json_object",),
        alternatives=20,
        effort="",
        batch=False,
        pictures=False,
        rates="",
    ),
    Profile("vllm", "vLLM", "http://localhost:8000/v1", port=8000, alternatives=20, mask="after", rates=""),
    Profile("sglang", "SGLang", "http://localhost:30000/v1", port=30000, mask="after", rates=""),
    Profile(
        "llama.cpp", "llama.cpp", "http://localhost:8080/v1", port=8080, mask="before", effort="", batch=False, rates=""
    ),
    Profile("ollama", "Ollama", "http://localhost:11434/v1", port=11434, mask="before", batch=False, rates=""),
    Profile("lm-studio", "LM Studio", "http://localhost:1234/v1", port=1234, effort="", batch=False, rates=""),
    Profile("litellm", "LiteLLM", "http://localhost:4000", port=4000, formats=()),
)
_BY_NAME = {profile.name: profile for profile in PROFILES}


def profile_named(name: str) -> Profile:
    """Raises SettingsError for a name that is not in the table."""
    if name not in _BY_NAME:
        raise SettingsError(f"There is no profile '{name[:50]}': choose one of {', '.join(_BY_NAME)}.")
    return _BY_NAME[name]


def guessed(base_url: str) -> Profile | None:
    """The profile that the address of a server suggests; None if nothing does."""
    try:
        parts = urlsplit(base_url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    if host.endswith(".openai.azure.com") and "/deployments/" in parts.path:
        return _BY_NAME["azure-deployments"]
    for profile in PROFILES:
        if any(host == end or (end.startswith((".", "aiplatform")) and host.endswith(end)) for end in profile.hosts):
            return profile
    return next((profile for profile in PROFILES if profile.port == port and port and _is_own(host)), None)


def _is_own(host: str) -> bool:
    """Whether it is this machine."""
    if host in ("localhost", "host.docker.internal"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
