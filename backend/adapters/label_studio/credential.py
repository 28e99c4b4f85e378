"""Credential: how the sender of a request proves to Label Studio who they are, passed on as it came."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

NO_KEY = "passed-on"
"""Stands for the API key where a credential is sent in its place."""
HEADERS = ("Authorization", "X-API-Key")
"""Headers that Label Studio takes a credential from."""
SCHEMES = ("token", "bearer")


@dataclass(frozen=True, slots=True)
class Credential:
    """`value` is a secret: it is shown and stored nowhere."""

    header: str
    value: str = field(repr=False)

    @property
    def digest(self) -> str:
        """What a verdict about it may be remembered by."""
        return sha256(f"{self.header}: {self.value}".encode("utf-8", "surrogatepass")).hexdigest()


def credential_of(header: Callable[[str], str | None]) -> Credential | None:
    """The one in a request's headers; None when there is none that Label Studio would look at. `header`: the value of
    one by its name, in whatever case."""
    for name in HEADERS:
        value = (header(name) or "").strip()
        scheme, _, rest = value.partition(" ")
        is_ours = name != "Authorization" or (scheme.lower() in SCHEMES and rest.strip())
        if value and value.isascii() and value.isprintable() and is_ours:
            return Credential(name, value)
    return None
