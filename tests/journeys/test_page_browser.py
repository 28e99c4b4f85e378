"""The page in a real Chromium: typing, trying with Ctrl+Enter, a run that is watched, rows by keyboard."""

import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.journeys.browser import FLAGS, TIMEOUT_MS
from tests.journeys.conftest import RunningLabelStudio, Served
from tests.journeys.project import CONFIG, Project, messages, truths

TASKS, TRUTHS, WRONG = 12, 6, 2
HOSTILE = "<img src=x onerror=document.title='broken'><b hx-get=/prompts hx-trigger=load>{{7*7}}</b>"


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> Project:
    tasks = [*messages(TASKS - 1, secrets.token_hex(4)), {"text": f"{HOSTILE} praise"}]
    return Project(label_studio.new_project(CONFIG, tasks, truths(TRUTHS, TASKS, WRONG)), label_studio.http)


@pytest.fixture
def page(chromium: str, backend_server: Served) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            context = browser.new_context(base_url=backend_server.url, viewport={"width": 1280, "height": 900})
            context.set_default_timeout(TIMEOUT_MS)
            yield context.new_page()
        finally:
            browser.close()


def test_a_prompt_from_its_draft_to_its_results(page: Page, label_studio: RunningLabelStudio, project: Project) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/prompts")
    page.fill("#token", label_studio.api_key)
    page.click("button.main")
    page.click("text=New prompt")
    page.fill("#title", f"Seen {project.id}")
    page.select_option("#project", str(project.id))
    page.click("button.main")
    page.fill("#text", f"What is it about? {HOSTILE}\n\n")
    page.click("text='{text}'")
    assert page.input_value("#text").endswith("{text}")
    page.fill("#model", "stand-in")
    page.press("#text", "Control+Enter")
    expect(page.locator(".trial")).to_have_count(5)
    page.click("text=Save as new version")
    page.click("text='Run'")
    page.click("button.main")
    page.wait_for_selector("text=See the results")
    assert page.locator("#state").inner_text() == "Completed"
    page.click("text=See the results")
    page.click(".tabs >> text=Wrong")
    page.wait_for_url("**kind=wrong**")  # with its script, which hears the keys
    expect(page.locator("#rows tbody tr")).to_have_count(WRONG)
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "TR"
    page.reload()
    expect(page.locator("#rows tbody tr")).to_have_count(WRONG)
    assert page.title() == f"Results of Seen {project.id}@1", "nothing in the prompt's text was carried out"
    assert complaints == []
