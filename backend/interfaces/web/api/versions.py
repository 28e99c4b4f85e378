"""Versions of a prompt. The text of a version never changes: another text is another version."""

from collections.abc import Callable
from typing import Any

from flask import Response

from backend.domain.prompts.prompt_file import PromptFile, clean_text
from backend.interfaces.web.api import shapes
from backend.interfaces.web.api.answers import ThirdPartyModelVersion
from backend.interfaces.web.api.bodies import EstimateQuery, OrderQuery, VersionBody, body, query
from backend.interfaces.web.api.call import ApiCall
from backend.interfaces.web.api.paging import ordered
from backend.interfaces.web.api.runs import subset_of
from backend.interfaces.web.problem import Problem
from backend.services.prompts.draft import Draft
from backend.services.prompts.few_shot_selection import FewShotRequest
from backend.services.public_objects import PublicVersion

ORDERS: dict[str, Callable[[ThirdPartyModelVersion], Any]] = {
    "id": lambda row: row["id"],
    "title": lambda row: row["title"],
    "created_at": lambda row: row["created_at"],
    "score": lambda row: row["score"],
}


def default_version_name(call: ApiCall, prompt: int) -> Any:
    row = call.objects.prompt(prompt)
    return {"default_model_version_name": f"{row.name}@{call.objects.next_number(row)}", "message": None}


def list_versions(call: ApiCall, prompt: int) -> Any:
    rows = [_shape(call, item) for item in call.objects.versions(prompt)]
    return ordered(rows, query(OrderQuery).ordering, ORDERS)


def create_version(call: ApiCall, prompt: int) -> Any:
    sent, row = body(VersionBody), call.objects.prompt(prompt)
    if sent.prompt is None:
        raise Problem(400, "'prompt' is missing: send the prompt's text, with variables like {text}.")
    draft = Draft(
        row.name,
        row.project,
        PromptFile(clean_text(sent.prompt), system=clean_text(sent.system or "").strip()),
        model=_model(call, sent),
        note=sent.title,
        examples=FewShotRequest(sent.max_few_shot_examples) if sent.max_few_shot_examples else None,
    )
    saved = call.app.save(draft).version
    return _shape(call, next(item for item in call.objects.versions(prompt) if item.version.tag == saved.tag)), 201


def get_version(call: ApiCall, prompt: int, version: int) -> Any:
    return _shape(call, call.objects.version(prompt, version))


def update_version(call: ApiCall, prompt: int, version: int) -> Any:
    """Its title; its text, model and examples stay what its results were made with."""
    sent, of = body(VersionBody), call.objects.version(prompt, version)
    connection, model = call.connection(of), of.version.model
    same = (
        sent.prompt is None or clean_text(sent.prompt) == clean_text(of.version.template),
        sent.system is None or clean_text(sent.system).strip() == clean_text(of.version.system).strip(),
        sent.provider_model_id in (None, model, f"{of.version.connection}/{model}"),
        sent.model_provider_connection in (None, connection.number.id if connection else None),
        sent.max_few_shot_examples in (None, of.version.examples.number if of.version.examples else 0),
    )
    if not all(same):
        raise Problem(400, f"{of.version.tag} cannot be changed: create another version with the new text.")
    if sent.title is not None:
        call.objects.set_note(of, sent.title)
    return _shape(call, call.objects.version(prompt, version))


def delete_version(call: ApiCall, prompt: int, version: int) -> Any:
    call.objects.delete_version(call.objects.version(prompt, version))
    return Response(status=204)


def cost_estimate(call: ApiCall, prompt: int, version: int) -> Any:
    """In the middle of the range that is estimated, whose ends are `low_usd` and `high_usd`."""
    parameters, of = query(EstimateQuery), call.objects.version(prompt, version)
    if parameters.project_id not in (None, of.prompt.project):
        raise Problem(400, f"{of.version.tag} is for project {of.prompt.project}.")
    estimate = call.app.estimate(of.version.tag, subset_of(parameters.project_subset))
    if estimate.cost_usd is None:
        message = f"The price of {of.version.model} is not known: set PRICE_IN and PRICE_OUT for the server."
        return _no_estimate(message, estimate.tasks, estimate.reused)
    low, high = estimate.cost_usd
    return {
        "prompt_cost_usd": None,
        "completion_cost_usd": None,
        "total_cost_usd": f"{(low + high) / 2:.6f}",
        "low_usd": low,
        "high_usd": high,
        "tasks": estimate.tasks,
        "reused": estimate.reused,
        "is_error": False,
        "error_type": None,
        "error_message": None,
    }


def _no_estimate(message: str, tasks: int, reused: int) -> dict[str, Any]:
    costs = dict.fromkeys(("prompt_cost_usd", "completion_cost_usd", "total_cost_usd", "low_usd", "high_usd"))
    error = {"is_error": True, "error_type": "unknown_price", "error_message": message}
    return {**costs, "tasks": tasks, "reused": reused, **error}


def _model(call: ApiCall, sent: VersionBody) -> str | None:
    """The model that is asked for, with the connection that was named."""
    if sent.provider_model_id is None:
        return None
    return call.app.public_connections.reference(sent.model_provider_connection, sent.provider_model_id)


def _shape(call: ApiCall, of: PublicVersion) -> ThirdPartyModelVersion:
    return shapes.version(of, call.person, call.connection(of), call.evaluation(of))
