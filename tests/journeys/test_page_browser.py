"""The page in a real Chromium: the whole job of a team, the same without JavaScript, and a queue by keyboard."""

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from backend.domain.dataset.subset import Subset
from tests.journeys.browser import visiting
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.project import CONFIG, StudioProject, label_of, messages, truths
from tests.running import RunningStandIn

TASKS, TRUTHS, WRONG = 12, 6, 2
HOSTILE = "<img src=x onerror=document.title='broken'><b hx-get=/prompts hx-trigger=load>{{7*7}}</b>"


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    tasks = [*messages(TASKS - 1, secrets.token_hex(4)), {"text": f"{HOSTILE} praise"}]
    return StudioProject(label_studio.new_project(CONFIG, tasks, truths(TRUTHS, TASKS, WRONG)), label_studio.http)


@pytest.fixture
def page(chromium: str, backend_server: ServedInstallation, label_studio: RunningLabelStudio) -> Iterator[Page]:
    """Signed in."""
    with visiting(chromium, backend_server.url, label_studio.api_key) as page:
        yield page


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complains of, such as what the policy forbids."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


def test_the_whole_job(page: Page, complaints: list[str], project: StudioProject) -> None:
    """From a draft to annotations and back; what each step does is read from Label Studio."""
    name = f"Job {project.id}"
    draft(page, name, project)
    assert project.predictions() == [], "a draft that is tried or saved pushes nothing"
    evaluate(page)
    assert project.versions() == {f"{name}@1": TRUTHS}
    read(page, name)
    change(page, name)
    assert project.versions() == {f"{name}@1": TRUTHS}
    page.click("tr:has-text('@2') >> text='Run'")
    evaluate(page)
    assert project.versions() == {f"{name}@2": TRUTHS}, "those of the version before are replaced"
    page.click(f"nav >> text='{name}'")
    page.click("text=Compare")
    expect(page.locator(".verdict")).to_contain_text("Not decided")
    expect(page.locator("ins", has_text="+Which topic?")).to_be_visible()
    predict(page, name, project)
    annotate(page, project)
    take_back(page, name, project)
    assert page.title() == f"Use {name}@2", "nothing in a text was carried out"
    assert complaints == []


def draft(page: Page, name: str, project: StudioProject) -> None:
    page.click("text=New prompt")
    page.fill("#title", name)
    page.select_option("#project", str(project.id))
    page.click("button.main")
    page.fill("#text", f"What is it about? {HOSTILE}\n\n")
    page.click("text='{text}'")
    assert page.input_value("#text").endswith("{text}")
    page.fill("#model", "stand-in")
    page.press("#text", "Control+Enter")
    expect(page.locator(".trial")).to_have_count(5)
    page.click("text=Save as new version")
    expect(page.locator(".done")).to_have_text(f"Saved as {name}@1.")
    page.click("text='Run'")


def evaluate(page: Page) -> None:
    """On the form of a run, whose choice is the ground truths; leaving its page is harmless."""
    page.click("button.main")
    page.wait_for_url("**/prompts/runs/*")
    run = page.url
    page.goto("/prompts")
    page.goto(run)
    page.wait_for_selector("text=See the results")
    assert page.locator("#state").inner_text() == "Completed"


def read(page: Page, name: str) -> None:
    page.click("text=See the results")
    page.click(".tabs >> text=Wrong")
    page.wait_for_url("**kind=wrong**")  # with its script, which hears the keys
    expect(page.locator("#rows tbody tr")).to_have_count(WRONG)
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "TR"
    page.reload()
    expect(page.locator("#rows tbody tr")).to_have_count(WRONG)
    page.go_back()
    expect(page.locator("#rows tbody tr")).to_have_count(TRUTHS)
    assert page.title() == f"Results of {name}@1"


