"""`gunicorn _wsgi:app` as the README starts it: how it binds, and that it answers while it is busy."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.interfaces.web.server import PREDICTIONS, THREADS
from backend.interfaces.web.worker import Worker
from demo import services
from tests.installation import Installation
from tests.running import RunningStandIn, unavailable, until
from tests.scripted import CONFIG

BUSY = 64
HELD_MS = 50_000
"""Longer than anything here takes, shorter than the server's deadline: the test releases what waits."""


@pytest.fixture
def mine(tmp_path: Path, stand_in: RunningStandIn) -> Installation:
    return Installation.made(tmp_path, stand_in.url)


def gunicorn(mine: Installation, *argv: str, cwd: Path = services.ROOT) -> "subprocess.Popen[str]":
    line = [sys.executable, "-m", "gunicorn", "_wsgi:app", *argv]
    env, pipe = services.environment(mine.env), subprocess.PIPE
    cwd.mkdir(exist_ok=True)
    return subprocess.Popen(line, env=env, cwd=cwd, stdout=pipe, stderr=subprocess.STDOUT, text=True)


def refused(mine: Installation, *argv: str) -> str:
    """What it says when it ends at once, with an error."""
    process = gunicorn(mine, *argv)
    try:
        said, _ = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode != 0
    assert "Traceback" not in said
    return said


@contextmanager
def started(mine: Installation, url: str, *argv: str, cwd: Path = services.ROOT) -> Iterator["subprocess.Popen[str]"]:
    process = gunicorn(mine, *argv, cwd=cwd)
    try:
        until(lambda: _answers(url) or process.poll() is not None)
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


@contextmanager
def listening(mine: Installation, url: str) -> Iterator[str]:
    with started(mine, url):
        yield url


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=60).status_code in (200, 401)
    except httpx.TransportError:
        return False


def test_it_does_not_stand_open_by_mistake(mine: Installation) -> None:
    port = services.free_port()
    for said in (
        refused(mine.but(BIND=f"0.0.0.0:{port}")),
        refused(mine, "--bind", f"0.0.0.0:{port}"),
        refused(mine, "--bind", f"[::]:{port}"),
    ):
        assert "without a password: set BASIC_AUTH_USER and BASIC_AUTH_PASS, or ALLOW_NO_AUTH=true" in said


def test_wrong_settings_end_it_with_a_sentence(mine: Installation) -> None:
    assert "BASIC_AUTH_USER and BASIC_AUTH_PASS, or neither" in refused(mine.but(BASIC_AUTH_USER="me"))
    for bind in ("127.0.0.1:99999", "localhost:abc", "9090"):
        assert refused(mine.but(BIND=bind)).startswith("BIND is not usable (it must be HOST:PORT with a port from 1")
    assert "CONCURRENCY is not usable" in refused(mine.but(CONCURRENCY="many"))
    assert "DATABASE_URL" in refused(mine.but(DATABASE_URL="sqlite:////proc/nowhere/x.sqlite3"))


@pytest.mark.parametrize("open_to_all", [{"ALLOW_NO_AUTH": "true"}, {"BASIC_AUTH_USER": "a", "BASIC_AUTH_PASS": "b"}])
def test_it_listens_to_all_when_told_to(mine: Installation, open_to_all: dict[str, str]) -> None:
    port = services.free_port()
    with listening(mine.but(BIND=f"0.0.0.0:{port}", **open_to_all), f"http://127.0.0.1:{port}") as url:
        expected = 401 if "BASIC_AUTH_USER" in open_to_all else 200
        assert httpx.get(f"{url}/health", timeout=60).status_code == expected
        assert httpx.get(f"{url}/health", auth=("a", "b"), timeout=60).status_code == 200


def test_health_and_setup_are_quick_while_predictions_run(
    mine: Installation, stand_in: RunningStandIn, tmp_path: Path
) -> None:
    log, everyone = tmp_path / "backend.log", httpx.Limits(max_connections=None)
    with (
        services.backend(services.free_port(), mine.but(CONCURRENCY=str(BUSY)).env, log=log) as service,
        httpx.Client(base_url=service.url, timeout=60, limits=everyone) as http,
        ThreadPoolExecutor(BUSY) as pool,
    ):
        http.post("/predict", json=asked(BUSY))
        stand_in.control(latency_ms=HELD_MS)
        busy = [pool.submit(http.post, "/predict", json=asked(number)) for number in range(BUSY)]
        until(lambda: stand_in.stats()["in_flight"] == BUSY)
        for _ in range(5):
            assert http.get("/health").status_code == 200
            assert http.post("/setup", json={"project": "1.2", "schema": CONFIG}).status_code == 200
        assert not any(request.done() for request in busy)
        stand_in.control(release=True)
        assert all(request.result().json()["results"][0] for request in busy)


