"""OpenAPI: the description of the API, made from its routes and from the models that check and type what they take and
give."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, TypeAdapter

from backend import __version__
from backend.interfaces.web.admission import API
from backend.interfaces.web.api import (
    answers,
    bodies,
    connections,
    open_prompts,
    outside,
    prompts,
    results,
    runs,
    versions,
)

Object = dict[str, Any]
Described = Iterable[tuple[str, str, Callable[..., Any]]]
"""Method, path below API, view."""
REFERENCE = "#/components/schemas/{model}"
PROBLEMS = (400, 401, 403, 404, 429, 503)


@dataclass(frozen=True, slots=True)
class Operation:
    """What a view takes and gives.

    answer: a type, of one element where `many` says so
    status: of success
    """

    answer: Any = dict[str, Any]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    many: str = ""
    status: int = 200


LIST, PAGE = "list", "page"
NO_CONTENT = Operation(None, status=204)
OPERATIONS: dict[Callable[..., Any], Operation] = {
    prompts.list_prompts: Operation(answers.ModelInterfaceSerializerGet, bodies.PageQuery, many=PAGE),
    prompts.create_prompt: Operation(answers.ModelInterface, body=bodies.PromptBody, status=201),
    prompts.get_prompt: Operation(answers.ModelInterfaceSerializerGet),
    prompts.update_prompt: Operation(answers.ModelInterface, body=bodies.PromptBody),
    prompts.delete_prompt: NO_CONTENT,
    prompts.compatible_projects: Operation(query=bodies.ProjectsQuery, many=PAGE),
    versions.list_versions: Operation(answers.ThirdPartyModelVersion, bodies.OrderQuery, many=LIST),
    versions.create_version: Operation(answers.ThirdPartyModelVersion, body=bodies.VersionBody, status=201),
    versions.get_version: Operation(answers.ThirdPartyModelVersion),
    versions.update_version: Operation(answers.ThirdPartyModelVersion, body=bodies.VersionBody),
    versions.delete_version: NO_CONTENT,
    versions.cost_estimate: Operation(answers.InferenceRunCostEstimate, bodies.EstimateQuery),
    runs.list_runs: Operation(answers.ModelRun, bodies.RunsQuery, many=LIST),
    runs.create_run: Operation(answers.ModelRun, body=bodies.RunBody, status=201),
    runs.cancel_run: Operation(answers.Detail),
    outside.add_predictions: Operation(answers.BatchPredictions, body=bodies.PredictionsBody),
    outside.add_failures: Operation(answers.BatchFailedPredictions, body=bodies.FailuresBody),
    outside.list_answers: Operation(answers.OutsideTaskItem, many=LIST),
    results.subsets: Operation(many=LIST),
    results.subset_tasks: Operation(query=bodies.TasksQuery, many=PAGE),
    results.list_indicators: Operation(many=LIST),
    connections.list_connections: Operation(answers.ModelProviderConnection, bodies.OrderQuery, many=LIST),
    connections.create_connection: Operation(answers.ModelProviderConnection, body=bodies.ConnectionBody, status=201),
    connections.get_connection: Operation(answers.ModelProviderConnection),
    connections.update_connection: Operation(answers.ModelProviderConnection, body=bodies.ConnectionBody),
    connections.delete_connection: NO_CONTENT,
    connections.test_connection: Operation(body=bodies.ConnectionTestBody),
    open_prompts.version_results: Operation(query=bodies.ResultsQuery, many=LIST),
    open_prompts.threshold: Operation(query=bodies.ThresholdQuery),
    open_prompts.estimate: Operation(query=bodies.SubsetQuery),
    open_prompts.version_report: Operation(str, bodies.ReportQuery),
    open_prompts.compare: Operation(query=bodies.CompareQuery),
    open_prompts.audit: Operation(query=bodies.AuditQuery, many=LIST),
}
"""Views that take or give more than an object without a name."""
REFINE = Operation(answers.RefinedPromptResponse, body=bodies.RefineBody)
REFINED = Operation(answers.RefinedPromptResponse, bodies.RefineQuery)


def description(routes: Described, more: dict[Callable[..., Any], Operation]) -> Object:
    """The OpenAPI 3.1 document of these routes. `more`: beside OPERATIONS."""
    operations, schemas, paths = OPERATIONS | more, dict[str, Any](), dict[str, Object]()
    for method, path, view in routes:
        address = API.rstrip("/") + re.sub(r"<(?:int:)?(\w+)>", r"{\1}", path)
        described = _operation(f"{method.lower()} {path}", path, operations.get(view, Operation()), schemas)
        paths.setdefault(address, {})[method.lower()] = described
    _schema(answers.Detail, schemas)
    scheme = {"token": {"type": "apiKey", "in": "header", "name": "Authorization"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Open Prompts, for Label Studio", "version": __version__},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": scheme},
        "security": [{"token": []}],
    }


def _operation(name: str, path: str, operation: Operation, schemas: Object) -> Object:
    names = re.findall(r"<(int:)?(\w+)>", path)
    in_path = [
        {"name": part, "in": "path", "required": True, "schema": {"type": "integer" if kind else "string"}}
        for kind, part in names
    ]
    described: Object = {
        "operationId": re.sub(r"\W+", "_", name).strip("_"),
        "parameters": [*in_path, *_parameters(operation.query)],
        "responses": {str(operation.status): _success(operation, schemas), **_problems()},
    }
    if operation.body is not None:
        sent = {"schema": _schema(operation.body, schemas)}
        described["requestBody"] = {"required": True, "content": {"application/json": sent}}
    return described


def _parameters(query: type[BaseModel] | None) -> list[Object]:
    if query is None:
        return []
    schema = query.model_json_schema()
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": property_schema}
        for name, property_schema in schema["properties"].items()
    ]


def _success(operation: Operation, schemas: Object) -> Object:
    response = {"description": HTTPStatus(operation.status).phrase}
    if operation.answer is None:
        return response
    if operation.answer is str:
        return response | {"content": {"text/html": {"schema": {"type": "string"}}}}
    element = _schema(operation.answer, schemas)
    whole = {"": element, LIST: {"type": "array", "items": element}, PAGE: _page(element)}[operation.many]
    return response | {"content": {"application/json": {"schema": whole}}}


def _page(element: Object) -> Object:
    link = {"type": ["string", "null"]}
    fields = {"count": {"type": "integer"}, "next": link, "previous": link}
    results = {"type": "array", "items": element}
    return {"type": "object", "properties": {**fields, "results": results}, "required": [*fields, "results"]}


def _problems() -> Object:
    content = {"application/json": {"schema": {"$ref": REFERENCE.format(model="Detail")}}}
    return {str(status): {"description": HTTPStatus(status).phrase, "content": content} for status in PROBLEMS}


def _schema(kind: Any, schemas: Object) -> Object:
    """A reference to a type that has a name, which is added to `schemas`."""
    schema = TypeAdapter(kind).json_schema(ref_template=REFERENCE)
    schemas.update(schema.pop("$defs", {}))
    title = schema.get("title")
    if title is None:
        return schema
    schemas[title] = schema
    return {"$ref": REFERENCE.format(model=title)}
