"""What a search for a better prompt came to."""

from typing import TYPE_CHECKING, Any

from backend.interfaces.presentation.json.evaluation import pair_json
from backend.interfaces.presentation.json.plain import plain

if TYPE_CHECKING:
    from backend.services.optimize.session import OptimizationResult


def optimization_json(result: "OptimizationResult") -> dict[str, Any]:
    """`tasks` says how many ground truths there were to learn from, to judge on and left over."""
    halves = result.halves
    return {
        "version": result.base.tag,
        "run": result.run.id,
        "teacher": result.search.teacher,
        "prompt": result.text,
        "reasons": result.reasons,
        "tasks": {"learn": len(halves.learn), "judge": len(halves.judge), "aside": halves.aside} if halves else None,
        "learned": plain(result.learned),
        **_judged_json(result),
        "tried": plain(result.tried),
        "cost_usd": plain(result.cost),
        "saved": result.saved.tag if result.saved else None,
    }


def _judged_json(result: "OptimizationResult") -> dict[str, Any]:
    """On ground truths that the search never saw."""
    if result.comparison is None:
        return {"verdict": None, "look": None}
    look = result.look
    return {
        "accuracy": {tag: score.accuracy for tag, score in result.comparison.scores.items()},
        "accuracy_ci": plain(result.comparison.accuracy_ci),
        **pair_json(result.comparison.pairs[0]),
        "look": {"number": look.number, "level": look.level, "tasks": len(look.tasks)} if look else None,
    }
