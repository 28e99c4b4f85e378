"""Hostile texts for all places that hold a text, and what every screen of the page must stand."""

from collections.abc import Iterator
from html import escape

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import chosen

CORPUS = (
    "<script>window.broken = 1</script>",
    "<img src=x onerror='window.broken = 1'>",
    "\"'><svg onload=window.broken=1>",
    "{{7*7}}{% raw %}${7*7}#{7*7}",
    "<b hx-get=/prompts/sign-out hx-trigger=load hx-on:load='window.broken=1'>x</b>",
    "<meta http-equiv=refresh content='0;url=/prompts/sign-in'><base href=//example.com>",
    "line\u2028separator\u2029paragraph",
    "\u202egnp.exe\u2066\u200b",
    "</textarea></title></style><h1>taken over</h1>",
    "javascript:window.broken=1",
)
HOSTILE = " ".join(CORPUS)
LABELS = ("<script>window.broken = 1</script>", "{{7*7}} \u202elebal", "Praise")
LONG = "\U0001f600" * 250_000
"""A megabyte."""
TEXTS = (*CORPUS, LONG, "praise")
UNCOPIED = """[...document.querySelectorAll("main form[method=post]:not(.mark)")]
    .filter((form) => !form.closest("section, main").querySelector(".code") && !form.querySelector(".code"))
    .map((form) => form.action)"""
"""Forms that change something, without a command to copy in their section."""
BREAKERS = "main script, main img, main svg[onload], main base, main meta, main [hx-on\\:load]"


def hostile_project(label_studio: RunningLabelStudio, marked: bool = True) -> int:
    """Its texts and labels are hostile. `marked`: whether each text of CORPUS has a ground truth."""
    choices = "".join(f'<Choice value="{escape(label)}"/>' for label in LABELS)
    config = f'<View><Text name="text" value="$text"/><Choices name="topic" toName="text">{choices}</Choices></View>'
    truths = [chosen(LABELS[n % 3]) if marked and n < len(CORPUS) else None for n in range(len(TEXTS))]
    return label_studio.new_project(config, [{"text": text} for text in TEXTS], truths)


class Watched:
    """A page of which is heard what the browser complains of, such as what the policy forbids."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.axe = pytest.importorskip(
            "axe_playwright_python.sync_playwright", reason="axe-playwright-python is missing"
        )
        self.complaints: list[str] = []
        page.on("console", lambda message: self._hear(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._hear(str(error)))

    def _hear(self, text: str) -> None:
        if "404" not in text:
            self.complaints.append(text)

    def holds(self, address: str) -> None:
        """Opens a screen: hostile texts are shown as text, the policy is in force, and axe-core finds nothing."""
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.status == (404 if address == "/prompts/none" else 200), address
        assert "unsafe" not in answer.headers["content-security-policy"]
        self.stands(address)

    def stands(self, address: str) -> None:
        """The same of the screen as it is now."""
        page = self.page
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.evaluate("window.broken === undefined"), address
        assert page.locator("h1").count() == 1, address
        assert page.locator(BREAKERS).count() == 0, address
        assert page.evaluate("location.pathname + location.search") == address
        assert page.evaluate(UNCOPIED) == [], "beside each action stands the command that does it"
        found = self.axe.Axe().run(page)
        assert list(_violations(found.response)) == [], address
        assert self.complaints == [], address


def _violations(response: dict[str, list[dict[str, list[dict[str, str]]]]]) -> Iterator[tuple[object, str]]:
    return ((one["id"], one["nodes"][0]["html"]) for one in response["violations"])
