"""Cascades of two versions: cost against accuracy."""

from typing import TYPE_CHECKING, Any

from backend.interfaces.presentation.json.plain import plain
from backend.interfaces.presentation.json.trust import basis_json

if TYPE_CHECKING:
    from backend.domain.calibration.cascade_tradeoff import CascadePoint
    from backend.services.analysis.cascades import CascadeResult


def cascade_json(result: "CascadeResult") -> dict[str, Any]:
    """`chosen`: the threshold with the guarantee, null without one; `differs_high`: of all tasks, at 95 %."""
    tradeoff = result.tradeoff
    return {
        "first": result.first.tag,
        "second": result.second.tag,
        "tasks": tradeoff.tasks,
        "project_tasks": result.project_tasks,
        "differs": tradeoff.target,
        "chosen": None if tradeoff.chosen is None else point_json(tradeoff.chosen),
        "differs_high": tradeoff.differs_high,
        "method": tradeoff.method,
        "reason": tradeoff.reason,
        "first_alone": point_json(tradeoff.first),
        "points": [point_json(point) for point in tradeoff.points],
        "second_alone": point_json(tradeoff.second),
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
