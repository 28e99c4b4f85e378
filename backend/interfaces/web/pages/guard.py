"""Guard of the page: which requests of browsers are let in, by their headers alone.

Cookies do not depend on the port. So a page of another server on the same host sends our cookies too, even cookies that
are strictly for the same site. Therefore a request that changes something must say that it comes from a page at exactly
this server's address. A page elsewhere may also let its own host name lead to this server and read the answers (DNS
rebinding). Such a request is recognised by that host name.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from backend.domain.whole_number import whole_number
from backend.interfaces.web.admission import Environ, Refusal, is_local

READING = ("GET", "HEAD")
MOST_FORM = 2_000_000
"""Bytes of what a form sends."""
OTHER_HOST = Refusal(
    403, "This server does not know the name it was asked by: set PAGE_URL to the address at which browsers reach it."
)
OTHER_ORIGIN = Refusal(403, "This was sent from a page of another server, so nothing was done: go back and try again.")
TOO_LARGE = Refusal(413, f"A form takes less than {MOST_FORM:,} bytes: send a shorter text.")


@dataclass(frozen=True, slots=True)
class PageAddress:
    """`url`: at which browsers reach the page, None for this machine alone."""

    url: str | None = None

    def origin(self, environ: Environ) -> str | None:
        """The origin of our own pages, as a browser that sent this request knows it; None for a name that is not
        ours."""
        host = environ.get("HTTP_HOST", "").lower()
        if self.url is not None and host == urlsplit(self.url).netloc.lower():
            return f"{urlsplit(self.url).scheme}://{host}"
        return f"{environ['wsgi.url_scheme']}://{host}" if is_local(host) else None


@dataclass(frozen=True, slots=True)
class PageGuard:
    address: PageAddress

    def __call__(self, environ: Environ) -> Refusal | None:
        """See admission.Admit. The session and the form's token are checked once the body is there."""
        origin = self.address.origin(environ)
        if origin is None:
            return OTHER_HOST
        if environ["REQUEST_METHOD"] in READING:
            return None
        site = environ.get("HTTP_SEC_FETCH_SITE", "same-origin")
        if environ.get("HTTP_ORIGIN") != origin or site != "same-origin":
            return OTHER_ORIGIN
        return None if _length(environ) <= MOST_FORM else TOO_LARGE


def _length(environ: Environ) -> int:
    """Of the body, as it is told before; more than may be sent where it is not."""
    header = environ.get("CONTENT_LENGTH") or ""
    length = whole_number(header)
    return MOST_FORM + 1 if length is None else length
