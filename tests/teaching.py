"""A scripted teacher behind HTTP, as a provider of chat completions serves it; it keeps all requests."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any

from demo.teacher import taught
from tests.answering import QuietHandler

Json = dict[str, Any]
KEY = "sk-of-a-teacher"


class ScriptedTeacher(ThreadingHTTPServer):
    """`kinds`: of its rewrites, in turn; `reasons`: why, if it is to say something else than it does. From its request
    `held` on (counted from 1), it answers nothing."""

    daemon_threads = True

    def __init__(self, kinds: Sequence[str]) -> None:
        super().__init__(("127.0.0.1", 0), TeacherHandler)
        self.kinds = kinds
        self.held: int | None = None
        self.reasons = ""
        self.requests: list[Json] = []
        self.answered: list[Json] = []
        self.freed = threading.Event()

    @property
    def env(self) -> dict[str, str]:
        """The settings that lead here."""
        return {"TEACHER_BASE_URL": f"http://127.0.0.1:{self.server_port}/v1", "TEACHER_API_KEY": KEY}

    @property
    def texts(self) -> str:
        """All it was sent."""
        return json.dumps(self.requests, ensure_ascii=False)


class TeacherHandler(QuietHandler):
    server: ScriptedTeacher

    def do_POST(self) -> None:
        asked = json.loads(self.received())
        self.server.requests.append(asked)
        if self.server.held is not None and len(self.server.requests) >= self.server.held:
            self.server.freed.wait(60)
            return
        assert self.headers["Authorization"] == f"Bearer {KEY}"
        text = taught(asked["messages"][-1]["content"], self.server.kinds)
        if self.server.reasons:
            text = json.dumps({**json.loads(text), "reasons": self.server.reasons})
        message = {"role": "assistant", "content": text}
        usage = {"prompt_tokens": len(json.dumps(asked["messages"])) // 4, "completion_tokens": len(text) // 4}
        read = {"model": asked["model"], "choices": [{"message": message, "finish_reason": "stop"}], "usage": usage}
        self.answer(json.dumps(read).encode())
        self.server.answered.append(asked)


@contextmanager
def teaching(*kinds: str) -> Iterator[ScriptedTeacher]:
    with ScriptedTeacher(kinds) as teacher:
        threading.Thread(target=teacher.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield teacher
        finally:
            teacher.freed.set()
            teacher.shutdown()
