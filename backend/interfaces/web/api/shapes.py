"""What the API answers with: the objects of Label Studio's SDK, with what we know beyond them in fields of our own."""

from datetime import UTC, datetime, timedelta
from typing import Any

from backend.domain.answer import Answer, Spans
from backend.domain.answer_json import answer_json
from backend.domain.connections.providers import CUSTOM
from backend.domain.dataset.subset import Subset
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.evaluation import Evaluation
from backend.domain.outcome import Failure, Rejection
from backend.domain.person import Person
from backend.domain.prompts.prompt_row import PromptRow
from backend.domain.runs.run import FINAL, Run
from backend.interfaces.web.api.answers import (
    ModelInterface,
    ModelInterfaceSerializerGet,
    ModelRun,
    ProjectSubsetTaskItem,
    Prompt,
    RunState,
    SubsetName,
    TaskError,
    ThirdPartyModelVersion,
    UserSimple,
)
from backend.interfaces.web.problem import ADVICE
from backend.services.analysis.answered_tasks import AnsweredTask
from backend.services.public_objects import PublicRun, PublicVersion
from backend.services.run_control.status import RunStatus
from backend.services.setup.public_connections import PublicConnection

Object = dict[str, Any]
STATUS: dict[str, RunState] = {
    "pending": "Pending",
    "in_progress": "InProgress",
    "completed": "Completed",
    "failed": "Failed",
    "canceled": "Canceled",
}
SUBSETS: dict[str, SubsetName] = {"all": "All", "ground-truth": "HasGT", "truth-sample": "HasGT", "sample": "Sample"}


def user(user_id: int | None, email: str | None) -> UserSimple | None:
    """A UserSimple; None where it is not known who it was."""
    return None if user_id is None else {"id": user_id, "email": email, "username": email or ""}


def skill(schema: LabelSchema | None) -> str:
    """A SkillName: what a labelling config asks for, marked parts of a text or anything else."""
    spans = schema is not None and any(issubclass(control.holds, Spans) for control in schema.fields)
    return "NamedEntityRecognition" if spans else "TextClassification"


def prompt(row: PromptRow, person: Person, schema: LabelSchema | None) -> ModelInterface:
    """A ModelInterface. `schema`: what its project's labelling config takes, None when that can't be read."""
    return {**_prompt(row, person, schema), "associated_projects": [row.project]}


def _prompt(row: PromptRow, person: Person, schema: LabelSchema | None) -> Prompt:
    return {
        "id": row.id,
        "title": row.title,
        "name": row.name,
        "description": row.description,
        "skill_name": skill(schema),
        "input_fields": list(schema.variables) if schema else [],
        "output_classes": [name for control in schema.fields for name in control.known_classes] if schema else [],
        "organization": person.organization,
        "created_by": user(row.user_id, row.user_email),
        "created_at": row.created or None,
        "updated_at": row.updated or None,
    }


def listed_prompt(
    row: PromptRow, person: Person, title: str, schema: LabelSchema | None, best: float | None
) -> ModelInterfaceSerializerGet:
    """A ModelInterfaceSerializerGet.

    title: of its project
    best: accuracy of its best version
    """
    return {
        **_prompt(row, person, schema),
        "associated_projects": [{"id": row.project, "title": title}],
        "best_score": best,
        "runs_count": row.runs,
        "versions_count": row.versions,
    }


def version(
    of: PublicVersion, person: Person, connection: PublicConnection | None, evaluation: Evaluation | None
) -> ThirdPartyModelVersion:
    """A ThirdPartyModelVersion. Its title is the version's note, or its tag where there is none; `connection`: None
    where it was removed."""
    prompt_version = of.version
    return {
        "id": of.number.id,
        "title": prompt_version.note or prompt_version.tag,
        "tag": prompt_version.tag,
        "prompt": prompt_version.template,
        "system": prompt_version.system,
        "provider": connection.provider if connection else CUSTOM,
        "provider_model_id": prompt_version.model,
        "model_display_name": prompt_version.reference,
        "model_provider_connection": connection.number.id if connection else None,
        "parent_model": of.prompt.id,
        "max_few_shot_examples": prompt_version.examples.number if prompt_version.examples else 0,
        "score": evaluation.score.accuracy if evaluation else None,
        "score_interval": interval(evaluation.intervals.accuracy) if evaluation else None,
        "organization": person.organization,
        "created_by": user(of.number.user_id, of.number.user_email),
        "created_at": prompt_version.created,
        "updated_at": prompt_version.created,
    }


def run(of: PublicRun, status: RunStatus, person: Person, evaluation: Evaluation | None) -> ModelRun:
    """A ModelRun. `evaluation`: of its tasks with a ground truth, None when it has none or is under way."""
    stored_run, counts = status.run, status.counts
    kind = stored_run.scope.kind if isinstance(stored_run.scope, Subset) else ""
    ended = stored_run.status in FINAL
    return {
        "id": of.number.id,
        "job_id": stored_run.id,
        "project": stored_run.project,
        "model_version": of.of.number.id,
        "parent_model": of.of.prompt.id,
        "project_subset": SUBSETS.get(kind, "Custom"),
        "subset": str(stored_run.scope),
        "sample_subset_size": stored_run.tasks if kind == "sample" else None,
        "task_ids": None,
        "filters_json": None,
        "source_model_run": None,
        "status": STATUS[stored_run.status],
        "reason": status.notice.said_with(ADVICE),
        "total_tasks": counts.tasks,
        "total_predictions": counts.done - counts.rejected,
        "total_correct_predictions": evaluation.score.correct if evaluation else None,
        "failures": counts.failed,
        "rejections": counts.rejected,
        "reused": counts.reused,
        "cost_usd": counts.cost_usd,
        "seconds": round(stored_run.seconds, 1),
        "organization": person.organization,
        "created_by": user(of.number.user_id, of.number.user_email),
        "created_at": stored_run.created,
        "triggered_at": stored_run.created,
        "predictions_updated_at": None,
        "completed_at": _last_seen(stored_run) if ended else None,
    }


def task(item: AnsweredTask) -> ProjectSubsetTaskItem:
    """A ProjectSubsetTaskItem."""
    verdict = item.outcome.verdict
    return {
        "id": item.task.id,
        "data": dict(item.task.data),
        "prediction": None if item.outcome.answer is None else answer(item.outcome.answer),
        "ground_truth": None if item.truth is None else answer(item.truth),
        "score": None if item.correct is None else float(item.correct),
        "error": error(verdict) if isinstance(verdict, Rejection | Failure) else None,
        "confidence": item.outcome.confidence,
        "cost_usd": item.outcome.usage.cost_usd,
        "link": item.link,
        "model": item.model,
    }


def answer(values: Answer) -> Object:
    """Control -> its label, or a list where it has several or none."""
    return {name: held[0] if len(held) == 1 else held for name, held in answer_json(values).items()}


def error(verdict: Rejection | Failure) -> TaskError:
    kind = verdict.reason if isinstance(verdict, Rejection) else verdict.kind
    return {"error_type": kind, "message": verdict.detail}


def _last_seen(stored_run: Run) -> str:
    """When a run gave its last sign of life: ISO 8601, UTC."""
    return (datetime.now(UTC) - timedelta(seconds=stored_run.silent_s)).isoformat(timespec="seconds")


def interval(bounds: tuple[float, float] | None) -> list[float] | None:
    return None if bounds is None else list(bounds)
