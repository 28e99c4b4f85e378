"""Cascades of two versions: cost against accuracy."""

from typing import TYPE_CHECKING, Any

from backend.interfaces.presentation.json.plain import plain
from backend.interfaces.presentation.json.trust import basis_json

if TYPE_CHECKING:
    from backend.domain.calibration.cascade_tradeoff import CascadePoint
    from backend.services.analysis.cascades import CascadeResult


def cascade_json(result: "CascadeResult") -> dict[str, Any]:
    """`chosen`: the threshold with the guarantee, null without one; `differs_high`: of all tasks, at 95 %."""
    found = result.tradeoff
    return {
        "first": result.first.tag,
        "second": result.second.tag,
        "tasks": found.tasks,
        "project_tasks": result.project_tasks,
        "differs": found.target,
        "chosen": None if found.chosen is None else point_json(found.chosen),
        "differs_high": found.differs_high,
        "method": found.method,
        "reason": found.reason,
        "first_alone": point_json(found.first),
        "points": [point_json(point) for point in found.points],
        "second_alone": point_json(found.second),
        "basis": basis_json(result.basis),
    }


def point_json(point: "CascadePoint") -> dict[str, Any]:
    """`below`: confidences below it go on to the second, null if only the second is asked; `usd`: of all tasks."""
    right = point.right
    return {
        "below": point.below,
        "kept": point.kept,
        "differs": point.differs,
        "usd": point.usd,
        "accuracy": right.accuracy,
        "accuracy_ci": plain(right.interval),
        "ground_truths": right.tasks,
    }
