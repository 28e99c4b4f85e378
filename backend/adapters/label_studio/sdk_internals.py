"""The one file that reaches a private part of Label Studio's SDK: the client that all its calls go through.

The SDK has no call of its own for lists that arrive piece by piece, nor for the raw answer of a request.
"""

from typing import Any


def http_client_of(sdk: Any) -> Any:
    """The HTTP client of a `label_studio_sdk.LabelStudio`, with its address, token and time-outs."""
    return sdk._client_wrapper.httpx_client
