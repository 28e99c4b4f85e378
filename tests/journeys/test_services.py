"""The ground every journey stands on: processes start, say why when they don't, and leave nothing behind."""

import asyncio
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from label_studio_sdk import RoleBasedTask
from playwright.sync_api import BrowserContext, expect

from demo import services
from demo.services import Service, ServiceError
from tests.journeys.browser import signed_in
from tests.journeys.conftest import RunningLabelStudio
from tests.running import RunningStandIn
from tests.scripted import some

CONFIG = """<View>
  <Text name="text" value="$text"/>
  <Choices name="sentiment" toName="text"><Choice value="Positive"/><Choice value="Negative"/></Choices>
</View>"""
TASKS = [{"text": "The battery lasts for days."}, {"text": "It broke within a week."}, {"text": "It is blue."}]

SERVER = """
import http.server, os, signal, sys
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(sys.argv[2]))
        self.end_headers()
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Health)
print("listening", sorted(os.environ), flush=True)
if os.fork():
    server.serve_forever()
signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    signal.pause()
"""


def small_server(log: Path, script: str = SERVER, port: int = 0, status: int = 200, **settings: Any) -> Service:
    """A server whose child keeps the port open and ignores SIGTERM."""
    port = port or services.free_port()
    argv = [sys.executable, "-c", script, str(port), str(status)]
    return Service("A server", argv, services.environment({}), f"http://127.0.0.1:{port}", log, **settings)


def is_gone(service: Service) -> bool:
    return services.free_port(service.port) == service.port


def choice(value: str) -> dict[str, Any]:
    return {"from_name": "sentiment", "to_name": "text", "type": "choices", "value": {"choices": [value]}}


def test_a_taken_port_is_replaced_by_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert services.free_port(port) not in (0, port)
    assert services.free_port(port) == port


def test_a_service_is_stopped_with_its_children_and_can_start_again(tmp_path: Path) -> None:
    service = small_server(tmp_path / "log", announces="listening")
    for _ in range(2):
        with service:
            assert httpx.get(f"{service.url}/health", timeout=60).status_code == 200
        assert is_gone(service)
    assert (tmp_path / "log").read_text().count("listening") == 2


def test_a_service_is_stopped_when_its_block_fails(tmp_path: Path) -> None:
    service = small_server(tmp_path / "log")
    with pytest.raises(KeyboardInterrupt), service:
        raise KeyboardInterrupt
    assert is_gone(service)


def test_a_service_that_dies_says_why_at_once(tmp_path: Path) -> None:
    service = small_server(tmp_path / "log", script="raise SystemExit('no such database')")
    began = time.monotonic()
    with pytest.raises(ServiceError, match=r"(?s)ended with code 1\..*no such database"):
        service.start()
    assert time.monotonic() - began < service.patience / 2


def test_a_service_that_never_gets_ready_is_stopped(tmp_path: Path) -> None:
    service = small_server(tmp_path / "log", status=503, patience=2)
    with pytest.raises(ServiceError, match=r"(?s)not ready within 2 seconds.*503"):
        service.start()
    assert is_gone(service)


def test_a_service_does_not_start_on_a_taken_port(tmp_path: Path) -> None:
    with small_server(tmp_path / "stranger") as stranger:
        service = small_server(tmp_path / "log", port=stranger.port)
        with pytest.raises(ServiceError, match=f"port {stranger.port}: it is taken"):
            service.start()


def test_an_answer_without_the_announcement_is_a_strangers(tmp_path: Path) -> None:
    service = small_server(tmp_path / "log", announces="something else", patience=1)
    with pytest.raises(ServiceError, match="not ready"):
        service.start()
    assert is_gone(service)


def test_a_service_does_not_inherit_the_callers_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "DEBUG", "OPENAI_API_KEY", "HTTP_PROXY"):
        monkeypatch.setenv(name, "stray")
    with small_server(tmp_path / "log"):
        names = (tmp_path / "log").read_text()
    assert "'PATH'" in names
    assert not any(name in names for name in ("PORT", "DEBUG", "OPENAI_API_KEY", "HTTP_PROXY"))


def test_tests_cannot_leave_this_machine() -> None:
    with pytest.raises(RuntimeError, match=r"may not reach 'api\.openai\.com"):
        httpx.get("https://api.openai.com/v1/models", timeout=60)
    with pytest.raises(RuntimeError, match=r"may not reach '192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with socket.socket() as sock, pytest.raises(RuntimeError, match="may not reach"):
        sock.connect(("192.0.2.1", 80))


def test_the_stand_in_forgets_what_the_test_before_made_it_do(stand_in: RunningStandIn) -> None:
    before = (stand_in.control(), stand_in.stats())
    stand_in.control(server_error=1.0, latency_ms=10)
    question = {"model": "any", "messages": [{"role": "user", "content": "Hello"}]}
    assert httpx.post(f"{stand_in.url}/chat/completions", json=question, timeout=60).status_code == 500
    assert (stand_in.control(), stand_in.stats()) != before
    stand_in.reset()
    assert (stand_in.control(), stand_in.stats()) == before


def test_label_studio_knows_the_token(label_studio: RunningLabelStudio) -> None:
    assert label_studio.client.users.whoami().email == label_studio.account.email
    assert label_studio.http.get("/api/current-user/whoami").status_code == 200
    assert httpx.get(f"{label_studio.url}/api/current-user/whoami", timeout=60).status_code == 401


def test_tasks_and_ground_truths_come_back_as_they_went(label_studio: RunningLabelStudio) -> None:
    truths = [[choice("Positive")], [choice("Negative")], None]
    project = label_studio.new_project(CONFIG, TASKS, truths)
    tasks: list[RoleBasedTask] = list(label_studio.client.tasks.list(project=project, fields="all"))
    assert [task.data for task in tasks] == TASKS
    assert [_truth(task) for task in tasks] == [["Positive"], ["Negative"], None]


def test_a_browser_signs_in_and_shows_a_task(
    label_studio: RunningLabelStudio, browser: BrowserContext, tmp_path: Path
) -> None:
    project = label_studio.new_project(CONFIG, TASKS)
    tasks: Iterator[RoleBasedTask] = iter(label_studio.client.tasks.list(project=project))
    task = next(tasks)
    page = browser.new_page()
    page.goto(f"/projects/{project}/data?task={task.id}")
    expect(page.locator(".lsf-main-view, .lsf-editor").get_by_text(task.data["text"]).first).to_be_visible(
        timeout=30_000
    )
    page.screenshot(path=tmp_path / "task.png")
    assert (tmp_path / "task.png").stat().st_size > 10_000


def test_asyncio_runs_again_once_the_browser_is_closed(label_studio: RunningLabelStudio, chromium: str) -> None:
    with signed_in(chromium, label_studio.url, label_studio.account) as context:
        assert context.cookies()
    assert asyncio.run(asyncio.sleep(0, result="ran")) == "ran"


def _truth(task: RoleBasedTask) -> list[str] | None:
    for annotation in some(task.annotations):
        if annotation["ground_truth"]:
            return list(annotation["result"][0]["value"]["choices"])
    return None
