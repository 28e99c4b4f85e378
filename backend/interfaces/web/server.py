"""The HTTP routes that Label Studio calls: /health /setup /predict /webhook /versions.

Label Studio asks for health and setup before nearly everything and waits 1 and 3 seconds for them, so neither does any
work. Answers never hold a traceback, a key, or the access token that Label Studio sends along.
"""

import logging
import sys
import threading
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from backend.adapters.label_studio.health_probe import TITLE
from backend.app import App
from backend.errors import PromptsError, RunError, SettingsError, where
from backend.interfaces.presentation.json.runs import run_status_json
from backend.interfaces.web.admission import (
    API,
    LIMITS,
    AdmissionLimits,
    Admit,
    Password,
    admission_by_path,
    everyone,
    this_machine,
    verdict,
)
from backend.interfaces.web.api.routes import add_api
from backend.interfaces.web.id_converter import IdConverter
from backend.interfaces.web.keep_up import KEEP_UP, add_keep_up
from backend.interfaces.web.large_json import json_pieces, read_json
from backend.interfaces.web.observability import add_operations
from backend.interfaces.web.pages.guard import PageAddress, PageGuard
from backend.interfaces.web.pages.routes import PAGE_ROUTES, add_pages, refused_page
from backend.interfaces.web.sign_in import SignIn
from backend.services.live_predictions import LivePredictions
from backend.settings import Settings

log = logging.getLogger(__name__)
MOST_DIGITS = 10
THREADS, PREDICTIONS = 256, 192
"""Requests at a time, and those of them that may be /predict: what is left is for /health and /setup."""
CLOSE = "open-prompts-close"
"""Name of the extension that gunicorn calls, with seconds, when the process ends."""


class BadBody(Exception):
    """A request body that can't be used; its text is the answer."""


def create_app(app: App | None = None) -> Flask:
    """The WSGI application. Raises SettingsError for a wrong setting, StoreError for a database that does not open."""
    app = app or App()
    settings = app.settings
    settings.describe_server()
    _check_gunicorn()
    _check_limit(app)
    server = Flask("backend")
    server.url_map.converters["int"] = IdConverter
    server.config["MAX_CONTENT_LENGTH"] = int(settings.max_body_mb * 1_000_000)
    live_predictions = app.live_predictions()
    server.extensions[CLOSE] = live_predictions.close
    _add_routes(server, live_predictions)
    _add_predict(server, live_predictions)
    _add_runs(server, app)
    add_operations(server, app)
    server.extensions[KEEP_UP] = add_keep_up(server, app)
    sign_in = SignIn(app)
    add_api(server, app, sign_in)
    address = PageAddress(settings.page_url)
    add_pages(server, sign_in, address)
    _add_errors(server, settings.max_body_mb)
    _add_admission(server, admission_by_path(_admission(settings), PageGuard(address)))
    return server


def _check_limit(app: App) -> None:
    """A limit that can't be kept stops live requests, not the server: what is stored is answered."""
    try:
        app.describe_limit()
    except SettingsError as error:
        log.warning("Nothing is asked live: %s", error)


def _check_gunicorn() -> None:
    """gunicorn looks for its settings in the folder it starts in, and goes on without."""
    if "gunicorn.arbiter" in sys.modules and "backend.gunicorn_config" not in sys.modules:
        log.warning(
            "gunicorn was started without this server's settings, so it listens where gunicorn does by default and "
            "answers one request at a time. Start it like this, in any folder: "
            "gunicorn -c python:backend.gunicorn_config _wsgi:app"
        )


def _admission(settings: Settings) -> Admit:
    if settings.basic_auth_user and settings.basic_auth_pass:
        return Password(settings.basic_auth_user, settings.basic_auth_pass.get_secret_value())
    return everyone if settings.allow_no_auth else this_machine


def _add_admission(server: Flask, admit: Admit) -> None:
    """Our own worker asks before it reads a body; under any other WSGI server it is asked here."""
    server.extensions[LIMITS] = AdmissionLimits(admit, server.config["MAX_CONTENT_LENGTH"])

    @server.before_request
    def check() -> Response | None:
        refusal = verdict(admit, request.environ)
        if refusal is None:
            return None
        if request.blueprint == PAGE_ROUTES:
            return refused_page(refusal)
        answer = jsonify({"error": refusal.sentence, "detail": refusal.sentence})
        answer.status_code = refusal.status
        answer.headers.update(refusal.headers)
        return answer


