"""Answers of the API as types: the objects of Label Studio's SDK, with fields of our own. `openapi` describes them."""

from typing import Any, Literal

from typing_extensions import TypedDict

RunState = Literal["Pending", "InProgress", "Completed", "Failed", "Canceled"]
SubsetName = Literal["All", "HasGT", "Sample", "Custom"]


class UserSimple(TypedDict):
    id: int
    email: str | None
    username: str


class Prompt(TypedDict):
    """What the API's two objects for a prompt have in common."""

    id: int
    title: str
    name: str
    description: str
    skill_name: str
    input_fields: list[str]
    output_classes: list[str]
    organization: int | None
    created_by: UserSimple | None
    created_at: str | None
    updated_at: str | None


class ModelInterface(Prompt):
    associated_projects: list[int]


class AssociatedProject(TypedDict):
    id: int
    title: str


class ModelInterfaceSerializerGet(Prompt):
    associated_projects: list[AssociatedProject]
    best_score: float | None
    runs_count: int
    versions_count: int


class ThirdPartyModelVersion(TypedDict):
    id: int
    title: str
    tag: str
    prompt: str
    system: str
    provider: str
    provider_model_id: str
    model_display_name: str
    model_provider_connection: int | None
    parent_model: int
    max_few_shot_examples: int
    score: float | None
    score_interval: list[float] | None
    organization: int | None
    created_by: UserSimple | None
    created_at: str
    updated_at: str


class ModelRun(TypedDict):
    id: int
    job_id: str
    project: int
    model_version: int
    parent_model: int
    project_subset: SubsetName
    subset: str
    sample_subset_size: int | None
    task_ids: list[int] | None
    filters_json: dict[str, Any] | None
    source_model_run: int | None
    status: RunState
    reason: str
    total_tasks: int
    total_predictions: int
    total_correct_predictions: int | None
    failures: int
    rejections: int
    reused: int
    cost_usd: float | None
    seconds: float
    organization: int | None
    created_by: UserSimple | None
    created_at: str
    triggered_at: str
    predictions_updated_at: str | None
    completed_at: str | None


class ModelProviderConnection(TypedDict):
    """Without a key, and without a word about it."""

    id: int
    name: str
    provider: str
    scope: str
    endpoint: str
    deployment_name: str | None
    cached_available_models: str | None
    google_location: str | None
    google_project_id: str | None
    model_params: dict[str, Any]
    is_internal: bool
    budget_limit: float | None
    budget_reset_period: str | None
    budget_last_reset_date: str | None
    budget_total_spent: float | None
    budget_alert_threshold: float | None
    organization: int | None
    created_by: UserSimple | None
    created_at: str | None
    updated_at: str | None


class TaskError(TypedDict):
    error_type: str
    message: str


class ProjectSubsetTaskItem(TypedDict):
    id: int
    data: dict[str, Any]
    prediction: dict[str, Any] | None
    ground_truth: dict[str, Any] | None
    score: float | None
    error: TaskError | None
    confidence: float | None
    cost_usd: float | None
    link: str
    model: str


class BatchPredictions(TypedDict):
    """`results`: as they were sent."""

    job_id: str
    results: list[dict[str, Any]]


class BatchFailedPredictions(TypedDict):
    job_id: str
    failed_predictions: list[dict[str, Any]]


class OutsideTaskItem(TypedDict):
    """An answer that another program gave."""

    id: int
    prediction: dict[str, Any] | None
    ground_truth: dict[str, Any] | None
    score: float | None
    error: TaskError | None
    cost_usd: float | None
    created_by: UserSimple | None
    created_at: str


class InferenceRunCostEstimate(TypedDict):
    """`low_usd`, `high_usd`: the ends of the range."""

    prompt_cost_usd: str | None
    completion_cost_usd: str | None
    total_cost_usd: str | None
    low_usd: float | None
    high_usd: float | None
    tasks: int
    reused: int
    is_error: bool
    error_type: str | None
    error_message: str | None


class RefinedPromptResponse(TypedDict):
    title: str | None
    prompt: str
    reasoning: str | None
    refinement_job_id: str
    refinement_status: str
    total_cost: str | None
    previous_version: ThirdPartyModelVersion


class Detail(TypedDict):
    detail: str
