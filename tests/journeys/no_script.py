"""A browser without JavaScript, for the page."""

import re
from html import unescape
from typing import Self

import httpx

from backend.app import App
from backend.interfaces.web.server import create_app


class Browser:
    """A browser without JavaScript that is signed in: it follows redirects, and sends what a form of a page holds."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, follow_redirects=True, timeout=60, headers={"Origin": url})
        self.html = ""

    @classmethod
    def of(cls, app: App) -> Self:
        """One whose server runs in this process."""
        browser = cls("http://localhost")
        browser.http.close()
        browser.http = httpx.Client(
            base_url="http://localhost",
            transport=httpx.WSGITransport(create_app(app)),
            headers={"Origin": "http://localhost"},
            follow_redirects=True,
        )
        return browser

    def get(self, path: str) -> str:
        return self._read(self.http.get(path))

    def post(self, path: str, status: int = 200, **fields: object) -> str:
        """Sends a form with the token that the last page held."""
        found = re.search(r'name="form_token" value="([^"]+)"', self.html)
        token = {"form_token": found[1]} if found else {}
        return self._read(self.http.post(path, data={**token, **fields}), status)

    def sign_in(self, token: str) -> str:
        return self.post("/prompts/sign-in", token=token)

    def _read(self, answer: httpx.Response, status: int = 200) -> str:
        assert answer.status_code == status, answer.text
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        self.path = answer.url.raw_path.decode()
        self.html = answer.text
        return self.html


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", html)).split())
