"""What is set up, and the predictions that Label Studio has."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backend.domain.keep_up import KeepUpState
    from backend.services.health_checks import HealthCheck
    from backend.services.predictions.sync import PushResult
    from backend.services.predictions.version_predictions import ProjectPredictions


def health_checks_json(checks: "Sequence[HealthCheck]") -> list[dict[str, Any]]:
    return [{"name": check.name, "ok": check.ok, "sentence": check.sentence} for check in checks]


def models_json(names: Sequence[str], default: str | None) -> list[dict[str, Any]]:
    """`default`: the name in OPENAI_MODEL; None for another connection."""
    return [{"model": name, "default": name == default} for name in names]


def project_predictions_json(predictions: "ProjectPredictions") -> dict[str, Any]:
    return {
        "versions": dict(predictions.versions),
        "tasks": predictions.tasks,
        "tasks_without": predictions.tasks_without,
    }


def push_json(pushed: "PushResult") -> dict[str, int]:
    return {
        "created": pushed.created,
        "deleted": pushed.deleted,
        "unchanged": pushed.unchanged,
        "rescored": pushed.rescored,
    }


def keep_up_json(state: "KeepUpState") -> dict[str, Any]:
    keep_up = state.keep_up
    return {
        "project": keep_up.project,
        "on": keep_up.on,
        "version": keep_up.tag,
        "budget_usd": keep_up.budget,
        "spent_usd": state.spent,
        "waiting": state.waiting,
        "runs": list(state.runs),
        "trouble": keep_up.trouble or None,
        "changed": keep_up.changed,
        "user_id": keep_up.user_id,
        "user_email": keep_up.user_email,
    }
