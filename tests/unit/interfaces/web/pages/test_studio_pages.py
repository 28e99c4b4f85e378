"""Links to Label Studio from the page."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from backend.interfaces import web
from backend.interfaces.web.pages.studio_pages import studio_page


def page(url: str) -> Any:
    settings = SimpleNamespace(label_studio_url=url)
    return SimpleNamespace(app=SimpleNamespace(settings=settings))


@pytest.mark.parametrize("user", ["", "me:secret@"])
@pytest.mark.parametrize("end", ["", "/"])
def test_a_link_holds_no_password(user: str, end: str) -> None:
    assert (
        studio_page(page(f"http://{user}studio.test:8080{end}"), "projects/7/data")
        == "http://studio.test:8080/projects/7/data"
    )


def test_no_other_page_uses_the_setting_as_it_is() -> None:
    pages = Path(web.__file__).parent.rglob("*.py")
    uses = {page.name: re.findall(r"(\w+\()?[\w.]*\.label_studio_url", page.read_text("utf-8")) for page in pages}
    assert sum(map(len, uses.values())) > 1
    assert [name for name, before in uses.items() if set(before) - {"public_url("}] == []
