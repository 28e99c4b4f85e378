"""What other people try on the page, and what happens while others work: in a real Chromium and on a real server."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from demo import services
from tests.installation import Installation
from tests.journeys.browser import visiting
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.no_script import Browser, text_of
from tests.journeys.project import WIDER, StudioProject, messages
from tests.journeys.test_proxy import nginx, proxied
from tests.running import until

SECRET = "the-text-of-a-task-that-is-nobodys-business"


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(4, secrets.token_hex(4)))


class Evil(BaseHTTPRequestHandler):
    """A page at another port of the same host, whose form sends itself."""

    target = ""
    title = ""

    def do_GET(self) -> None:
        form = f'<form method=post action="{self.target}/prompts/new"><input name=title value="{self.title}">'
        body = f"<html><body>{form}</form><script>document.forms[0].submit()</script></body></html>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def evil(backend_server: ServedInstallation) -> Iterator[str]:
    """Its address."""
    Evil.target, Evil.title = backend_server.url, f"Forged {secrets.token_hex(4)}"
    with ThreadingHTTPServer(("127.0.0.1", 0), Evil) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_page_at_another_port_sends_the_cookie_and_gets_nothing(
    evil: str, chromium: str, backend_server: ServedInstallation, label_studio: RunningLabelStudio
) -> None:
    with visiting(chromium, backend_server.url, label_studio.api_key) as page:
        with page.expect_request("**/prompts/new") as sent:
            page.goto(evil)
        page.wait_for_selector("text=This was sent from a page of another server")
        headers = sent.value.all_headers()
        assert "open_prompts=" in headers.get("cookie", ""), (
            "cookies ignore ports, so that the cookie alone is no proof"
        )
        assert headers["sec-fetch-site"] == "same-site"
        page.goto(f"{backend_server.url}/prompts?search=Forged")
        assert page.locator("tbody tr").count() == 0


def test_a_draft_is_given_back_while_label_studio_is_away(
    mine: Installation, project: StudioProject, label_studio: RunningLabelStudio, tmp_path: Path
) -> None:
    with ExitStack() as away:
        port = away.enter_context(nginx(tmp_path / "nginx", proxied(label_studio)))
        behind = mine.but(LABEL_STUDIO_URL=f"http://127.0.0.1:{port}")
        behind.save("topic", project.id)
        with services.backend(services.free_port(), behind.env, log=tmp_path / "backend.log") as service:
            browser = Browser(service.url)
            with browser.http:
                browser.sign_in(label_studio.api_key)
                browser.get("/prompts/1/draft")
                away.close()
                text = f"Which one?\n\n{{text}} {SECRET}"
                answer = browser.http.post(
                    "/prompts/1/draft", data={**fields(browser), "text": text, "system": "Be short."}
                )
                assert answer.status_code in (502, 503)
                assert "What you wrote" in answer.text
                assert SECRET in answer.text
                assert "Be short." in answer.text
                assert "Traceback" not in answer.text
    log = (tmp_path / "backend.log").read_text()
    assert SECRET not in log
    assert label_studio.api_key not in log
    assert [item.tag for item in mine.app.versions("topic")] == ["topic@1"]


def fields(browser: Browser) -> dict[str, str]:
    """What a form of the last page must send along."""
    return {"form_token": browser.html.split('name="form_token" value="')[1].partition('"')[0]}


def test_a_project_that_was_deleted_is_gone_with_a_sentence(
    visitor: Browser, backend_server: ServedInstallation, project: StudioProject
) -> None:
    installation, name = backend_server.installation, f"gone{project.id}"
    tag = installation.save(name, project.id)
    row = next(item for item in installation.app.public_objects().prompts() if item.name == name)
    version = f"/prompts/{row.id}/versions/{installation.app.version_ids()[tag].id}"
    visitor.get(f"/prompts/{row.id}/draft")
    project.http.delete(f"/api/projects/{project.id}/").raise_for_status()
    for page in (f"/prompts/{row.id}", f"/prompts/{row.id}/draft", version, f"{version}/act", f"{version}/run"):
        answer = visitor.http.get(page)
        assert answer.status_code == 404, page
        assert "There is nothing here" in answer.text
    saved = visitor.http.post(f"/prompts/{row.id}/draft", data={**fields(visitor), "text": f"{{text}} {SECRET}"})
    assert saved.status_code == 404
    assert SECRET in saved.text, "what was typed is given back"
    assert f">{name}<" not in visitor.get("/prompts")


def test_a_version_whose_config_changed_says_so(
    visitor: Browser, backend_server: ServedInstallation, project: StudioProject
) -> None:
    installation, name = backend_server.installation, f"wider {project.id}"
    tag = installation.save(name, project.id)
    row = next(item for item in installation.app.public_objects().prompts() if item.name == name)
    version = f"/prompts/{row.id}/versions/{installation.app.version_ids()[tag].id}"
    project.change(label_config=WIDER)
    refused = text_of(visitor.get(f"{version}/run?on=all"))
    assert "changed since" in refused
    assert "save the prompt again and use the new version" in refused
    assert "--file" not in refused
    visitor.get(f"/prompts/{row.id}/draft")
    assert "changed since" in text_of(visitor.post(f"{version}/run", 400, on="all", budget=1))
    assert visitor.http.get(version).status_code == 200, "what is stored is still read"
    visitor.get(f"/prompts/{row.id}/draft")
    visitor.post(f"/prompts/{row.id}/draft", text="What is it about?\n\n{text}")
    assert f"Saved as {name}@2." in text_of(visitor.html)


def test_no_token_and_no_text_of_a_task_is_in_a_log(
    mine: Installation, label_studio: RunningLabelStudio, tmp_path: Path
) -> None:
    project = StudioProject.made(label_studio, [{"text": f"{SECRET} {n} refund"} for n in range(3)])
    mine.save("topic", project.id)
    with services.backend(services.free_port(), mine.env, log=tmp_path / "backend.log") as service:
        browser = Browser(service.url)
        with browser.http:
            browser.sign_in(label_studio.api_key)
            browser.get("/prompts/1/draft")
            browser.post("/prompts/1/try", text="{text}?", model="stand-in")
            assert SECRET in browser.html
            version = "/prompts/1/versions/1"
            browser.get(f"{version}/run?on=all")
            browser.post(f"{version}/run", on="all")
            run = browser.path
            until(lambda: "See the results" in browser.get(run), 60)
            browser.get(f"{version}?search={SECRET}")
            browser.http.get("/prompts/nothing")
        for secret in (SECRET, label_studio.api_key, "sk-of-a-test", browser.http.cookies.get("open_prompts", "")):
            assert secret
            assert secret not in (tmp_path / "backend.log").read_text()
