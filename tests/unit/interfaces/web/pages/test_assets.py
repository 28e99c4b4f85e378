"""What browsers load: htmx as it was released, and all of it small."""

import re
from hashlib import sha256
from pathlib import Path

import backend.interfaces.web.pages as pages
from backend.interfaces.presentation.report_page import TEMPLATES

STATIC = Path(pages.__file__).parent / "static"
HTMX = "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
"""SHA-256 of dist/htmx.min.js in the npm package htmx.org 2.0.11."""
MOST = 120_000


def test_htmx_is_as_it_was_released_with_its_licence() -> None:
    assert sha256((STATIC / "htmx.min.js").read_bytes()).hexdigest() == HTMX
    assert "Zero-Clause BSD" in (STATIC / "htmx.LICENSE").read_text()


def test_all_that_a_browser_loads_is_small() -> None:
    loaded = [*STATIC.glob("*.js"), *STATIC.glob("*.css"), TEMPLATES / "report.css"]
    assert len(loaded) == 4
    assert sum(path.stat().st_size for path in loaded) < MOST
    assert len((STATIC / "page.js").read_text().splitlines()) <= 300


def test_no_page_needs_what_its_policy_forbids() -> None:
    templates = sorted((STATIC.parent / "templates" / "prompts").glob("*.html"))
    assert len(templates) > 5
    for template in templates:
        text = template.read_text()
        assert not re.search(r"\son\w+=|\sstyle=|<style|<script>|hx-on|hx-vals|\|\s*safe", text), template.name
