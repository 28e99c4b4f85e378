"""What to set instead if LABEL_STUDIO_URL redirects, or if the certificate of its server is not trusted.

Redirects are not followed: a POST would become a GET, and the token would go to whichever host is named.
"""

import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from backend.domain.urls import public_url
from backend.errors import StudioError

if TYPE_CHECKING:
    import httpx


def refuse_redirect(response: "httpx.Response", url: str) -> None:
    """Raises StudioError for a redirect, with the address to set instead of `url`."""
    if not 300 <= response.status_code < 400 or "location" not in response.headers:
        return
    requested = response.request.url
    path = requested.path.removeprefix(urlsplit(url).path.rstrip("/"))
    leads = requested.join(response.headers["location"]).copy_with(query=None, fragment=None)
    same = leads.path.rstrip("/").endswith(path.rstrip("/"))
    address = str(leads).rstrip("/").removesuffix(path.rstrip("/")) if same else str(leads)
    advice = (
        f"set LABEL_STUDIO_URL to {public_url(address)}"
        if same
        else "set LABEL_STUDIO_URL to Label Studio's own address"
    )
    raise StudioError(
        f"{public_url(url)} redirects to {public_url(address)}, and redirects are not followed: {advice}."
    )


def tls_trouble(error: BaseException, address: str) -> StudioError | None:
    """A sentence if TLS is the reason why there is no connection to `address`; None for other reasons."""
    reason: BaseException | None = error
    while reason is not None and not isinstance(reason, ssl.SSLError):
        reason = reason.__cause__ or reason.__context__
    if isinstance(reason, ssl.SSLCertVerificationError):
        return StudioError(
            f"The certificate of Label Studio at {address} is not trusted ({reason.verify_message.rstrip('.')}): set "
            "SSL_CERT_FILE in the environment to a PEM file that holds it, or that of the authority which signed it."
        )
    if reason is not None:
        return StudioError(
            f"There is no secure connection to {address} ({reason.reason or 'TLS failed'}): if Label Studio does not "
            "use TLS there, begin LABEL_STUDIO_URL with http://."
        )
    return None
