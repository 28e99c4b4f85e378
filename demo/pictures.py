"""The README's picture of the page: `make pictures` does the demo's first job and photographs its results.

It takes the Chromium of the machine, and writes docs/images/page.png.
"""

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from demo import services
from demo.__main__ import start_all
from demo.job import DemoEnvironment, Job

PICTURE = services.ROOT / "docs" / "images" / "page.png"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    services.stop_on_signals()
    folder = Path(tempfile.mkdtemp(prefix="open-prompts-pictures-"))
    try:
        with ExitStack() as running:
            demo = start_all(folder, running)
            Job(demo).do()
            photograph(demo)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def photograph(demo: DemoEnvironment) -> None:
    """The results of the second version, signed in as the demo's user."""
    found = (shutil.which(name) for name in BROWSERS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=next(filter(None, found), None), args=["--no-sandbox"])
        page = chromium.new_page(base_url=demo.backend_url, viewport={"width": 1200, "height": 900})
        sign_in(page, demo.account.token)
        page.click("text='inbox'")
        page.click("text='inbox@2'")
        page.screenshot(path=PICTURE, full_page=False)
        chromium.close()


def sign_in(page: Page, token: str) -> None:
    page.goto("/prompts")
    page.fill("#token", token)
    page.click("button.main")


if __name__ == "__main__":
    main()
