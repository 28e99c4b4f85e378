"""ModelConnection: how a model's server is reached. What its models support is another matter, see ModelProfiles."""

from collections.abc import Callable
from dataclasses import dataclass, field

from backend.adapters.providers.prices import Price, fixed_price, price_of
from backend.domain.connections.connection import DEFAULT
from backend.domain.connections.profiles import Profile
from backend.domain.urls import public_url


def _as_known() -> None:
    return None


@dataclass(frozen=True, slots=True)
class SettingNames:
    """What a user corrects, in sentences: `address` and `key` of a connection."""

    address: str
    key: str

    @classmethod
    def of_settings(cls, prefix: str) -> "SettingNames":
        return cls(f"{prefix}_BASE_URL", f"{prefix}_API_KEY")

    @classmethod
    def of_stored(cls, name: str) -> "SettingNames":
        return cls(f"the address of connection '{name}'", f"the key of connection '{name}'")


_OPENAI = SettingNames.of_settings("OPENAI")


@dataclass(frozen=True, slots=True)
class ModelConnection:
    """timeout_s: for a whole request
    settings: what its user corrects
    prices: USD per million prompt and completion tokens for all its models, None where each has its known price
    name, concurrency, monthly_budget: see `domain.connections.connection`
    rates: most requests and tokens a minute, None for what its server states
    profile: what is known of it
    renewed_key: the key as it is now, where it changes
    """

    base_url: str
    api_key: str | None = field(repr=False)
    timeout_s: float
    settings: SettingNames = _OPENAI
    prices: Callable[[], tuple[float, float] | None] = _as_known
    name: str = DEFAULT
    concurrency: int | None = None
    rates: tuple[float | None, float | None] = (None, None)
    profile: Profile | None = None
    monthly_budget: float | None = None
    renewed_key: Callable[[], str] | None = None

    @property
    def public_url(self) -> str:
        """Its address, for people."""
        return public_url(self.base_url)

    @property
    def query(self) -> dict[str, object]:
        """What each address ends with."""
        return dict(self.profile.query) if self.profile else {}

    @property
    def pricing(self) -> Callable[[str], Price]:
        """Of its models, by name. Raises SettingsError for prices that can't be."""
        return pricing_of(self.prices())


def pricing_of(prices: tuple[float, float] | None) -> Callable[[str], Price]:
    """`prices`: USD per million prompt and completion tokens for all models; None for the known price of each."""
    return price_of if prices is None else fixed_price(*prices)
