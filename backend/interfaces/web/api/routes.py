"""Routes of the API: which address leads where, and how every answer and every problem is sent."""

import logging
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from backend.app import App
from backend.errors import PromptsError, where
from backend.interfaces.web.admission import API
from backend.interfaces.web.api import connections, open_prompts, outside, prompts, results, runs, versions
from backend.interfaces.web.api.call import ApiCall
from backend.interfaces.web.api.openapi import REFINE, REFINED, Operation, description
from backend.interfaces.web.api.refinements import RefinementRoutes
from backend.interfaces.web.problem import NO_EDITOR, Problem, problem_of
from backend.interfaces.web.sign_in import SignIn
from backend.services.refinements import REFINEMENTS, Refinements

log = logging.getLogger(__name__)
MOST_TOKEN = 10_000
"""Bytes of a body that anybody may send, which is passed on."""
_PROMPT = "/prompts/<int:prompt>"
_VERSION = f"{_PROMPT}/versions/<int:version>"
_RUNS = f"{_VERSION}/inference-runs"
_OWN = "/open-prompts/versions/<int:version>"
_CONNECTION = "/model-provider-connections/<int:connection>"

_REFINE = f"{_VERSION}/refine"
Route = tuple[str, str, Callable[..., Any]]
ROUTES: tuple[Route, ...] = (
    ("GET", "/prompts", prompts.list_prompts),
    ("POST", "/prompts", prompts.create_prompt),
    ("GET", "/prompts/compatible-projects", prompts.compatible_projects),
    ("GET", _PROMPT, prompts.get_prompt),
    ("PATCH", _PROMPT, prompts.update_prompt),
    ("DELETE", _PROMPT, prompts.delete_prompt),
    ("GET", f"{_PROMPT}/get-default-version-name", versions.default_version_name),
    ("GET", f"{_PROMPT}/versions", versions.list_versions),
    ("POST", f"{_PROMPT}/versions", versions.create_version),
    ("GET", _VERSION, versions.get_version),
    ("PATCH", _VERSION, versions.update_version),
    ("DELETE", _VERSION, versions.delete_version),
    ("GET", f"{_VERSION}/cost-estimate", versions.cost_estimate),
    ("POST", f"{_VERSION}/cost-estimate", versions.cost_estimate),
    ("GET", _RUNS, runs.list_runs),
    ("POST", _RUNS, runs.create_run),
    ("POST", f"{_RUNS}/<int:run>/cancel", runs.cancel_run),
    ("POST", "/model-run/batch-predictions", outside.add_predictions),
    ("POST", "/model-run/batch-failed-predictions", outside.add_failures),
    ("GET", "/projects/<int:project>/subsets", results.subsets),
    ("GET", "/projects/<int:project>/subset-tasks", results.subset_tasks),
    ("GET", "/inference-runs/<int:run>/indicators", results.list_indicators),
    ("GET", "/inference-runs/<int:run>/indicators/<key>", results.get_indicator),
    ("GET", "/model-provider-connections", connections.list_connections),
    ("POST", "/model-provider-connections", connections.create_connection),
    ("GET", "/model-provider-connections/provider-choices", connections.provider_choices),
    ("GET", "/open-prompts/runs/<int:run>/outside-answers", outside.list_answers),
    ("GET", f"{_OWN}/evaluation", open_prompts.evaluation),
    ("GET", f"{_OWN}/results", open_prompts.version_results),
    ("GET", f"{_OWN}/threshold", open_prompts.threshold),
    ("GET", f"{_OWN}/estimate", open_prompts.estimate),
    ("GET", f"{_OWN}/report", open_prompts.version_report),
    ("GET", "/open-prompts/compare", open_prompts.compare),
    ("GET", "/open-prompts/projects/<int:project>/audit", open_prompts.audit),
    ("GET", _CONNECTION, connections.get_connection),
    ("PATCH", _CONNECTION, connections.update_connection),
    ("DELETE", _CONNECTION, connections.delete_connection),
    ("POST", "/open-prompts/connections/<int:connection>/test", connections.test_connection),
)


def add_api(server: Flask, app: App, sign_in: SignIn) -> None:
    """The Prompts API below API, with and without a slash at an address's end."""
    routes = Blueprint("api", __name__, url_prefix=API.rstrip("/"))
    server.extensions[REFINEMENTS] = Refinements()
    refinements = RefinementRoutes(server.extensions[REFINEMENTS])
    more, of_refinements = refinement_routes(refinements)
    for method, path, answer in (*ROUTES, *more):
        name = f"{method} {path}"
        view = _view(sign_in, answer, changes=method != "GET" and answer is not versions.cost_estimate)
        routes.add_url_rule(path, name, view, methods=[method], strict_slashes=False)
    described = cache(partial(description, (*ROUTES, *more), of_refinements))  # 0.2 s, which a start need not wait for
    routes.add_url_rule("/openapi.json", "openapi", lambda: described(), methods=["GET"])
    routes.add_url_rule("/token/refresh", "refresh", _refresh(app), methods=["POST"], strict_slashes=False)
    routes.register_error_handler(Problem, _sent)
    routes.register_error_handler(PromptsError, lambda error: _sent(problem_of(error)))
    routes.register_error_handler(Exception, _unexpected)
    server.register_blueprint(routes)


def refinement_routes(of: RefinementRoutes) -> tuple[tuple[Route, ...], dict[Callable[..., Any], Operation]]:
    """Their routes, and what these take and give."""
    routes = (("POST", _REFINE, of.start_refinement), ("GET", _REFINE, of.get_refinement))
    return routes, {of.start_refinement: REFINE, of.get_refinement: REFINED}


def _view(sign_in: SignIn, answer: Callable[..., Any], changes: bool) -> Callable[..., Any]:
    """`changes`: whether it changes or spends something, which is for editors."""

    def view(**ids: Any) -> Any:
        call = ApiCall(sign_in.caller(request.headers.get, request.remote_addr or ""))
        if changes and not call.app.may_edit:
            raise Problem(403, NO_EDITOR)
        result = answer(call, **ids)
        return jsonify(result) if isinstance(result, list) else result

    return view


def _refresh(app: App) -> Callable[[], Any]:
    """Passed on to Label Studio: an SDK that has a personal access token asks us for access, as it would ask there."""

    def view() -> Any:
        if (request.content_length or MOST_TOKEN + 1) > MOST_TOKEN:
            raise Problem(413, f"A token takes less than {MOST_TOKEN:,} bytes, and its length is told before it.")
        status, answer = app.refresh_token(request.get_data())
        return Response(answer, status, content_type="application/json")

    return view


def _sent(problem: Problem) -> tuple[Response, int]:
    answer = jsonify({"detail": str(problem)})
    answer.headers.update(problem.headers)
    return answer, problem.status


def _unexpected(error: Exception) -> tuple[Response, int]:
    if isinstance(error, HTTPException):
        return _sent(Problem(error.code or 500, error.description or "This request can't be answered."))
    log.error("%s %s failed: %s", request.method, request.url_rule, where(error))
    return _sent(Problem(500, "Something went wrong here; the server's log says where."))
