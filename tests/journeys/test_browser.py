"""What an annotator sees: a real Chromium on a real Label Studio with the backend connected."""

import secrets
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.browser import TIMEOUT_MS
from tests.journeys.conftest import RunningLabelStudio, Served
from tests.journeys.project import Json, Project, label_of

CONFIG = """<View>
  <Text name="text" value="$text"/>
  <Choices name="topic" toName="text" choice="single-radio">
    <Choice value="Refund"/><Choice value="Delivery"/><Choice value="Praise"/>
  </Choices>
  <TextArea name="prompt" toName="text" smart="true" editable="true" rows="2" maxSubmissions="1"/>
</View>"""
TYPED = "Delivery: late, courier, driver"


def connected(label_studio: RunningLabelStudio, server: Served, text: str) -> Project:
    project = Project.made(label_studio, [{"text": f"{text} {secrets.token_hex(4)}"}], config=CONFIG)
    server.installation.app.connect(project.id, server.url)
    return project


def opened(browser: BrowserContext, project: Project) -> Page:
    page = browser.new_page()
    page.goto(f"/projects/{project.id}/data?task={project.task_ids()[0]}")
    return page


def expect_only(page: Page, label: str) -> None:
    """That this radio button is ticked and no other of the form."""
    expect(page.locator(f"input[type=radio][name={label}]")).to_be_checked(timeout=TIMEOUT_MS)
    expect(page.locator("input[type=radio][name]:not([name='']):checked")).to_have_count(1)


def submitted(page: Page, project: Project) -> list[Json]:
    """Presses Submit; the annotations there are then."""
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/annotations" in answer.url):
        page.get_by_role("button", name="Submit").click()
    return project.annotations()


def photograph(page: Page, path: Path) -> None:
    page.screenshot(path=path)
    assert path.stat().st_size > 10_000


def test_the_predicted_choice_is_ticked(
    label_studio: RunningLabelStudio, backend_server: Served, browser: BrowserContext, tmp_path: Path
) -> None:
    project = connected(label_studio, backend_server, "The delivery man was early.")
    tag = backend_server.installation.save(f"topic {project.id}", project.id)
    backend_server.installation.app.use(tag)
    page = opened(browser, project)
    expect_only(page, "Delivery")
    expect(page.get_by_text(tag).first).to_be_visible(timeout=TIMEOUT_MS)
    photograph(page, tmp_path / "ticked.png")
    assert set(project.versions()) == {tag}
    (annotation,) = submitted(page, project)
    assert label_of(annotation["result"]) == "Delivery"
    assert annotation["parent_prediction"] in {prediction["id"] for prediction in project.predictions()}


def test_a_prompt_typed_in_the_form_changes_the_choice_and_is_kept(
    label_studio: RunningLabelStudio, backend_server: Served, browser: BrowserContext, tmp_path: Path
) -> None:
    """It has no variable, so that the task's text is put below it; without that text there would be no "late"."""
    project = connected(label_studio, backend_server, "The delivery came late, so a refund, please.")
    page = opened(browser, project)
    expect_only(page, "Refund")
    photograph(page, tmp_path / "before.png")
    page.get_by_text("Auto-Annotation", exact=True).click()
    page.fill("textarea[name=prompt]", TYPED)
    page.get_by_role("button", name="Add").click()
    expect_only(page, "Delivery")
    expect(page.get_by_text(TYPED).first).to_be_visible(timeout=TIMEOUT_MS)
    photograph(page, tmp_path / "after.png")
    (annotation,) = submitted(page, project)
    values = {region["from_name"]: region["value"] for region in annotation["result"]}
    assert values == {"topic": {"choices": ["Delivery"]}, "prompt": {"text": [TYPED]}}


def test_a_typed_prompt_with_an_unknown_variable_is_remarked_on_the_screen(
    label_studio: RunningLabelStudio, backend_server: Served, browser: BrowserContext, tmp_path: Path
) -> None:
    project = connected(label_studio, backend_server, "The delivery came late, so a refund, please.")
    page = opened(browser, project)
    expect_only(page, "Refund")
    page.get_by_text("Auto-Annotation", exact=True).click()
    page.fill("textarea[name=prompt]", "Is {txet} late?")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("did you mean {text}?").first).to_be_visible(timeout=TIMEOUT_MS)
    expect_only(page, "Refund")
    photograph(page, tmp_path / "remarked.png")
