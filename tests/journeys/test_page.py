"""The page without JavaScript, on the real Label Studio: sign in, write, try, save, run, read; and who is kept out."""

import re
import secrets
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from backend.interfaces.web import sign_in
from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.no_script import Browser, text_of
from tests.journeys.project import CONFIG, StudioProject, messages, truths
from tests.running import until

TASKS, TRUTHS, WRONG = 12, 6, 2
HOSTILE = "<script>alert(1)</script><b hx-get=/x hx-trigger=load>{{1234*5678}}\u2028\u202e' \""


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    tasks = [*messages(TASKS - 1, secrets.token_hex(4)), {"text": f"{HOSTILE} praise"}]
    return StudioProject(label_studio.new_project(CONFIG, tasks, truths(TRUTHS, TASKS, WRONG)), label_studio.http)


@pytest.fixture
def stranger(backend_server: ServedInstallation) -> Iterator[Browser]:
    browser = Browser(backend_server.url)
    with browser.http:
        yield browser


@pytest.fixture
def browser(stranger: Browser, label_studio: RunningLabelStudio) -> Browser:
    stranger.sign_in(label_studio.api_key)
    return stranger


def test_a_prompt_is_written_tried_saved_run_and_read(browser: Browser, project: StudioProject) -> None:
    title = f"Page {project.id}"
    browser.get("/prompts/new")
    assert "Draft" in browser.post("/prompts/new", title=title, project=project.id)
    prompt = browser.path.removesuffix("/draft")
    assert "{text}" in browser.html
    text = "What is it about?\n\n{text}"
    tried = text_of(browser.post(f"{prompt}/try", text=text, model="stand-in"))
    assert tried.count("What was sent and answered") == 5
    assert project.tasks()[0]["data"]["text"] in tried, "beside each answer stands what it is about"
    assert project.predictions() == []
    wrong = text_of(browser.post(f"{prompt}/draft", 400, text="What? {txet}", model="stand-in"))
    assert "did you mean {text}?" in wrong
    assert "What? {txet}" in wrong, "what was typed is kept"
    saved = text_of(browser.post(f"{prompt}/draft", text=text, model="stand-in", note=HOSTILE))
    assert f"Saved as {title}@1." in saved
    form = re.search(rf'href="({prompt}/versions/\d+)/run"', browser.html)
    assert form is not None
    page = text_of(browser.get(f"{form[1]}/run?on=ground-truth"))
    assert f"{TRUTHS} tasks, 0 of them answered already" in page or f"{TRUTHS} tasks," in page
    browser.post(f"{form[1]}/run", on="ground-truth")
    run = browser.path
    until(lambda: "See the results" in browser.get(run), 60)
    assert "66.7 %" in text_of(browser.html)
    assert f"4 of {TRUTHS} answers with a ground truth are right." in text_of(browser.get(form[1]))
    assert f"{WRONG} of {TRUTHS} tasks shown" in text_of(browser.get(f"{form[1]}?kind=wrong"))
    assert "No task matches these filters." in text_of(browser.get(f"{form[1]}?search=nothing+like+this"))
    versions = text_of(browser.get(prompt))
    assert "66.7 %" in versions
    assert "answers n/a" in versions, "what its runs cost is not known without prices"
    listed = text_of(browser.get(f"/prompts?search={title}"))
    assert "66.7 %" in listed
    assert "1 of" in listed


def test_two_versions_are_compared(
    browser: Browser, backend_server: ServedInstallation, project: StudioProject
) -> None:
    app, name = backend_server.installation.app, f"both{project.id}"
    tags = [backend_server.installation.save(name, project.id, f"{word}\n\n{{text}}") for word in ("What?", "Which?")]
    row = next(item for item in app.public_objects().prompts() if item.name == name)
    first, second = (app.version_ids()[tag].id for tag in tags)
    page = f"/prompts/{row.id}/compare"
    assert 'role="alert"' in browser.get(page), "nothing was asked yet"
    for tag in tags:
        app.evaluate(tag)
    newest = text_of(browser.get(page))
    assert f"Not decided: these tasks do not tell {tags[1]} and {tags[0]} apart." in newest
    assert "+Which?" in newest
    assert f"ls-prompts compare {tags[0]} {tags[1]}" in newest
    third = backend_server.installation.save(name, project.id, "Why?\n\n{text}")
    also = f"{page}?old={first}&new={second}&also={app.version_ids()[third].id}"
    unasked = text_of(browser.get(also))
    assert (
        f"{third} has no answer to any of the 6 tasks with a ground truth: run it on the ground truths first."
        in unasked
    )
    app.evaluate(third)
    three = text_of(browser.get(also))
    assert three.count("Not decided: these tasks do not tell") == 2
    assert f"{third} 66.7 %" in three
    assert "All versions equally accurate: p = " in three
    assert f"ls-prompts compare {tags[0]} {tags[1]} {third}" in three
    assert "Only the text of the prompt differs." in newest
    assert "+What?" in text_of(browser.get(f"{page}?old={second}&new={first}"))
    assert browser.http.get(f"{page}?old=x&new=1000000").status_code == 200
    other = backend_server.installation.save(f"alone{project.id}", project.id)
    alone = next(item for item in app.public_objects().prompts() if other.startswith(f"{item.name}@"))
    assert "There is only one version" in browser.get(f"/prompts/{alone.id}/compare")