def change(page: Page, name: str) -> None:
    page.click(f"nav >> text='{name}'")
    page.click("text=Change the text")
    page.wait_for_url("**/draft**")  # with its script, which hears what is typed
    page.fill("#text", "Which topic {txet}?")
    expect(page.locator("#checked")).to_contain_text("did you mean {text}?")
    page.fill("#text", "Which topic?\n\n{text}")
    expect(page.locator("#checked")).to_contain_text(f"What differs from {name}@1")
    page.click("text=Save as new version")
    expect(page.locator(".done")).to_have_text(f"Saved as {name}@2.")


def predict(page: Page, name: str, project: StudioProject) -> None:
    page.click(f"nav >> text='{name}'")
    page.click("tr:has-text('@2') >> text='Predictions'")
    page.click("text=Get predictions for all tasks")
    page.click("button.main")
    page.click("text=See the results")
    assert project.versions() == {f"{name}@2": TASKS}
    page.click("text=Predictions and annotations")
    page.click(f"text=Use {name}@2 for annotators")
    expect(page.locator("#annotators + p")).to_have_text("Annotators get this version.")
    assert project.shown == f"{name}@2"


def annotate(page: Page, project: StudioProject) -> None:
    page.locator("#least").fill("0.05")
    expect(page.locator("#sure")).to_contain_text("At 0.05: 100.0 % of the answers")
    page.click("#sure button.main")
    expect(page.locator(".done")).to_contain_text(f"{TASKS - TRUTHS} annotations created")
    assert len(project.annotations()) == TASKS


def take_back(page: Page, name: str, project: StudioProject) -> None:
    page.click("text=Delete the annotations that were made of predictions")
    page.click("text=Delete these annotations")
    expect(page.locator(".done")).to_contain_text(f"{TASKS - TRUTHS} annotations deleted")
    assert len(project.annotations()) == TRUTHS
    page.click("text=Delete the predictions of this version")
    page.click("text=Delete these predictions")
    expect(page.locator(".done")).to_contain_text(f"{TASKS} predictions of {name}@2 deleted")
    assert project.predictions() == []


def test_without_javascript_a_draft_is_saved_run_and_read(
    chromium: str, backend_server: ServedInstallation, label_studio: RunningLabelStudio, project: StudioProject
) -> None:
    name = f"Plain {project.id}"
    with visiting(chromium, backend_server.url, label_studio.api_key, java_script_enabled=False) as page:
        page.click("text=New prompt")
        page.fill("#title", name)
        page.select_option("#project", str(project.id))
        page.click("button.main")
        page.fill("#text", "What is it about?\n\n{text}")
        page.click("text=Save as new version")
        page.click("text='Run'")
        page.click("button.main")
        page.wait_for_selector("text=See the results")  # it loads itself again
        assert project.versions() == {f"{name}@1": TRUTHS}
        page.click("text=See the results")
        page.click(".tabs >> text=Wrong")
        expect(page.locator("#rows tbody tr")).to_have_count(WRONG)
        page.goto(f"/prompts?search={name}")
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("tbody tr")).to_contain_text("66.7 %")


@pytest.fixture
def answered(backend_server: ServedInstallation, project: StudioProject) -> str:
    """The tag of a version that was run on all tasks."""
    installation = backend_server.installation
    tag = installation.save(f"Keys {project.id}", project.id)
    installation.app.run(tag, Subset("all"))
    return tag


def test_a_run_is_followed_without_chatter(
    page: Page, backend_server: ServedInstallation, stand_in: RunningStandIn, project: StudioProject
) -> None:
    """What a screen reader hears of a run changes in steps of ten percent, and at its end."""
    name = f"Said {project.id}"
    draft(page, name, project)
    stand_in.control(latency_ms=1500)
    page.click("button.main")
    page.wait_for_selector("#recent")
    expect(page.locator("#said")).to_have_text(re.compile("0 % answered"))
    expect(page.locator("#said")).to_have_text("Completed")
    stand_in.control(latency_ms=0)
    expect(page.locator("#recent")).not_to_have_attribute("hx-get", re.compile("."))
    expect(page.locator("#recent tbody tr")).to_have_count(TRUTHS)


def test_a_queue_is_labelled_by_keyboard(answered: str, page: Page, project: StudioProject) -> None:
    page.goto("/prompts")
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
