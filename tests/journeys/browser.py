"""A real Chromium, signed in to Label Studio as an annotator would be.

It takes the Chromium of the machine and never downloads one. Like the rest of the tests it reaches this machine only.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from demo.label_studio import Account

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
TIMEOUT_MS = 30_000


def chromium_path() -> str | None:
    """Return the Chromium named by the variable CHROMIUM, else the first one on the PATH, else None."""
    found = (shutil.which(name) for name in (os.environ.get("CHROMIUM", ""), *NAMES) if name)
    return next(filter(None, found), None)


@contextmanager
def signed_in(executable: str, url: str, account: Account) -> Iterator[BrowserContext]:
    """Yield a browser context whose pages are signed in to the Label Studio at `url`; relative addresses work in it.

    While it is open, this thread has a running event loop, playwright's, and `asyncio.run` fails in it.
    """
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        try:
            context = chromium.new_context(base_url=url, viewport={"width": 1400, "height": 900})
            context.set_default_timeout(TIMEOUT_MS)
            _sign_in(context, account)
            yield context
        finally:
            chromium.close()


@contextmanager
def visiting(executable: str, url: str, token: str | None, **context: Any) -> Iterator[Page]:
    """A browser at the page of the server at `url`; with a token, signed in to it. `context`: see playwright's
    new_context."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        try:
            opened = chromium.new_context(**{"base_url": url, "viewport": {"width": 1280, "height": 900}, **context})
            opened.set_default_timeout(2 * TIMEOUT_MS)
            expect.set_options(timeout=2 * TIMEOUT_MS)  # 5 s is little on a busy machine
            page = opened.new_page()
            if token is not None:
                page.goto("/prompts")
                page.fill("#token", token)
                page.click("button.main")
                page.wait_for_selector("text=New prompt")
            yield page
        finally:
            chromium.close()


def _sign_in(context: BrowserContext, account: Account) -> None:
    page = context.new_page()
    page.goto("/user/login/")
    page.fill("input[name=email]", account.email)
    page.fill("input[name=password]", account.password)
    page.click("[type=submit]")
    page.wait_for_url(lambda address: "/user/login" not in address)
    # The page stays open: closing one that still loads now and then never returns (Chromium 156), and has no timeout.
