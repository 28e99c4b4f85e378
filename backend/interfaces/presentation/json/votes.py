"""Votes of versions."""

from typing import TYPE_CHECKING, Any

from backend.domain.answer_json import answer_json
from backend.interfaces.presentation.json.plain import plain
from backend.interfaces.presentation.json.trust import basis_json

if TYPE_CHECKING:
    from backend.domain.audit.votes import Vote
    from backend.domain.statistics.right_answers import RightAnswers
    from backend.services.analysis.votes import VoteResult


def votes_json(result: "VoteResult") -> dict[str, Any]:
    """`disagreements`: the least sure first."""
    counted = result.votes
    return {
        "tasks": len(counted.votes),
        "too_few": counted.too_few,
        "missing": dict(result.missing),
        "majority": _right_json(counted.majority),
        "unanimous": _right_json(counted.unanimous),
        "split": _right_json(counted.split),
        "versions": {tag: _right_json(right) for tag, right in counted.versions.items()},
        "votes": [
            {"task": vote.task_id, "answer": answer_json(vote.answer), "confidence": vote.confidence}
            for vote in counted.votes
        ],
        "disagreements": [_disagreement_json(vote, result.links) for vote in counted.disagreements],
        "basis": basis_json(result.basis),
    }


def _right_json(right: "RightAnswers") -> dict[str, Any]:
    return {"right": right.right, "tasks": right.tasks, "accuracy": right.accuracy, "interval": plain(right.interval)}


def _disagreement_json(vote: "Vote", links: Any) -> dict[str, Any]:
    sides = [{"answer": answer_json(answer), "versions": list(tags)} for answer, tags in vote.sides]
    return {"task": vote.task_id, "link": links[vote.task_id], "confidence": vote.confidence, "answers": sides}
