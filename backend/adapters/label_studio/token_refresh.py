"""Token refresh: a personal access token is exchanged for one that lasts minutes, at Label Studio's own endpoint."""

import httpx

from backend.adapters.label_studio.clients import client_without_cookies
from backend.adapters.label_studio.http import away, stranger
from backend.adapters.label_studio.json_body import JSON_TYPE
from backend.domain.urls import public_url


def refresh_token(url: str, body: bytes) -> tuple[int, bytes]:
    """Label Studio's answer to a personal access token that is sent for access: the HTTP status, and JSON.

    Raises Unreachable when Label Studio does not answer, StudioError when something else does.
    """
    try:
        with client_without_cookies() as http:
            answer = http.post(f"{url}/api/token/refresh/", content=body, headers=JSON_TYPE)
            answer.json()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise away(public_url(url), error) from None
    except ValueError:
        raise stranger(public_url(url)) from None
    return answer.status_code, answer.content
