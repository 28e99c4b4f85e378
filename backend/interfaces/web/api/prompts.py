"""Prompts: their list, one of them, and the projects that prompts can be written for."""

from collections.abc import Callable
from typing import Any, get_args

from flask import Response

from backend.app import App
from backend.domain.labels.config import read_config
from backend.domain.prompts.prompt_row import PromptRow
from backend.errors import LabelConfigError
from backend.interfaces.web.api import shapes
from backend.interfaces.web.api.answers import ModelInterface, ModelInterfaceSerializerGet
from backend.interfaces.web.api.bodies import PageQuery, ProjectsQuery, PromptBody, Skill, body, numbers, query
from backend.interfaces.web.api.call import ApiCall
from backend.interfaces.web.api.paging import ordered, paged
from backend.interfaces.web.problem import Problem

ORDERS: dict[str, Callable[[PromptRow], Any]] = {
    "id": lambda row: row.id,
    "title": lambda row: row.title,
    "created_at": lambda row: row.created,
    "updated_at": lambda row: row.updated,
}
PROJECT_ORDERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "id": lambda row: row["id"],
    "title": lambda row: row.get("title"),
    "created_at": lambda row: row.get("created_at"),
}


def list_prompts(call: ApiCall) -> Any:
    parameters = query(PageQuery)
    rows = [row for row in call.objects.prompts() if (parameters.search or "").casefold() in row.title.casefold()]
    page = paged(ordered(rows, parameters.ordering, ORDERS), parameters)
    return page | {"results": [_listed(call, row) for row in page["results"]]}


def create_prompt(call: ApiCall) -> Any:
    sent = body(PromptBody)
    if sent.title is None:
        raise Problem(400, "'title' is missing: give the prompt a name.")
    if not sent.associated_projects or len(sent.associated_projects) != 1:
        raise Problem(400, "A prompt is for one project: send its id, like associated_projects=[12].")
    row = call.objects.create(sent.title, sent.associated_projects[0], sent.description or "")
    return _detail(call, row), 201


def get_prompt(call: ApiCall, prompt: int) -> Any:
    return _listed(call, call.objects.prompt(prompt))


def update_prompt(call: ApiCall, prompt: int) -> Any:
    sent, row = body(PromptBody), call.objects.prompt(prompt)
    if sent.associated_projects not in (None, [row.project]):
        raise Problem(400, f"Prompt {prompt} is for project {row.project}: make another prompt for another project.")
    return _detail(call, call.objects.describe(prompt, sent.title, sent.description))


def delete_prompt(call: ApiCall, prompt: int) -> Any:
    call.objects.delete(prompt)
    return Response(status=204)


def compatible_projects(call: ApiCall) -> Any:
    """Projects with at least one control that prompts can fill."""
    parameters = query(ProjectsQuery)
    ids = numbers(parameters.ids, "ids")
    skills = (parameters.project_type,) if parameters.project_type else get_args(Skill)
    projects = [row for row in compatible(call.app) if _skill(row) in skills]
    if ids:
        projects = [row for row in projects if row["id"] in ids]
    if parameters.title:
        projects = [row for row in projects if parameters.title.casefold() in str(row.get("title")).casefold()]
    projects = ordered(projects, parameters.ordering, PROJECT_ORDERS)
    defaults: dict[str, Any] = {"assignment_settings": {}, "review_settings": {}}
    return paged([{**defaults, **row} for row in projects], parameters)


def compatible(app: App) -> list[dict[str, Any]]:
    """Label Studio's objects of the projects with at least one control that prompts can fill."""
    return [row for row in app.studio_projects() if is_compatible(row)]


def is_compatible(project: dict[str, Any]) -> bool:
    """Whether a project, as Label Studio's object, has a control that prompts can fill."""
    return _skill(project) is not None


def _skill(project: dict[str, Any]) -> str | None:
    """None for a project without a control that prompts can fill."""
    try:
        schema = read_config(project.get("label_config") or "")
    except LabelConfigError:
        return None
    return shapes.skill(schema) if schema.fields else None


def _detail(call: ApiCall, row: PromptRow) -> ModelInterface:
    return shapes.prompt(row, call.person, call.schema(row.project))


def _listed(call: ApiCall, row: PromptRow) -> ModelInterfaceSerializerGet:
    evaluations = [call.evaluation(version) for version in call.objects.versions(row.id)]
    accuracies = [item.score.accuracy for item in evaluations if item and item.score.accuracy is not None]
    title = call.objects.project(row.project).title
    return shapes.listed_prompt(row, call.person, title, call.schema(row.project), max(accuracies, default=None))
