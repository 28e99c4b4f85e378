"""ModelConnection: how a model's server is reached. What its models support is another matter, see ModelProfiles."""

from collections.abc import Callable
from dataclasses import dataclass, field

from backend.adapters.providers.prices import fixed_price, price_of
from backend.domain.resolution.resolve import Pricing
from backend.domain.urls import shown


def _as_known() -> None:
    return None


@dataclass(frozen=True, slots=True)
class ModelConnection:
    """`timeout_s`: for a whole request; `settings`: what the names of the settings of its address and key begin with;
    `prices`: USD per million prompt and completion tokens for all its models, None where each has its known price."""

    base_url: str
    api_key: str | None = field(repr=False)
    timeout_s: float
    settings: str = "OPENAI"
    prices: Callable[[], tuple[float, float] | None] = _as_known

    @property
    def shown(self) -> str:
        """Its address, for people."""
        return shown(self.base_url)

    @property
    def pricing(self) -> Pricing:
        """Raises SettingsError for prices that can't be."""
        prices = self.prices()
        return price_of if prices is None else fixed_price(*prices)
