"""The HTTP routes that Label Studio calls: /health /setup /predict /webhook /versions.

Label Studio asks for health and setup before nearly everything and waits 1 and 3 seconds for them, so neither does any
work. Answers never hold a traceback, a key, or the access token that Label Studio sends along.
"""

import base64
import contextlib
import hmac
import logging
import threading
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from backend.adapters.label_studio.health_probe import TITLE
from backend.app import App
from backend.errors import PromptsError, RunError, where
from backend.interfaces.web.observability import add_operations
from backend.services.live_predictions import LivePredictions
from backend.services.run_control.status import as_json

log = logging.getLogger(__name__)
MOST_DIGITS = 10
THREADS, PREDICTIONS = 256, 192
"""Requests at a time, and those of them that may be /predict: what is left is for /health and /setup."""
STALL_S = 5.0
"""How long a client may keep silent in the middle of its body."""
CLOSE = "open-prompts-close"
"""Name of the extension that gunicorn calls, with seconds, when the process ends."""


class BadBody(Exception):
    """A request body that can't be used; its text is the answer."""


def create_app(app: App | None = None) -> Flask:
    """The WSGI application. Raises SettingsError for a wrong setting, StoreError for a record that can't be opened."""
    app = app or App()
    settings = app.container.settings
    settings.describe_server()
    server = Flask("backend")
    server.config["MAX_CONTENT_LENGTH"] = int(settings.max_body_mb * 1_000_000)
    server.before_request(_be_impatient)
    live_predictions = app.live_predictions()
    server.extensions[CLOSE] = live_predictions.close
    _add_routes(server, live_predictions)
    _add_runs(server, app)
    add_operations(server, app)
    _add_errors(server, settings.max_body_mb)
    if settings.basic_auth_user and settings.basic_auth_pass:
        _require_login(server, settings.basic_auth_user, settings.basic_auth_pass.get_secret_value())
    elif not settings.allow_no_auth:
        server.before_request(_only_this_machine)
    return server


def _be_impatient() -> None:
    """gunicorn waits for ever for the next byte of a body, and a thread with it."""
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(STALL_S)


def _add_routes(server: Flask, live_predictions: LivePredictions) -> None:
    free = threading.Semaphore(PREDICTIONS)

    @server.get("/")
    @server.get("/health")
    def health() -> dict[str, str]:
        return {"status": "UP", "model_class": TITLE}

    @server.post("/setup")
    def setup() -> dict[str, str]:
        body = _body()
        return {"model_version": live_predictions.tag(_project(body), _text(body, "schema"))}

    @server.post("/predict")
    def predict() -> dict[str, Any]:
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
            found = live_predictions.predict(project, config, tasks, context)
        except Exception as error:
            log.error("predict failed: %s", where(error))
            found = [{} for _ in tasks]
        finally:
            free.release()
        return {"results": found}

    @server.post("/webhook")
    def webhook() -> dict[str, str]:
        return {"status": "ignored"}

    @server.get("/versions")
    def versions() -> dict[str, list[str]]:
        return {"versions": live_predictions.tags()}


def _add_runs(server: Flask, app: App) -> None:
    """How far runs are, for programs."""

    @server.get("/runs")
    def runs() -> list[dict[str, object]]:
        return [as_json(status) for status in app.runs()]

    @server.get("/runs/<run_id>")
    def run(run_id: str) -> dict[str, object]:
        return as_json(app.watch(run_id))


def _body() -> dict[str, Any]:
    """A chunked body is cut at the limit, silently, by the time it is here."""
    most = request.max_content_length
    if request.content_length is None and most is not None and len(request.get_data()) >= most:
        raise RequestEntityTooLarge
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        body = None
    if not isinstance(body, dict):
        raise BadBody("The body is not a JSON object.")
    return body


def _project(body: dict[str, Any]) -> int:
    """Label Studio sends "<id>.<time of creation>"."""
    found = body.get("project") or "0"
    number = str(found)[:MOST_DIGITS].partition(".")[0] if type(found) in (str, int, float) else ""
    if not number.isdecimal() or len(number) == MOST_DIGITS:
        raise BadBody("The 'project' is no project id.")
    return int(number)


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise BadBody(f"The body needs the labelling config in '{name}'.")
    return value


def _add_errors(server: Flask, max_body_mb: float) -> None:
    def answer(status: int, sentence: str) -> tuple[Response, int]:
        return jsonify({"error": sentence}), status

    @server.errorhandler(BadBody)
    def bad_body(error: BadBody) -> tuple[Response, int]:
        return answer(400, str(error))

    @server.errorhandler(RunError)
    def no_run(error: RunError) -> tuple[Response, int]:
        return answer(404, str(error))

    @server.errorhandler(PromptsError)
    def told(error: PromptsError) -> tuple[Response, int]:
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


def _only_this_machine() -> tuple[Response, int] | None:
    """A page may have its own name point here, and then read what we answer (DNS rebinding); its name gives it away."""
    try:
        name = urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
        if name == "localhost" or ip_address(name).is_loopback:
            return None
    except ValueError:
        pass
    sentence = (
        "Without a password only localhost is answered: set BASIC_AUTH_USER and BASIC_AUTH_PASS, or ALLOW_NO_AUTH."
    )
    return jsonify({"error": sentence}), 403


def _require_login(server: Flask, user: str, password: str) -> None:
    """Clients disagree on how names beyond ASCII are sent: Label Studio in Latin-1, browsers and curl in UTF-8."""
    login = f"{user}:{password}"
    accepted = [login.encode("utf-8", "surrogatepass")]
    with contextlib.suppress(UnicodeEncodeError):
        accepted.append(login.encode("latin-1"))

    @server.before_request
    def check() -> Response | None:
        given = _login(request.headers.get("Authorization", ""))
        if sum(hmac.compare_digest(given, expected) for expected in accepted):
            return None
        refusal = jsonify({"error": "Wrong or missing user name and password (BASIC_AUTH_USER, BASIC_AUTH_PASS)."})
        refusal.status_code = 401
        refusal.headers["WWW-Authenticate"] = 'Basic realm="Open Prompts", charset="UTF-8"'
        return refusal


def _login(header: str) -> bytes:
    """`user:password` as it was sent; b"" when nothing usable was."""
    kind, _, value = header.partition(" ")
    try:
        return base64.b64decode(value, validate=True) if kind.lower() == "basic" else b""
    except ValueError:
        return b""
