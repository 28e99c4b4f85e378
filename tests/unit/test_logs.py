"""Logs as they are read: their form in both formats, the ids they carry, and what they must never hold."""

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

from backend.interfaces.web.server import create_app
from backend.logs import JsonLines, about, logging_config
from demo import services
from tests.calls import TOKEN, body, scripted_app, task
from tests.installation import Installation
from tests.running import Json, RunningStandIn
from tests.scripted import ScriptedModel
from tests.test_gunicorn import started

KEY = "sk-geheim-0123456789"
TEXT = "a text that belongs to a customer"
PASSWORD = "correct-horse-battery"
SECRETS = (KEY, TEXT, PASSWORD, TOKEN)


@pytest.fixture
def mine(tmp_path: Path, stand_in: RunningStandIn) -> Installation:
    login = {"BASIC_AUTH_USER": "me", "BASIC_AUTH_PASS": PASSWORD}
    return Installation.made(tmp_path, stand_in.url, **login).but(OPENAI_API_KEY=KEY)


def line(message: str = "said", **record: Any) -> dict[str, Any]:
    made = logging.LogRecord("backend.x", logging.WARNING, "x.py", 1, message, (), record.get("exc_info"))
    found: dict[str, Any] = json.loads(JsonLines().format(made))
    return found


def test_a_line_is_an_object_with_the_ids_it_belongs_to() -> None:
    with about(request="r-1"), about(task=7):
        found = line('two\nlines, "quoted", \udc80')
    assert found.pop("time")[10:].endswith("+00:00")
    wanted = {"level": "WARNING", "logger": "backend.x", "message": 'two\nlines, "quoted", \udc80'}
    assert found == {**wanted, "request": "r-1", "task": 7}
    assert set(line()) == {"time", *wanted}


def test_a_line_is_one_line_and_ascii() -> None:
    made = logging.LogRecord("a", logging.INFO, "x", 1, "名\n\u2028", (), None)
    text = JsonLines().format(made)
    assert text.isascii()
    assert len(text.splitlines()) == 1


def test_of_an_error_only_its_kind_and_place_are_logged() -> None:
    try:
        raise ValueError(TEXT)
    except ValueError:
        found = line(exc_info=sys.exc_info())
    assert found["error"].startswith("ValueError in test_of_an_error")
    assert TEXT not in str(found)
    assert line(exc_info=(ValueError, ValueError(TEXT), None))["error"] == "ValueError"


def test_tasks_at_the_same_time_keep_their_ids_apart() -> None:
    async def one(number: int) -> dict[str, Any]:
        with about(task=number):
            await asyncio.sleep(0)
            return line()

    async def all_of_them() -> list[dict[str, Any]]:
        with about(run="1f3a"):
            return await asyncio.gather(*(one(number) for number in range(5)))

    found = asyncio.run(all_of_them())
    assert [(each["run"], each["task"]) for each in found] == [("1f3a", number) for number in range(5)]


def test_text_is_the_default() -> None:
    assert logging_config("text")["formatters"]["line"] == {"format": "%(asctime)s %(levelname)s %(message)s"}


@pytest.mark.slow
@pytest.mark.parametrize("log_format", ["json", "text"])
def test_the_servers_log_holds_no_secret(mine: Installation, stand_in: RunningStandIn, log_format: str) -> None:
    """Answers, rejections, failures, a refused key, wrong bodies and wrong passwords."""
    url = f"http://127.0.0.1:{services.free_port()}"
    told = mine.but(LOG_FORMAT=log_format, FAILURE_TTL_S="0", BIND=url.removeprefix("http://"))
    http = httpx.Client(auth=("me", PASSWORD), timeout=60, headers={"X-Request-ID": "r-1"})
    with started(told, url) as process, http:
        wanted = {"project": "7.1", "schema": body()["label_config"], "access_token": TOKEN, "hostname": url}
        assert http.post(f"{url}/setup", json=wanted).status_code == 200
        levers: tuple[Json, ...] = ({}, {"malformed": 1.0}, {"refused": 1.0}, {"api_key": "another"})
        for number, lever in enumerate(levers):
            stand_in.control(**{"malformed": 0.0, "refused": 0.0, **lever})
            tasks = [task(f"{TEXT} {number} good", number), task([TEXT], 100)]
            assert http.post(f"{url}/predict", json={**body(*tasks), "access_token": TOKEN}).status_code == 200
        http.post(f"{url}/predict", content=TEXT.encode())
        http.get(f"{url}/{TEXT}", auth=("me", KEY))
        process.terminate()
        said, _ = process.communicate(timeout=60)
    assert "predicted 1 of 2 tasks" in said
    for secret in SECRETS:
        assert secret not in said
    assert "Traceback" not in said
    if log_format == "json":
        lines = [json.loads(line) for line in said.splitlines()]
        assert {"gunicorn.error", "backend.services.live_predictions"} <= {each["logger"] for each in lines}
        assert all(each["request"] == "r-1" for each in lines if each["logger"] == "backend.services.live_predictions")
        assert all({"time", "level", "logger", "message"} <= each.keys() for each in lines)


class Kept(logging.Handler):
    """Keeps the lines that a log in JSON would have."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.lines: list[Json] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


def test_a_line_about_a_task_carries_its_id_and_its_requests(mine: Installation) -> None:
    def blow_up(*_: object) -> NoReturn:
        raise RuntimeError(TEXT)

    handler = Kept()
    client = create_app(scripted_app(mine, ScriptedModel(blow_up))).test_client()
    logging.getLogger("backend.engine.predictor").addHandler(handler)
    try:
        headers = {"X-Request-ID": "r-7"}
        client.post("/predict", json=body(task("a", 4711)), auth=("me", PASSWORD), headers=headers)
    finally:
        logging.getLogger("backend.engine.predictor").removeHandler(handler)
    (found,) = handler.lines
    assert (found["task"], found["request"], found["level"]) == (4711, "r-7", "ERROR")
    assert TEXT not in str(found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "levels"), [(["worker"], ["ERROR"]), (["watch", "nosuch"], ["ERROR"]), (["list"], ["INFO"])]
)
def test_a_commands_talk_follows_the_format(mine: Installation, words: list[str], levels: list[str]) -> None:
    away = mine.but(LOG_FORMAT="json", REDIS_URL=f"redis://127.0.0.1:{services.free_port()}")
    done = away.command(*words, code=0 if "INFO" in levels else 1)
    lines = [json.loads(line) for line in done.err.splitlines()]
    assert [each["level"] for each in lines] == levels


def test_a_format_that_is_none_is_refused(mine: Installation) -> None:
    assert "LOG_FORMAT is not usable" in mine.but(LOG_FORMAT="xml").command_here("list", code=1).err