def test_two_clicks_start_one_run_and_a_hostile_text_is_shown_as_text(browser: Browser, project: StudioProject) -> None:
    browser.get("/prompts/new")
    browser.post("/prompts/new", title=f"Twice {project.id}", project=project.id)
    prompt = browser.path.removesuffix("/draft")
    browser.post(f"{prompt}/draft", text="About?\n\n{text}", model="stand-in", note=HOSTILE)
    form = re.search(rf'href="({prompt}/versions/\d+)/run"', browser.html)
    assert form is not None
    browser.get(f"{form[1]}/run?on=all")
    browser.post(f"{form[1]}/run", on="all")
    first = browser.path
    browser.get(f"{form[1]}/run?on=all")
    browser.post(f"{form[1]}/run", on="all")
    until(lambda: "See the results" in browser.get(first), 60)
    assert len(project.predictions()) == TASKS
    for page in (form[1], prompt, f"{prompt}/draft", "/prompts", f"{first}/rows"):
        assert "<script>alert" not in browser.get(page)
        assert "<b hx-get" not in browser.html
    assert HOSTILE.split("\u2028", 1)[0] in unescape(browser.get(form[1]))
    assert str(1234 * 5678) not in browser.html


def test_who_is_not_signed_in_is_sent_to_the_door_and_back(stranger: Browser, label_studio: RunningLabelStudio) -> None:
    assert "Sign in" in text_of(stranger.get("/prompts/new?x=1"))
    assert stranger.post("/prompts/sign-in", 401, token="0" * 40).count('role="alert"') == 1
    assert "copy it again" in stranger.html
    stranger.post("/prompts/sign-in", 400, token="two words")
    stranger.post("/prompts/sign-in", token=label_studio.api_key, next="/prompts/new?x=1")
    assert stranger.path == "/prompts/new?x=1"
    for elsewhere in ("https://example.com", "//example.com/prompts", "/promptsx", "/prompts/\\example.com"):
        stranger.post("/prompts/sign-in", token=label_studio.api_key, next=elsewhere)
        assert stranger.path == "/prompts"


def test_a_personal_access_token_signs_in_until_it_is_revoked(
    mine: Installation, label_studio: RunningLabelStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "KNOWN_S", 0.0)
    browser = Browser.of(mine.app)
    with browser.http:
        with label_studio.personal_token() as token:
            assert "New prompt" in browser.sign_in(token)
        browser.get("/prompts")
        assert browser.path.startswith("/prompts/sign-in")
        assert "copy it again" in browser.post("/prompts/sign-in", 401, token=token)


def test_a_session_has_an_id_of_its_own_and_ends(
    stranger: Browser, backend_server: ServedInstallation, label_studio: RunningLabelStudio
) -> None:
    stranger.http.cookies.set("open_prompts", "chosen-by-somebody-else", path="/prompts")
    stranger.sign_in(label_studio.api_key)
    cookies = [cookie for cookie in stranger.http.cookies.jar if cookie.value != "chosen-by-somebody-else"]
    (cookie,) = cookies
    assert (cookie.name, cookie.path, cookie.has_nonstandard_attr("HttpOnly")) == ("open_prompts", "/prompts", True)
    assert cookie.get_nonstandard_attr("SameSite") == "Strict"
    first = cookie.value or ""
    stranger.http.cookies.clear()
    stranger.sign_in(label_studio.api_key)
    assert stranger.http.cookies["open_prompts"] != first
    stranger.get("/prompts")
    second = stranger.http.cookies["open_prompts"]
    stranger.post("/prompts/sign-out")
    answer = httpx.get(f"{backend_server.url}/prompts", headers={"Cookie": f"open_prompts={second}"}, timeout=60)
    assert answer.status_code == 303, "a cookie that was kept is of no use any more"
    for value in (first, label_studio.api_key):
        assert (
            httpx.get(f"{backend_server.url}/api/prompts/", cookies={"open_prompts": value}, timeout=60).status_code
            == 401
        )


