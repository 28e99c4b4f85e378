"""Writes the database and the projects beside this file, with the code of an earlier commit (00456db8, migration 0008).

It uses nothing but the command line and the demo's services of that commit, in a worktree of it, with a Label Studio
and a stand-in model of its own:

    git worktree add ../earlier 00456db8
    PYTHONPATH=../earlier LABEL_STUDIO_VENV=$PWD/.venv-label-studio .venv/bin/python tests/data/earlier_record/write.py
"""

import gzip
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from demo import label_studio, services
from demo.teacher import DATA, taught

HERE = Path(__file__).parent
MODEL_PORT = 18733
"""Part of what digests are made of: stored answers are found only by who asks the same server."""
TASKS, TRUTHS = 120, 90
TWO = """<View>
  <Text name="text" value="$text"/>
  <Choices name="topic" toName="text"><Choice value="Refund"/><Choice value="Delivery"/></Choices>
  <Choices name="urgent" toName="text" choice="multiple"><Choice value="Today"/><Choice value="Later"/></Choices>
</View>"""
TOPICS = ("Refund", "Delivery", "Praise")
THREE = """<View>
  <Text name="text" value="$text"/>
  <Choices name="topic" toName="text">
    <Choice value="Refund"/><Choice value="Delivery"/><Choice value="Praise"/>
  </Choices>
</View>"""
FILE = """---
model: stand-in
parameters:
  temperature: 0
note: with definitions
labels:
  Delivery: parcels, packages, tracking, courier, arrived late
  Refund: money back, return, exchange, broken
  Praise: thanks, great, lovely
---
Choose the one topic that this message is about.

{text}
"""


