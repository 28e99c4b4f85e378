"""What a canary found."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backend.services.canary import CanaryResult


def canary_json(result: "CanaryResult") -> dict[str, Any]:
    """Numbers of requests; `odd` and `others` of those asked twice: whether the stored answer or a new one differs from
    the other two. `models`: the names that the server gave to the model."""
    canary = result.canary
    return {
        "version": result.version,
        "requests": canary.requests,
        "unanswered": result.unanswered,
        "changed": canary.changed,
        "odd": canary.odd,
        "others": canary.others,
        "p_value": canary.p_value,
        "model_changed": canary.model_changed,
        "models": {"before": list(result.models_then), "now": list(result.models_now)},
    }
