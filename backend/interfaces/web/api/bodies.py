"""What callers send: bodies and queries of the API, checked, and told in one sentence when they do not fit.

Fields that the API of Label Studio has and we derive ourselves (organization, output_classes …) are taken and ignored.
"""

import json
from math import isfinite
from typing import Annotated, Any, Literal, NoReturn, TypeVar

from flask import request
from pydantic import BaseModel, Field, SecretStr, ValidationError

from backend.domain.whole_number import MOST, whole_number
from backend.interfaces.web.problem import Problem

M = TypeVar("M", bound=BaseModel)
Id = Annotated[int, Field(ge=1, le=MOST)]
MOST_ANSWERS = 10_000
"""In one request."""
Skill = Literal["TextClassification", "NamedEntityRecognition"]
Key = Annotated[SecretStr, Field(max_length=10_000)]
Title = Annotated[str, Field(min_length=1, max_length=500)]


class PromptBody(BaseModel):
    title: Title | None = None
    description: Annotated[str, Field(max_length=10_000)] | None = None
    associated_projects: list[Id] | None = None


class VersionBody(BaseModel):
    title: Annotated[str, Field(max_length=500)] | None = None
    prompt: Annotated[str, Field(min_length=1)] | None = None
    system: str | None = None
    provider_model_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    model_provider_connection: Id | None = None
    max_few_shot_examples: Annotated[int, Field(ge=0, le=100)] | None = None


class ConnectionBody(BaseModel):
    """`auth_token`: another word for the key. Nobody reads a key back."""

    provider: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    scope: Annotated[str, Field(max_length=40)] | None = None
    endpoint: Annotated[str, Field(max_length=2000)] | None = None
    api_key: Key | None = None
    auth_token: Key | None = None
    google_application_credentials: SecretStr | None = None
    deployment_name: Annotated[str, Field(max_length=200)] | None = None
    cached_available_models: Annotated[str, Field(max_length=100_000)] | None = None


class ConnectionTestBody(BaseModel):
    """`model`: the one to ask; without one, the only one that the server lists."""

    model: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class RunBody(BaseModel):
    project: Id
    project_subset: Literal["All", "HasGT", "Sample", "Custom"] = "All"
    sample_subset_size: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    only_missing_predictions: bool | None = None
    task_ids: list[Id] | None = None
    filters_json: dict[str, Any] | None = None
    budget_usd: Annotated[float, Field(ge=0)] | None = None


class OutsidePrediction(BaseModel):
    """`output`: control -> value."""

    task_id: Id
    output: dict[str, Any]
    total_cost_usd: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class FailedPrediction(BaseModel):
    task_id: Id
    error_type: Annotated[str, Field(min_length=1, max_length=40)] = "failed"
    message: Annotated[str, Field(max_length=2000)] = ""


class PredictionsBody(BaseModel):
    modelrun_id: Id
    results: Annotated[list[OutsidePrediction], Field(max_length=MOST_ANSWERS)]
    job_id: Annotated[str, Field(max_length=200)] | None = None


class FailuresBody(BaseModel):
    modelrun_id: Id
    failed_predictions: Annotated[list[FailedPrediction], Field(max_length=MOST_ANSWERS)]
    job_id: Annotated[str, Field(max_length=200)] | None = None


class RefineBody(BaseModel):
    project_id: Id
    teacher_model_name: Annotated[str, Field(min_length=1, max_length=200)]
    teacher_model_provider_connection_id: Id | None = None
    budget_usd: Annotated[float, Field(ge=0)] | None = None


class RefineQuery(BaseModel):
    refinement_job_id: str | None = None


class PageQuery(BaseModel):
    page: Annotated[int, Field(ge=1)] = 1
    page_size: Annotated[int, Field(ge=1, le=500)] = 100
    ordering: str | None = None
    search: str | None = None


class ProjectsQuery(PageQuery):
    ids: str | None = None
    title: str | None = None
    project_type: Skill | None = None


class OrderQuery(BaseModel):
    ordering: str | None = None


class RunsQuery(OrderQuery):
    parent_model: Id | None = None
    project: Id | None = None
    project_subset: Literal["All", "HasGT", "Sample", "Custom"] | None = None


class TasksQuery(PageQuery):
    model_run: Id | None = None
    model_version: Id | None = None
    parent_model: Id | None = None
    prediction_version_ids: str | None = None
    project_subset: Literal["All", "HasGT", "Sample", "Custom"] | None = None
    output_from_name: str | None = None
    output_class: str | None = None
    include_total: bool | None = None
    alignment_from_name: str | None = None
    alignment_class: str | None = None
    alignment_outcome: Literal["all", "true_positive", "false_positive", "false_negative"] | None = None


class EstimateQuery(BaseModel):
    project_id: Id | None = None
    project_subset: Literal["All", "HasGT", "Sample"] = "All"


class SubsetQuery(BaseModel):
    project_subset: Literal["All", "HasGT", "Sample"] = "All"
    sample_subset_size: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class ThresholdQuery(BaseModel):
    accuracy: Annotated[float, Field(gt=0, lt=1)]


class ResultsQuery(BaseModel):
    kind: Literal["wrong", "rejected", "failed", "missing"] | None = None


class ReportQuery(BaseModel):
    against: Id | None = None


class CompareQuery(BaseModel):
    versions: str


class AuditQuery(BaseModel):
    kind: Literal["suspects", "confusions", "duplicates", "disagreements"] = "suspects"


def body(kind: type[M]) -> M:
    """The request's JSON object. Raises Problem 400 for what does not fit."""
    if not request.is_json:
        raise Problem(400, "The body is not sent as JSON: add the header 'Content-Type: application/json'.")
    try:
        sent = json.loads(request.get_data(), parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        raise Problem(400, "The body is not a JSON object.")
    return _checked(kind, sent)


def _no_number(name: str) -> NoReturn:
    """JSON has no NaN, which could not be sent back."""
    raise ValueError(name)


def _finite(digits: str) -> float:
    """The same of a number that is too large, which Python reads as infinity."""
    number = float(digits)
    return number if isfinite(number) else _no_number(digits)


def query(kind: type[M]) -> M:
    """The request's query parameters. Raises Problem 400 for what does not fit."""
    return _checked(kind, {name: value for name, value in request.args.items() if value != ""})


def numbers(text: str | None, name: str) -> list[int]:
    """`3,7` as [3, 7]. Raises Problem 400 for anything else."""
    parts = [whole_number(part.strip()) for part in (text or "").split(",") if part.strip()]
    if None in parts:
        raise Problem(400, f"'{name}' takes integers with commas between them, like 3,7.")
    return [part for part in parts if part is not None]


def _checked(kind: type[M], sent: dict[str, Any]) -> M:
    try:
        return kind.model_validate(sent)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise Problem(400, f"'{where[:100]}' does not fit: {first['msg']}.") from None
