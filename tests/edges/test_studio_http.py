"""What is wrong with a token before Label Studio is asked at all."""

import base64
import json

import pytest

from backend.edges.studio_http import StudioHttp
from backend.errors import StudioError


def token(**claims: object) -> str:
    """A personal access token with these claims, as Label Studio makes them."""
    parts = ({"alg": "HS256", "typ": "JWT"}, {"token_type": "refresh", **claims})
    head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return f"{head}.{body}.c2lnbmF0dXJl"


@pytest.mark.parametrize("claims", [{"exp": 1_000_000_000}, {}])
def test_a_token_that_has_expired_is_one_sentence(claims: dict[str, object]) -> None:
    with pytest.raises(StudioError, match="has expired or is damaged: make a new one") as error:
        StudioHttp("http://127.0.0.1:1", token(**claims))
    assert token(**claims) not in str(error.value)
