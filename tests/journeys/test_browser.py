"""What an annotator sees: a real Chromium on a real Label Studio with the backend connected."""

import secrets
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.browser import TIMEOUT_MS
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.project import StudioProject, label_of
from tests.journeys.screen import opened, photograph, submitted
from tests.running import RunningStandIn

CONFIG = """<View>
  <Text name="text" value="$text"/>
  <Choices name="topic" toName="text" choice="single-radio">
    <Choice value="Refund"/><Choice value="Delivery"/><Choice value="Praise"/>
  </Choices>
  <Header value="Prompt for this task" size="5"/>
  <TextArea name="prompt" toName="text" smart="true" editable="true" rows="2" maxSubmissions="1"/>
  <View visibleWhen="choice-selected">
    <TextArea name="remark" toName="text" whenTagName="not-saved" maxSubmissions="0"/>
  </View>
</View>"""
"""As the README has it."""
SUMMARY = """<View>
  <Text name="text" value="$text"/>
  <Choices name="topic" toName="text" choice="single-radio">
    <Choice value="Refund"/><Choice value="Delivery"/><Choice value="Praise"/>
  </Choices>
  <TextArea name="summary" toName="text" maxSubmissions="1" required="true"/>
</View>"""
TYPED = "Delivery: late, courier, driver"


def connected(
    label_studio: RunningLabelStudio, server: ServedInstallation, text: str, config: str = CONFIG
) -> StudioProject:
    project = StudioProject.made(label_studio, [{"text": f"{text} {secrets.token_hex(4)}"}], config=config)
    server.installation.app.connect(project.id, server.url)
    return project


def expect_only(page: Page, label: str) -> None:
    """That this radio button is ticked and no other of the form."""
    expect(page.locator(f"input[type=radio][name={label}]")).to_be_checked(timeout=TIMEOUT_MS)
    expect(page.locator("input[type=radio][name]:not([name='']):checked")).to_have_count(1)


def test_the_predicted_choice_is_ticked(
    label_studio: RunningLabelStudio, backend_server: ServedInstallation, browser: BrowserContext, tmp_path: Path
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


def test_a_predicted_text_is_shown_and_submitted_as_it_is(
    label_studio: RunningLabelStudio, backend_server: ServedInstallation, browser: BrowserContext, tmp_path: Path
) -> None:
    project = connected(label_studio, backend_server, "The delivery man was early. He was kind, too. Case", SUMMARY)
    backend_server.installation.app.use(backend_server.installation.save(f"topic {project.id}", project.id))
    page = opened(browser, project)
    expect_only(page, "Delivery")
    expect(page.get_by_text("The delivery man was early.", exact=True)).to_be_visible(timeout=TIMEOUT_MS)
    photograph(page, tmp_path / "text.png")
    (annotation,) = submitted(page, project)
    values = {region["from_name"]: region["value"] for region in annotation["result"]}
    assert values == {"topic": {"choices": ["Delivery"]}, "summary": {"text": ["The delivery man was early."]}}


def test_a_prompt_typed_in_the_form_changes_the_choice_and_is_kept(
    label_studio: RunningLabelStudio, backend_server: ServedInstallation, browser: BrowserContext, tmp_path: Path
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


def add_prompt(page: Page, text: str) -> None:
    page.fill("textarea[name=prompt]", text)
    page.get_by_role("button", name="Add").click()


def test_a_typed_prompt_with_a_typo_is_remarked_can_be_typed_again_and_is_not_saved(
    label_studio: RunningLabelStudio, backend_server: ServedInstallation, browser: BrowserContext, tmp_path: Path
) -> None:
    """The remark says which prompt was not used, so that it can be corrected; the next one takes the remark away."""
    project = connected(label_studio, backend_server, "The delivery came late, so a refund, please.")
    page = opened(browser, project)
    expect_only(page, "Refund")
    page.get_by_text("Auto-Annotation", exact=True).click()
    for typo in ("txet", "tetx"):
        add_prompt(page, f"Is {{{typo}}} late?")
        expect(page.get_by_text(f"Not used: “Is {{{typo}}} late?”").first).to_be_visible(timeout=TIMEOUT_MS)
        expect(page.get_by_text("did you mean {text}?").first).to_be_visible(timeout=TIMEOUT_MS)
        expect_only(page, "Refund")
        photograph(page, tmp_path / f"{typo}.png")
    add_prompt(page, TYPED)
    expect_only(page, "Delivery")
    expect(page.get_by_text("Not used")).to_have_count(0)
    (annotation,) = submitted(page, project)
    values = {region["from_name"]: region["value"] for region in annotation["result"]}
    assert values == {"topic": {"choices": ["Delivery"]}, "prompt": {"text": [TYPED]}}


def test_a_remark_is_not_saved_when_nothing_else_is_typed(
    label_studio: RunningLabelStudio, backend_server: ServedInstallation, browser: BrowserContext
) -> None:
    project = connected(label_studio, backend_server, "The delivery came late, so a refund, please.")
    page = opened(browser, project)
    expect_only(page, "Refund")
    page.get_by_text("Auto-Annotation", exact=True).click()
    add_prompt(page, "Is {txet} late?")
    expect(page.get_by_text("did you mean {text}?").first).to_be_visible(timeout=TIMEOUT_MS)
    (annotation,) = submitted(page, project)
    assert [region["from_name"] for region in annotation["result"] if region["value"].get("text") != []] == ["topic"]


def test_without_a_box_for_remarks_a_prompt_with_a_typo_is_taken_back_and_nothing_of_it_is_saved(
    label_studio: RunningLabelStudio, backend_server: ServedInstallation, browser: BrowserContext
) -> None:
    boxless = CONFIG[: CONFIG.index('  <View visibleWhen="choice-selected">')] + "</View>"
    project = connected(label_studio, backend_server, "The delivery came late, so a refund, please.", boxless)
    page = opened(browser, project)
    expect_only(page, "Refund")
    page.get_by_text("Auto-Annotation", exact=True).click()
    add_prompt(page, "Is {txet} late?")
    expect(page.get_by_text("Is {txet} late?")).to_have_count(0)
    add_prompt(page, TYPED)
    expect_only(page, "Delivery")
    (annotation,) = submitted(page, project)
    values = {region["from_name"]: region["value"] for region in annotation["result"]}
    assert values == {"topic": {"choices": ["Delivery"]}, "prompt": {"text": [TYPED]}}


def test_the_screen_shows_that_a_slow_model_is_at_work(
    label_studio: RunningLabelStudio,
    backend_server: ServedInstallation,
    browser: BrowserContext,
    stand_in: RunningStandIn,
    tmp_path: Path,
) -> None:
    """Label Studio does, beside its switch."""
    project = connected(label_studio, backend_server, "The delivery came late, so a refund, please.")
    page = opened(browser, project)
    expect_only(page, "Refund")
    page.get_by_text("Auto-Annotation", exact=True).click()
    stand_in.control(latency_ms=3000)
    add_prompt(page, TYPED)
    expect(page.locator(".lsf-auto-accept__spinner")).to_be_visible()
    photograph(page, tmp_path / "at-work.png")
    expect_only(page, "Delivery")
    expect(page.locator(".lsf-auto-accept__spinner")).to_have_count(0)