def test_health_answers_before_more_predictions_than_there_are_threads(
    mine: Installation, stand_in: RunningStandIn, tmp_path: Path
) -> None:
    """Those beyond the limit are answered at once, with nothing; the others wait for the model."""
    log, everyone = tmp_path / "backend.log", httpx.Limits(max_connections=None)
    crowd = THREADS + 44
    env = {**mine.but(CONCURRENCY="512").env, "PYTHONPATH": str(services.ROOT)}
    stand_in.control(latency_ms=HELD_MS)
    with (
        services.backend(services.free_port(), env, log=log) as service,
        httpx.Client(base_url=service.url, timeout=60, limits=everyone) as http,
        ThreadPoolExecutor(crowd) as pool,
    ):
        busy = [pool.submit(http.post, "/predict", json=asked(number)) for number in range(crowd)]
        until(lambda: sum(request.done() for request in busy) == crowd - PREDICTIONS)
        assert all(request.result().json() == {"results": [{}]} for request in busy if request.done())
        assert http.get("/health").status_code == 200
        assert http.post("/setup", json={"project": "1.2", "schema": CONFIG}).status_code == 200
        assert sum(request.done() for request in busy) == crowd - PREDICTIONS
        until(lambda: stand_in.stats()["in_flight"] == PREDICTIONS)
        stand_in.control(release=True)
        answers = [request.result().json()["results"][0] for request in busy]
    assert sum(bool(answer) for answer in answers) == PREDICTIONS
    assert "too many predictions at once" in log.read_text()


def test_a_client_that_stops_in_the_middle_of_its_body_is_let_go(mine: Installation, stand_in: RunningStandIn) -> None:
    port = services.free_port()
    head = "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    with (
        listening(mine.but(BIND=f"127.0.0.1:{port}"), f"http://127.0.0.1:{port}"),
        socket.create_connection(("127.0.0.1", port), timeout=30) as client,
    ):
        client.sendall(head.encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("deadline", ["30", "0.7"])
def test_told_to_end_it_answers_and_keeps_what_it_paid_for(
    mine: Installation, stand_in: RunningStandIn, deadline: str
) -> None:
    """Within the deadline it finishes; at a shorter one it answers with what it has, and stores what comes later."""
    served = mine.but(PREDICT_DEADLINE_S=deadline, CONCURRENCY="4", BIND=f"127.0.0.1:{services.free_port()}")
    url = f"http://{served.env['BIND']}"
    tasks = [asked(number)["tasks"][0] for number in range(12)]
    with started(served, url) as process, ThreadPoolExecutor(1) as pool:
        httpx.post(f"{url}/predict", json=asked(0), timeout=60)
        stand_in.control(latency_ms=500)
        asking = pool.submit(httpx.post, f"{url}/predict", json={**asked(0), "tasks": tasks}, timeout=60)
        until(lambda: stand_in.stats()["in_flight"] == 4)
        process.terminate()
        results = asking.result().json()["results"]
        said, _ = process.communicate(timeout=30)
    stats = stand_in.stats()
    assert (process.returncode, stats["left"], stats["in_flight"]) == (0, 0, 0)
    assert stored(served) == stats["requests"] == stats["answered"]
    assert (stats["requests"] == 12) == all(results) == (deadline == "30")
    assert "Traceback" not in said


def stranger() -> httpx.Client:
    """Its connections come from an address of this machine that is not loopback, as those of others do."""
    found = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=False).stdout.split()
    addresses = [address for address in found if "." in address and not address.startswith("127.")]
    if not addresses:
        unavailable("This machine has no address but loopback.")
    return httpx.Client(transport=httpx.HTTPTransport(local_address=addresses[0]), timeout=30)


def stored(mine: Installation) -> int:
    with mine.app.container.store.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM completions").scalar() or 0)


def asked(number: int) -> dict[str, Any]:
    task = {"id": number, "data": {"text": f"a good day, number {number}"}}
    return {"tasks": [task], "project": "1.2", "label_config": CONFIG, "params": {"context": None}}


def test_from_another_folder_it_is_started_with_the_module_of_its_settings(mine: Installation) -> None:
    port = services.free_port()
    served = mine.but(BIND=f"127.0.0.1:{port}")
    with started(served, f"http://127.0.0.1:{port}", "-c", "python:backend.gunicorn_config", cwd=mine.folder):
        assert httpx.get(f"http://127.0.0.1:{port}/health", timeout=60).json()["status"] == "UP"


def test_from_another_folder_without_its_settings_it_says_how_to_start_it(mine: Installation) -> None:
    """gunicorn then decides where it listens; a stranger, who says that he is on this machine, is not believed."""
    port = services.free_port()
    process = gunicorn(mine, "--bind", f"0.0.0.0:{port}", cwd=mine.folder)
    try:
        until(lambda: _answers(f"http://127.0.0.1:{port}"))
        lies = {"Host": "127.0.0.1", "X-Forwarded-For": "127.0.0.1"}
        with stranger() as http:
            answer = http.post(f"http://127.0.0.1:{port}/predict", json=asked(1), headers=lies)
        assert (answer.status_code, "BASIC_AUTH_USER" in answer.text) == (403, True)
        assert httpx.post(f"http://127.0.0.1:{port}/predict", json=asked(1), timeout=60).json()["results"][0]
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=30)
    assert "gunicorn -c python:backend.gunicorn_config _wsgi:app" in said


def test_told_to_end_once_more_while_it_ends_it_goes_on_ending() -> None:
    worker = Worker.__new__(Worker)
    worker._loop, worker._stop_event = asyncio.new_event_loop(), asyncio.Event()
    worker._loop.close()
    worker.handle_exit(signal.SIGTERM, None)
    assert worker.alive is False
