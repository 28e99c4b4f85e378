"""Whether Label Studio is at an address, before anybody has a token for it."""

from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.label_studio.http import Refused
from backend.domain.urls import public_url

NOBODY = "0" * 40
"""A token that nobody has."""


def reach_studio(url: str) -> str:
    """The address, for people. Raises StudioError when nothing answers there, or something else."""
    try:
        LabelStudioClient(url, NOBODY).version()
    except Refused as error:
        if error.status not in (401, 403):
            raise
    return public_url(url)
