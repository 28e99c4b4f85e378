"""Whether our own server answers at an address. It does not tell whether Label Studio may call it there."""

from backend.advice import Advice
from backend.errors import ServerError

TITLE = "Open Prompts, for Label Studio"
"""What its /health calls itself."""
PATIENCE_S = 5.0


def describe(url: str, user: str | None, password: str | None) -> str:
    """For people. Raises ServerError if nothing or something else answers, or if it refuses the login."""
    import httpx  # a tenth of a second, which most commands need not wait for

    url = url.rstrip("/")
    login = (user, password or "") if user else None
    try:
        answer = httpx.get(f"{url}/health", auth=login, timeout=PATIENCE_S, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ServerError(f"Nothing answers at {url} ({type(error).__name__}):", Advice.START_SERVER) from None
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise ServerError(
            f"The server at {url} refuses the login: set BASIC_AUTH_USER and BASIC_AUTH_PASS here as they are there."
        )
    if TITLE not in answer.text:
        raise ServerError(f"What answers at {url} is not this server: stop it, or give BIND another port.")
    return f"answers at {url}"
