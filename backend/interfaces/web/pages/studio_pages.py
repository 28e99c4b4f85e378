"""Addresses of Label Studio's own pages, as links."""

from backend.domain.urls import shown
from backend.interfaces.web.pages.visit import Visit


def studio_page(visit: Visit, path: str) -> str:
    """The address of a page; without a name and password that the setting may have."""
    return f"{shown(visit.app.settings.label_studio_url).rstrip('/')}/{path}"