class Earlier:
    """The earlier command line on a database in `folder`."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder = folder
        self.env = services.environment({"PYTHONPATH": str(services.ROOT), "PYTHONUTF8": "1", **env})

    def __call__(self, *argv: object, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "backend", *map(str, argv)],
            env=self.env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            stdin=subprocess.DEVNULL,
        )
        print("$", *argv, "->", done.returncode, done.stderr.strip()[-300:], flush=True)
        if done.returncode != code:
            raise SystemExit(f"{argv} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout


def projects() -> list[dict[str, Any]]:
    """What both projects hold: config, and tasks with their truths, as Label Studio imports them."""
    items = json.loads((DATA / "tasks.json").read_text(encoding="utf-8"))[:TASKS]
    topics = sorted({item["topic"] for item in items})
    inbox = [
        _task(item["text"], {"topic": [topics[(topics.index(item["topic"]) + (number % 11 == 5)) % len(topics)]]})
        if number < TRUTHS
        else _task(item["text"])
        for number, item in enumerate(items)
    ]
    words = [("refund", "today"), ("delivery", "later"), ("refund", "later"), ("delivery", "today")]
    two = [
        _task(
            f"Message {number} on a {topic}, {when}",
            {"topic": [topic.capitalize()], "urgent": [when.capitalize()]} if number < 16 else None,
        )
        for number in range(24)
        for topic, when in [words[number % 4]]
    ]
    unsure = [_unsure(number) for number in range(48)]
    config = (DATA / "config.xml").read_text(encoding="utf-8")
    return [{"config": config, "tasks": inbox}, {"config": TWO, "tasks": two}, {"config": THREE, "tasks": unsure}]


def _unsure(number: int) -> dict[str, Any]:
    """Of the last ones most name two topics, and many truths are not what the text says: the model is too sure."""
    this, other = (TOPICS[(number + step) % 3] for step in (0, 1))
    words = f"{this} or {other}" if number >= 32 and number % 4 else this
    wrong = number < 14 or (number % 2 and number >= 32)
    text = f"Message {number}, which is about {words.lower()}"
    return _task(text, {"topic": [other if wrong else this]} if number < 38 else None)


def _task(text: str, truth: dict[str, list[str]] | None = None) -> dict[str, Any]:
    if truth is None:
        return {"data": {"text": text}}
    regions = [
        {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": labels}}
        for name, labels in truth.items()
    ]
    return {"data": {"text": text}, "annotations": [{"result": regions, "ground_truth": True}]}


def write(earlier: Earlier, model: httpx.Client, backend: str) -> None:
    """Fills the database: every kind of row that the earlier code wrote."""
    (earlier.folder / "defined.md").write_text(FILE, encoding="utf-8")
    earlier("save", "topic", "--project", 1, "--file", DATA / "prompt-1.txt", "--note", 'the "first" one, \u00fcber')
    earlier("evaluate", "topic@1")
    earlier("run", "topic@1", "--on", "all")
    (earlier.folder / "plain.md").write_text("What is it about?\n\n{text}\n", encoding="utf-8")
    earlier("save", "sure", "--project", 3, "--file", "plain.md")
    earlier("run", "sure@1", "--on", "all")
    earlier("calibrate", "sure@1")
    earlier("save", "topic", "--file", "defined.md")
    earlier("run", "topic@2", "--on", "sample", "--sample-size", 20, "--random", 7, "--stratify", "--no-push")
    earlier("evaluate", "topic@2", "--split", "test:0.5", "--no-push")
    earlier("run", "topic@2", "--on", "all", "--batch", "--no-push")
    earlier("save", "topic", "--file", "defined.md", "--examples", 3, "--select", "balanced", "--split", "dev:0.5")
    earlier("evaluate", "topic@3", "--split", "test:0.5", "--keep")
    earlier(
        "save", "topic", "--file", "defined.md", "--examples", 2, "--select", "similar", "--embed", "stand-in-embed"
    )
    earlier("run", "topic@4", "--on", "ids", "--ids", "91-99,101", "--keep")
    earlier("save", "topic", "--file", DATA / "prompt-2.txt", "--confidence", "samples:3", "--temperature", 0.7)
    earlier("run", "topic@5", "--on", "ground-truth", "--keep")
    _control(model, malformed=0.2, refused=0.15, truncated=0.1, wrong_label=0.1)
    earlier("save", "two fields", "--project", 2, "--file", DATA / "prompt-1.txt", "--seed", 5, "--max-tokens", 90)
    earlier("run", "two fields@1", "--on", "all")
    _control(model)
    earlier("rename", "two fields", "two")
    earlier("save", "two", "--file", "plain.md")
    earlier("run", "two@2", "--on", "all", "--budget", "0.0001", "--no-push", code=1)
    earlier("save", "gone", "--project", 2, "--file", DATA / "prompt-1.txt")
    earlier("run", "gone@1", "--ids", "121-123", "--no-push")
    earlier("delete", "gone", "--yes")
    earlier("enhance", "topic@1", "--teacher", "big", "--rounds", 4, "--save-anyway", "--budget", 5)
    _cancel(earlier, model)
    earlier("connect", 1, "--backend-url", backend)
    earlier("use", "topic@1")


def _cancel(earlier: Earlier, model: httpx.Client) -> None:
    """A run that was stopped before any answer came."""
    earlier("save", "topic", "--file", "defined.md", "--temperature", 0.2)
    _control(model, latency_ms=600_000)
    last = len(json.loads(earlier("list", "topic", "--json")))
    run = earlier("run", f"topic@{last}", "--on", "all", "--background").strip()
    while json.loads(earlier("watch", run, "--json"))["status"] == "pending":
        pass
    earlier("cancel", run)
    _control(model)


def _control(model: httpx.Client, **levers: object) -> None:
    plain = {"malformed": 0, "refused": 0, "truncated": 0, "wrong_label": 0, "latency_ms": 0}
    model.post("/control", json={**plain, **levers}).raise_for_status()


def dump(file: Path) -> str:
    with closing(sqlite3.connect(file)) as record:
        return "\n".join(record.iterdump())


@contextmanager
def teaching() -> Iterator[str]:
    """The address of a scripted teacher."""

    class EarlierTeacher(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            text = taught(asked["messages"][-1]["content"], ["good", "empty", "bad", "thorough"])
            message = {"role": "assistant", "content": text}
            usage = {"prompt_tokens": 100, "completion_tokens": 50}
            choices = [{"message": message, "finish_reason": "stop"}]
            content = json.dumps({"model": asked["model"], "choices": choices, "usage": usage}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), EarlierTeacher) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    account = label_studio.Account(password="of-a-test-only", token="c" * 40)
    shutil.copytree(label_studio.initialised_data_dir(), folder / "label-studio")
    studio = label_studio.label_studio(
        folder / "label-studio", services.free_port(), account, log=folder / "label-studio.log"
    )
    model = services.stand_in(MODEL_PORT, log=folder / "model.log")
    with studio, model, teaching() as teacher:
        env = {"LABEL_STUDIO_URL": studio.url, "LABEL_STUDIO_API_KEY": account.token, "DATA_DIR": str(folder / "data")}
        env |= {"OPENAI_BASE_URL": f"{model.url}/v1", "OPENAI_API_KEY": "sk-of-a-test", "OPENAI_MODEL": "stand-in"}
        env |= {"TEACHER_BASE_URL": teacher, "TEACHER_API_KEY": "sk-of-a-teacher", "PRICE_IN": "1", "PRICE_OUT": "2"}
        made = projects()
        with httpx.Client(base_url=studio.url, headers={"Authorization": f"Token {account.token}"}, timeout=60) as http:
            for number, project in enumerate(made, 1):
                body = {"title": f"Earlier {number}", "label_config": project["config"]}
                assert http.post("/api/projects/", json=body).raise_for_status().json()["id"] == number
                http.post(f"/api/projects/{number}/import", json=project["tasks"]).raise_for_status()
        earlier = Earlier(folder, env)
        with (
            services.backend(services.free_port(), env, log=folder / "backend.log") as backend,
            httpx.Client(base_url=model.url) as levers,
        ):
            write(earlier, levers, backend.url)
        text = dump(folder / "data" / "prompts.sqlite3")
        _pack("record.sql.gz", text)
    _pack("projects.json.gz", json.dumps(made, indent=1))


def _pack(name: str, text: str) -> None:
    (HERE / name).write_bytes(gzip.compress(text.encode(), mtime=0))
    print(name, (HERE / name).stat().st_size, "bytes")


if __name__ == "__main__":
    main()
