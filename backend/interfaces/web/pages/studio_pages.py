"""Addresses of Label Studio's own pages, as links."""

from backend.domain.urls import public_url
from backend.interfaces.web.pages.page_request import PageRequest


def studio_page(page: PageRequest, path: str) -> str:
    """The address of a page; without a name and password that the setting may have."""
    return f"{public_url(page.app.settings.label_studio_url).rstrip('/')}/{path}"
