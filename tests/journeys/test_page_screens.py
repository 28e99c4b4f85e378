"""Every screen of the page in a real Chromium, with hostile texts in all places that hold a text: they are shown as
text, the policy is never broken, and axe-core finds nothing, light and dark."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from backend.domain.dataset.subset import Subset
from tests.journeys.browser import visiting
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.hostile import HOSTILE, Watched, hostile_project


@pytest.fixture
def pages(label_studio: RunningLabelStudio, backend_server: ServedInstallation) -> list[str]:
    """The addresses of all screens, about a prompt that was evaluated."""
    project = hostile_project(label_studio)
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
        f"{first}/act?accuracy=50",
        last,
        *(first + path for path in below),
    ]


@pytest.fixture(params=["light", "dark"])
def page(
    request: pytest.FixtureRequest, chromium: str, backend_server: ServedInstallation, label_studio: RunningLabelStudio
) -> Iterator[Page]:
    with visiting(chromium, backend_server.url, label_studio.api_key, color_scheme=request.param) as page:
        yield page


def test_screens_with_hostile_texts_hold_and_are_accessible(pages: list[str], page: Page) -> None:
    watched = Watched(page)
    for address in pages:
        watched.holds(address)


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
