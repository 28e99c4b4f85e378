"""Keep-up in the server: a thread that looks for new tasks, and the webhook with which Label Studio wakes it."""

import logging
import threading
import time

from flask import Flask, request

from backend.app import App
from backend.errors import PromptsError, where
from backend.services.keep_up.follower import EVERY_S
from backend.services.keep_up.switching import HEADER, PATH

log = logging.getLogger(__name__)
SOON_S, BUSY_S = 2.0, 3.0
"""Seconds after a webhook, because an import may call several times, and between looks while a run is under way."""
KEEP_UP = "open-prompts-keep-up"
"""Name of the extension that holds the thread, which gunicorn starts and stops."""


class KeepUpThread:
    """Looks at all projects with keep-up when it starts and every EVERY_S seconds, and at those that are named soon."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._named: set[int] = set()
        self._lock, self._wake, self._over = threading.Lock(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="keep-up", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._wake.set()
        self._thread.join(SOON_S)

    def look_soon(self, project: int) -> None:
        with self._lock:
            self._named.add(project)
        self._wake.set()

    def _run(self) -> None:
        due, busy = 0.0, set[int]()
        while not self._over.is_set():
            self._wake.clear()
            everything = time.monotonic() >= due
            due = time.monotonic() + EVERY_S if everything else due
            named = busy | self._taken() | (self._all() if everything else set())
            busy = {project for project in named if self._look(project)}
            if self._wake.wait(BUSY_S if busy else max(0.0, due - time.monotonic())):
                self._over.wait(SOON_S)

    def _taken(self) -> set[int]:
        """The projects that were named since the last round."""
        with self._lock:
            named, self._named = self._named, set()
        return named

    def _all(self) -> set[int]:
        try:
            return {keep_up.project for keep_up in self._app.keep_ups() if keep_up.on}
        except PromptsError:  # a database that is away; a later round tries again
            return set()

    def _look(self, project: int) -> bool:
        """Whether a run is under way."""
        try:
            return self._app.look_for_tasks(project)
        except Exception as error:
            log.error("keep-up of project %d failed: %s", project, where(error))
            return False


def add_keep_up(server: Flask, app: App) -> KeepUpThread | None:
    """None without a token for Label Studio, with which tasks are read."""
    if app.settings.label_studio_api_key is None:
        return None
    thread = KeepUpThread(app)

    @server.post(PATH.replace("{project}", "<int:project>"))
    def keep_up(project: int) -> tuple[dict[str, str], int]:
        if not app.is_keep_up_secret(project, request.headers.get(HEADER, "")):
            return {"error": "This is not the secret of a webhook that was set here."}, 403
        thread.look_soon(project)
        return {"status": "noted"}, 200

    return thread
