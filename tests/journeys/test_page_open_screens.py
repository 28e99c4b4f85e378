"""The screens of a run that is under way and of a search that has ended, in a real Chromium, with hostile texts in the
parts that are loaded again and again; and what is done while they are loaded stays done."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from backend.domain.dataset.subset import Subset
from backend.services.analysis.recent_results import MOST_ROWS
from demo import services
from tests.installation import Installation
from tests.journeys.browser import visiting
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.hostile import CORPUS, HOSTILE, LONG, Watched, hostile_project
from tests.running import RunningStandIn
from tests.teaching import ScriptedTeacher, teaching

SLOW_MS = 20_000


@pytest.fixture
def teacher() -> Iterator[ScriptedTeacher]:
    with teaching("good", "losing") as teacher:
        teacher.reasons = HOSTILE
        yield teacher


@pytest.fixture
def installation(mine: Installation, teacher: ScriptedTeacher) -> Installation:
    return mine.but(**teacher.env)


@pytest.fixture
def addresses(installation: Installation, label_studio: RunningLabelStudio) -> dict[str, str]:
    """Of two versions with hostile words: `open`, which was evaluated, and `bare`, of a project without truths."""
    for name, marked in (("open", True), ("bare", False)):
        tag = installation.save(
            name, hostile_project(label_studio, marked), f"{HOSTILE}\n\n{{text}}", note=HOSTILE[:150]
        )
        if marked:
            installation.app.run(tag, Subset("ground-truth"))
    rows = {row.name: row.id for row in installation.app.public_objects().prompts()}
    numbers = installation.app.version_ids()
    return {name: f"/prompts/{row}/versions/{numbers[f'{name}@1'].id}" for name, row in rows.items()}


@pytest.fixture
def page(
    chromium: str,
    installation: Installation,
    addresses: dict[str, str],
    label_studio: RunningLabelStudio,
    tmp_path: Path,
) -> Iterator[Page]:
    """Signed in. `addresses` come first, because nothing is run beside a browser."""
    with (
        services.backend(services.free_port(), installation.env, log=tmp_path / "backend.log") as service,
        visiting(chromium, service.url, label_studio.api_key) as page,
    ):
        yield page


def test_a_run_under_way_is_followed(page: Page, addresses: dict[str, str], stand_in: RunningStandIn) -> None:
    address = addresses["open"]
    stand_in.control(latency_ms=SLOW_MS)
    watched = Watched(page)
    page.goto(f"{address}/run?on=all")
    page.click("section[aria-labelledby=cost] button.main")
    expect(page.locator("h1")).to_have_text("Run of open@1")
    run = re.sub(r"^https?://[^/]+", "", page.url)
    expect(page.locator("#recent tbody tr")).to_have_count(MOST_ROWS)
    expect(page.locator("#recent")).to_contain_text(CORPUS[0])
    page.focus("#stop button")
    page.click("#stop summary")
    polled = page.locator("#progress").evaluate_handle("(part) => part")
    page.wait_for_function("(part) => !part.isConnected", arg=polled)
    assert page.locator("#stop details").evaluate("(part) => part.open"), "what was opened stays open"
    assert page.locator("#stop summary").evaluate("(part) => part === document.activeElement"), "and has the focus"
    watched.stands(run)
    for other in (address, f"{address}/run?on=all", address.partition("/versions")[0]):
        watched.holds(other)
    page.emulate_media(color_scheme="dark")
    watched.holds(run)
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("#stop button")
    expect(page.locator("#progress")).to_contain_text("Canceled")
    expect(page.locator("#stop")).to_have_count(0)
    watched.stands(run)
    assert LONG[:10] not in page.title()


def test_a_search_that_has_ended_is_read(page: Page, addresses: dict[str, str]) -> None:
    address = addresses["bare"]
    watched = Watched(page)
    page.goto(f"{address}/enhance")
    page.select_option("#connection", "teacher")
    page.fill("#model", HOSTILE[:150])
    page.fill("#rounds", "3")
    page.fill("#budget", "")
    page.click("text=Search for a better prompt")
    expect(page.locator("#state")).not_to_have_text("Searching", timeout=90_000)
    expect(page.locator("#search")).to_contain_text("It could not be checked")
    expect(page.locator("#search")).to_contain_text(f"Why, in the teacher's words{CORPUS[0]}", use_inner_text=False)
    watched.stands(f"{address}/enhance")
    page.emulate_media(color_scheme="dark")
    watched.holds(f"{address}/enhance")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
