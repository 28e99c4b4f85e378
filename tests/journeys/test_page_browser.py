"""The page in a real Chromium: typing, trying with Ctrl+Enter, a run that is watched, rows by keyboard."""

import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from backend.domain.dataset.subset import Subset
from tests.journeys.browser import FLAGS, TIMEOUT_MS
from tests.journeys.conftest import RunningLabelStudio, Served
from tests.journeys.project import CONFIG, Project, label_of, messages, truths

TASKS, TRUTHS, WRONG = 12, 6, 2
HOSTILE = "<img src=x onerror=document.title='broken'><b hx-get=/prompts hx-trigger=load>{{7*7}}</b>"


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> Project:
    tasks = [*messages(TASKS - 1, secrets.token_hex(4)), {"text": f"{HOSTILE} praise"}]
    return Project(label_studio.new_project(CONFIG, tasks, truths(TRUTHS, TASKS, WRONG)), label_studio.http)


def sign_in(page: Page, token: str) -> None:
    page.goto("/prompts")
    page.fill("#token", token)
    page.click("button.main")


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
    sign_in(page, label_studio.api_key)
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


@pytest.fixture
def evaluated(backend_server: Served, project: Project) -> str:
    """The name of a prompt with one version that was evaluated. Comes before a browser, which keeps the event loop."""
    installation, name = backend_server.installation, f"Life {project.id}"
    installation.app.evaluate(installation.save(name, project.id, model="stand-in"))
    return name


@pytest.fixture
def answered(backend_server: Served, project: Project) -> str:
    """The tag of a version that was run on all tasks."""
    installation = backend_server.installation
    tag = installation.save(f"Keys {project.id}", project.id)
    installation.app.run(tag, Subset("all"))
    return tag


def test_a_version_is_changed_compared_used_annotated_and_withdrawn(
    evaluated: str, page: Page, label_studio: RunningLabelStudio, project: Project
) -> None:
    """What each step does is read from Label Studio."""
    name = evaluated
    sign_in(page, label_studio.api_key)
    page.click(f"text='{name}'")
    page.click("text=Change the text")
    page.fill("#text", "Which topic {txet}?")
    expect(page.locator("#checked")).to_contain_text("did you mean {text}?")
    page.fill("#text", "Which topic?\n\n{text}")
    expect(page.locator("#checked")).to_be_empty()
    page.click("text=Save as new version")
    expect(page.locator(".done")).to_have_text(f"Saved as {name}@2.")
    page.click("tr:has-text('@2') >> text='Run'")
    page.click("button.main")
    page.click("text=See the results")
    assert project.versions() == {f"{name}@2": TRUTHS}
    page.click("nav >> text='" + name + "'")
    page.click("text=Compare")
    expect(page.locator(".verdict")).to_contain_text("Not decided")

    page.click("nav >> text='" + name + "'")
    page.click("tr:has-text('@2') >> text='Predictions'")
    page.click("text=Get predictions for all tasks")
    page.click("button.main")
    page.click("text=See the results")
    assert project.versions() == {f"{name}@2": TASKS}
    page.click("text=Predictions and annotations")
    page.click(f"text=Use {name}@2 for annotators")
    expect(page.locator("#annotators + p")).to_have_text("Annotators get this version.")
    assert project.shown == f"{name}@2"

    page.locator("#least").fill("0.05")
    expect(page.locator("#sure")).to_contain_text("At 0.05: 100.0 % of the answers")
    page.click("#sure button.main")
    expect(page.locator(".done")).to_contain_text(f"{TASKS - TRUTHS} annotations created")
    assert len(project.annotations()) == TASKS
    page.click("text=Delete the annotations that were made of predictions")
    page.click("text=Delete these annotations")
    expect(page.locator(".done")).to_contain_text(f"{TASKS - TRUTHS} annotations deleted")
    assert len(project.annotations()) == TRUTHS
    page.click("text=Delete the predictions of this version")
    page.click("text=Delete these predictions")
    expect(page.locator(".done")).to_contain_text(f"{TASKS} predictions of {name}@2 deleted")
    assert project.predictions() == []


def test_a_queue_is_labelled_by_keyboard(
    answered: str, page: Page, label_studio: RunningLabelStudio, project: Project
) -> None:
    sign_in(page, label_studio.api_key)
    page.click(f"text='Keys {project.id}'")
    page.click(f"text='{answered}'")
    page.click("text=Check the 20 least certain")
    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(TASKS - TRUTHS)
    for left in range(TASKS - TRUTHS - 1, -1, -1):
        expect(rows.first).to_be_focused()
        page.keyboard.press("2")
        expect(rows).to_have_count(left)
    expect(page.locator("text=Nothing is left to do here.")).to_be_visible()
    given = [a for a in project.annotations() if label_of(a["result"]) == "Delivery" and a["ground_truth"]]
    assert len(given) >= TASKS - TRUTHS
