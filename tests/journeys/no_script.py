"""A browser without JavaScript, for the page."""

import re
from html import unescape

import httpx


class Browser:
    """A browser without JavaScript that is signed in: it follows redirects, and sends what a form of a page holds."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, follow_redirects=True, timeout=60, headers={"Origin": url})
        self.html = ""

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
