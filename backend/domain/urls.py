"""Addresses as people may see them: a URL may contain a password before its host or a key after its path."""

import re

_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://"
    r"(?P<user>[^/?#\s]*@)?(?P<host>(?:[\w.,-]|:\d+(?=[:,/?#]|$)|\[[0-9a-f:.%]+\])*)"
    r"(?P<path>/[^?#\s]*)?(?:[?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
HIDDEN = "(an address that is not shown)"


def public_url(url: str) -> str:
    """Scheme, host, port and path of `url`, nothing else.

    If they cannot be separated from a secret (no scheme, or an @ after the host), a part of a sentence says so instead.
    """
    match = _URL.fullmatch(url)
    if match is None:
        return HIDDEN
    unsure = (match["user"] or match["host"]) and "@" in url[match.end("host") :]
    return HIDDEN if unsure else f"{match['scheme']}://{match['host']}{match['path'] or ''}"
