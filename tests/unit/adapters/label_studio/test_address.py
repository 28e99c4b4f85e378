"""What to set when LABEL_STUDIO_URL leads elsewhere, or to a certificate that is not trusted."""

import ssl

import httpx
import pytest

from backend.adapters.label_studio.address import refuse_redirect, tls_trouble
from backend.errors import StudioError

URL = "http://studio.test/sub"


def redirected(location: str, status: int = 301) -> httpx.Response:
    request = httpx.Request("GET", f"{URL}/api/tasks/?page=2")
    return httpx.Response(status, headers={"location": location}, request=request)


@pytest.mark.parametrize(
    ("location", "advice"),
    [
        ("https://studio.test/sub/api/tasks/?page=2", "set LABEL_STUDIO_URL to https://studio.test/sub$"),
        ("/api/tasks/", "set LABEL_STUDIO_URL to http://studio.test$"),
        ("https://sso.test/login?next=x", "set LABEL_STUDIO_URL to Label Studio's own address"),
    ],
)
def test_a_redirect_is_refused_with_the_address_to_set(location: str, advice: str) -> None:
    with pytest.raises(StudioError, match=advice.replace(".", r"\.").rstrip("$") + r"\.$"):
        refuse_redirect(redirected(location), URL)


def is_refused(answer: httpx.Response) -> bool:
    try:
        refuse_redirect(answer, URL)
    except StudioError:
        return True
    return False


def test_what_is_no_redirect_passes() -> None:
    assert not is_refused(redirected("https://elsewhere.test", 200))
    assert not is_refused(httpx.Response(304, request=httpx.Request("GET", URL)))


def test_a_certificate_that_is_not_trusted_names_the_remedy() -> None:
    cause = ssl.SSLCertVerificationError(1, "x")
    cause.verify_message = "self-signed certificate."
    error = httpx.ConnectError("x")
    error.__cause__ = cause
    assert "SSL_CERT_FILE" in str(tls_trouble(error, URL))
    assert "(self-signed certificate)" in str(tls_trouble(error, URL))


def test_a_server_without_tls_is_told_by_its_answer() -> None:
    error = httpx.ConnectError("x")
    error.__context__ = ssl.SSLError(1, "x")
    error.__context__.reason = "WRONG_VERSION_NUMBER"
    assert "begin LABEL_STUDIO_URL with http://" in str(tls_trouble(error, URL))
    assert tls_trouble(httpx.ConnectError("refused"), URL) is None