FORGED = {
    "another port": {"Origin": "http://127.0.0.1:1"},
    "another host": {"Origin": "http://example.com"},
    "another scheme": {"Origin": "https://{host}"},
    "nobody": {"Origin": ""},
    "null": {"Origin": "null"},
    "same site": {"Sec-Fetch-Site": "same-site"},
    "cross site": {"Sec-Fetch-Site": "cross-site"},
    "rebinding": {"Host": "evil.example", "Origin": "http://evil.example"},
    "rebinding to a number": {"Host": "10.0.0.7", "Origin": "http://10.0.0.7"},
}


@pytest.mark.parametrize("case", FORGED)
def test_a_forged_request_changes_nothing(
    browser: Browser, backend_server: ServedInstallation, label_studio: RunningLabelStudio, case: str
) -> None:
    """With the session's cookie and the form's token: nothing else stands between it and a prompt."""
    title = f"Forged {secrets.token_hex(4)}"
    browser.get("/prompts/new")
    host = backend_server.url.partition("//")[2]
    for name, value in FORGED[case].items():
        browser.http.headers[name] = value.format(host=host)
    browser.http.follow_redirects = False
    browser.post("/prompts/new", 403, title=title, project=1)
    assert "nothing was done" in browser.html or "PAGE_URL" in browser.html
    headers = {"Authorization": f"Token {label_studio.api_key}"}
    rows = httpx.get(f"{backend_server.url}/api/prompts/", params={"search": title}, headers=headers, timeout=60).json()
    assert rows["count"] == 0


def test_a_form_of_another_session_is_refused(
    browser: Browser, backend_server: ServedInstallation, label_studio: RunningLabelStudio
) -> None:
    other = Browser(backend_server.url)
    with other.http:
        other.sign_in(label_studio.api_key)
        other.get("/prompts/new")
        browser.html = other.html
        assert "open for too long" in browser.post("/prompts/new", 403, title="x", project=1)
        browser.html = ""
        assert "open for too long" in browser.post("/prompts/new", 403, title="x", project=1)


def test_who_is_not_an_editor_looks_only(
    mine: Installation, project: StudioProject, label_studio: RunningLabelStudio, tmp_path: Path
) -> None:
    mine.save("topic", project.id)
    viewing = mine.but(PROMPTS_EDITORS="somebody@else.example, other@else.example")
    headers = {"Authorization": f"Token {label_studio.api_key}"}
    with services.backend(services.free_port(), viewing.env, log=tmp_path / "backend.log") as service:
        browser = Browser(service.url)
        with browser.http, httpx.Client(base_url=service.url, headers=headers, timeout=60) as http:
            (made,) = http.get("/api/prompts/").json()["results"]
            version = f"/api/prompts/{made['id']}/versions"
            (saved,) = http.get(version).json()
            for answer in (
                http.post("/api/prompts/", json={"title": "x", "associated_projects": [project.id]}),
                http.patch(f"/api/prompts/{made['id']}/", json={"title": "x"}),
                http.post(f"{version}/{saved['id']}/inference-runs", json={"project": project.id}),
                http.delete(f"{version}/{saved['id']}"),
            ):
                assert (answer.status_code, list(answer.json())) == (403, ["detail"])
            assert http.post(f"{version}/{saved['id']}/cost-estimate").status_code == 200
            browser.sign_in(label_studio.api_key)
            page = f"/prompts/{made['id']}/versions/{saved['id']}"
            assert "may look only" in browser.get(page)
            browser.get(f"{page}/run?on=all")
            assert "PROMPTS_EDITORS" in browser.post(f"{page}/run", 403, on="all")
            browser.get("/prompts/new")
            assert "PROMPTS_EDITORS" in browser.post("/prompts/new", 403, title="x", project=project.id)
        log = (tmp_path / "backend.log").read_text()
    assert mine.app.runs() == []
    assert label_studio.api_key not in log


def test_reading_changes_nothing(browser: Browser) -> None:
    for path in ("/prompts/1/try", "/prompts/sign-out", "/prompts/runs/1/cancel"):
        assert browser.http.get(path).status_code == 404
    assert browser.http.get("/prompts").status_code == 200


def test_pages_of_nobodys_prompts_are_not_there(browser: Browser) -> None:
    for path in ("/prompts/1000000", "/prompts/runs/1000000", "/prompts/1000000/versions/1", "/prompts/x"):
        answer = browser.http.get(path)
        assert answer.status_code == 404
        assert "Traceback" not in answer.text
