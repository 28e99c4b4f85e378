"""Credential: the header with which the sender of a request shows Label Studio who they are. It is passed on
unchanged."""

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


@dataclass(frozen=True, slots=True)
class TokenSentences:
    """What is said of a token, to whoever can change it.

    expired: its time is over, or it cannot be read
    refused: Label Studio does not know it
    forbidden: Label Studio knows it, and refuses a request
    """

    expired: str
    refused: str
    forbidden: str


_REFUSED = "Label Studio refused the token: check LABEL_STUDIO_API_KEY."
OF_SERVER = TokenSentences(
    "The token in LABEL_STUDIO_API_KEY has expired or is damaged: make a new one (Account & Settings).",
    _REFUSED,
    _REFUSED,
)
OF_PERSON = TokenSentences(
    "Your token of Label Studio has expired or is damaged: copy a new one from Account & Settings.",
    "Label Studio does not know this token: copy it again from Account & Settings.",
    "Label Studio does not allow this with your token: ask for access there, or copy another one from Account & "
    "Settings.",
)


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
