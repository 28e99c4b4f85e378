"""Every screen of the page in a real Chromium, with hostile texts in all places that hold a text: they are shown as
text, the policy is never broken, and axe-core finds nothing, light and dark."""

from collections.abc import Iterator
from html import escape

import pytest
from playwright.sync_api import Page

from backend.domain.dataset.subset import Subset
from tests.journeys.browser import visiting
from tests.journeys.conftest import RunningLabelStudio, Served
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
UNCOPIED = """[...document.querySelectorAll("main form[method=post]:not(.mark)")]
    .filter((form) => !form.closest("section, main").querySelector(".code") && !form.querySelector(".code"))
    .map((form) => form.action)"""
"""Forms that change something, without a command to copy in their section."""
LONG = "\U0001f600" * 250_000
"""A megabyte."""


@pytest.fixture
def pages(label_studio: RunningLabelStudio, backend_server: Served) -> list[str]:
    """The addresses of all screens, about a prompt that was evaluated."""
    choices = "".join(f'<Choice value="{escape(label)}"/>' for label in LABELS)
    config = f'<View><Text name="text" value="$text"/><Choices name="topic" toName="text">{choices}</Choices></View>'
    texts = [*CORPUS, LONG, "praise"]
    truths = [chosen(LABELS[n % 3]) if n < len(CORPUS) else None for n in range(len(texts))]
    project = label_studio.new_project(config, [{"text": text} for text in texts], truths)
    installation, name = backend_server.installation, f"hostile{project}"
    app = installation.app
    tags = [installation.save(name, project, f"{HOSTILE} {word}\n\n{{text}}", note=HOSTILE) for word in ("a", "b")]
    run = [app.run(tag, Subset("all")) for tag in tags][-1].run
    third = installation.save(name, project, f"{HOSTILE} c\n\n{{text}}", note=HOSTILE)
    app.run(third, Subset("ground-truth"))
    unused = installation.save(name, project, model=f"{HOSTILE[:100]}", note=HOSTILE[:150])
    row = next(item for item in app.public_objects().prompts() if item.name == name)
    first, last = (f"/prompts/{row.id}/versions/{app.version_ids()[tag].id}" for tag in (tags[0], unused))
    numbers = [app.version_ids()[tag].id for tag in (*tags, third)]
    below = ("", "/run", "/run?on=all", "/act", "/label", "/label?queue=check", "/enhance")
    more = (
        "/prompts",
        "/prompts/new",
        "/prompts/setup",
        "/prompts/none",
        f"/prompts/runs/{app.run_ids([run.id])[run.id].id}",
    )
    prompt = f"/prompts/{row.id}"
    return [
        *more,
        prompt,
        f"{prompt}/draft",
        f"{prompt}/compare",
        f"{prompt}/compare?old={numbers[0]}&new={numbers[1]}&also={numbers[2]}",
        f"{prompt}/audit",
        last,
        *(first + path for path in below),
    ]


@pytest.fixture(params=["light", "dark"])
def page(
    request: pytest.FixtureRequest, chromium: str, backend_server: Served, label_studio: RunningLabelStudio
) -> Iterator[Page]:
    with visiting(chromium, backend_server.url, label_studio.api_key, color_scheme=request.param) as page:
        yield page


def test_screens_with_hostile_texts_hold_and_are_accessible(pages: list[str], page: Page) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for address in pages:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == (404 if address == "/prompts/none" else 200), address
        assert "unsafe" not in answer.headers["content-security-policy"]
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.evaluate("window.broken === undefined"), address
        assert page.locator("h1").count() == 1, address
        assert (
            page.locator("main script, main img, main svg[onload], main base, main meta, main [hx-on\\:load]").count()
            == 0
        )
        assert page.evaluate("location.pathname + location.search") == address
        assert page.evaluate(UNCOPIED) == [], "beside each action stands the command that does it"
        found = axe.Axe().run(page)
        violations = [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]]
        assert violations == [], address
    assert [text for text in complaints if "404" not in text] == []


def test_screens_fit_a_narrow_window_and_are_used_by_keyboard(pages: list[str], page: Page) -> None:
    """A window of 640 pixels is what 200 % zoom leaves of one of 1280."""
    for width in (640, 390):
        page.set_viewport_size({"width": width, "height": 800})
        for address in pages:
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
    page.goto("/prompts")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip", "the first step leads to the content"
    seen = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break  # after the last of them
        focused = "getComputedStyle(document.activeElement)"
        assert page.evaluate(f"{focused}.outlineStyle + parseFloat({focused}.outlineWidth)") == "solid3"
        seen.add(page.evaluate("document.activeElement.outerHTML"))
    assert len(seen) > 6, "nothing keeps the focus"