def _add_routes(server: Flask, live_predictions: LivePredictions) -> None:
    @server.get("/")
    @server.get("/health")
    def health() -> dict[str, str]:
        return {"status": "UP", "model_class": TITLE}

    @server.post("/setup")
    def setup() -> dict[str, str]:
        body = _body()
        return {"model_version": live_predictions.tag(_project(body), _text(body, "schema"))}

    @server.post("/webhook")
    def webhook() -> dict[str, str]:
        return {"status": "ignored"}

    @server.get("/versions")
    def versions() -> dict[str, list[str]]:
        return {"versions": live_predictions.tags()}


def _add_predict(server: Flask, live_predictions: LivePredictions) -> None:
    free = threading.Semaphore(PREDICTIONS)

    @server.post("/predict")
    def predict() -> Response | dict[str, Any]:
        body = _body()
        tasks = body.get("tasks")
        if not isinstance(tasks, list):
            raise BadBody("The body needs a list of 'tasks'.")
        project, config = _project(body), _text(body, "label_config")
        params = body.get("params")
        context = params.get("context") if isinstance(params, dict) else None
        if not free.acquire(blocking=False):
            log.warning("too many predictions at once: %d tasks were left out; Label Studio asks again", len(tasks))
            return {"results": [{} for _ in tasks]}
        try:
            results = live_predictions.predict(project, config, tasks, context)
        except Exception as error:
            log.error("predict failed: %s", where(error))
            results = [{} for _ in tasks]
        finally:
            free.release()
        return Response(json_pieces("results", results), content_type="application/json")


def _add_runs(server: Flask, app: App) -> None:
    """How far runs are, for programs."""

    @server.get("/runs")
    def runs() -> list[dict[str, object]]:
        statuses = app.runs()
        ids = app.run_ids(status.run.id for status in statuses)
        return [run_status_json(status, ids.get(status.run.id)) for status in statuses]

    @server.get("/runs/<run_id>")
    def run(run_id: str) -> dict[str, object]:
        return run_status_json(app.watch(run_id), app.run_ids([run_id]).get(run_id))


def _body() -> dict[str, Any]:
    """A chunked body is cut at the limit, silently, by the time it is here."""
    most = request.max_content_length
    if request.content_length is None and most is not None and len(request.get_data()) >= most:
        raise RequestEntityTooLarge
    body = _json(request.get_data(cache=False)) if request.is_json else None
    if not isinstance(body, dict):
        raise BadBody("The body is not a JSON object.")
    return body


def _json(data: bytes) -> Any:
    try:
        return read_json(data, _what_counts)
    except (ValueError, RecursionError):
        return None


def _what_counts(task: Any) -> Any:
    """Of a task its id and its data: annotations may be larger than both, and are never looked at."""
    return {name: task[name] for name in ("id", "data") if name in task} if isinstance(task, dict) else task


def _project(body: dict[str, Any]) -> int:
    """Label Studio sends "<id>.<time of creation>"."""
    project = body.get("project") or "0"
    number = str(project)[:MOST_DIGITS].partition(".")[0] if type(project) in (str, int, float) else ""
    if not number.isdecimal() or len(number) == MOST_DIGITS:
        raise BadBody("The 'project' is not a project id.")
    return int(number)


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise BadBody(f"The body needs the labelling config in '{name}'.")
    return value


def _add_errors(server: Flask, max_body_mb: float) -> None:
    def answer(status: int, sentence: str) -> tuple[Response, int]:
        name = "detail" if request.path.startswith(API) else "error"
        return jsonify({name: sentence}), status

    @server.errorhandler(BadBody)
    def bad_body(error: BadBody) -> tuple[Response, int]:
        return answer(400, str(error))

    @server.errorhandler(RunError)
    def no_run(error: RunError) -> tuple[Response, int]:
        return answer(404, str(error))

    @server.errorhandler(PromptsError)
    def refused(error: PromptsError) -> tuple[Response, int]:
        return answer(400, str(error))

    @server.errorhandler(413)
    def too_large(_error: HTTPException) -> tuple[Response, int]:
        return answer(413, f"The body is larger than {max_body_mb:g} MB: select fewer tasks, or raise MAX_BODY_MB.")

    @server.errorhandler(HTTPException)
    def http(error: HTTPException) -> tuple[Response, int]:
        return answer(error.code or 500, error.name)

    @server.errorhandler(Exception)
    def unexpected(error: Exception) -> tuple[Response, int]:
        log.error("%s %s failed: %s", request.method, request.path, where(error))
        return answer(500, "Something went wrong here; the server's log says where.")
