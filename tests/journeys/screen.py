"""The labelling screen in a browser, as an annotator uses it."""

from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from tests.journeys.project import Json, StudioProject


def opened(browser: BrowserContext, project: StudioProject) -> Page:
    """The screen with the first task of a project."""
    page = browser.new_page()
    page.goto(f"/projects/{project.id}/data?task={project.task_ids()[0]}")
    return page


def submitted(page: Page, project: StudioProject) -> list[Json]:
    """Presses Submit; the annotations there are then."""
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/annotations" in answer.url):
        page.get_by_role("button", name="Submit").click()
    return project.annotations()


def photograph(page: Page, path: Path) -> None:
    page.screenshot(path=path)
    assert path.stat().st_size > 10_000
