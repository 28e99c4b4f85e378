"""Votes of versions."""

from typing import TYPE_CHECKING, Any

from backend.domain.answer import answer_json
from backend.interfaces.presentation.json.plain import plain

if TYPE_CHECKING:
    from backend.domain.audit.votes import Vote
    from backend.domain.statistics.right_answers import RightAnswers
    from backend.services.analysis.votes import VoteResult


def votes_json(result: "VoteResult") -> dict[str, Any]:
    """`disagreements`: the least sure first."""
    found = result.votes
    return {
        "tasks": len(found.votes),
        "too_few": found.too_few,
        "missing": dict(result.missing),
        "majority": _right_json(found.majority),
        "unanimous": _right_json(found.unanimous),
        "split": _right_json(found.split),
        "versions": {tag: _right_json(right) for tag, right in found.versions.items()},
        "votes": [
            {"task": vote.task_id, "answer": answer_json(vote.answer), "confidence": vote.confidence}
            for vote in found.votes
        ],
        "disagreements": [_disagreement_json(vote, result.links) for vote in found.disagreements],
    }


def _right_json(right: "RightAnswers") -> dict[str, Any]:
    return {"right": right.right, "tasks": right.tasks, "accuracy": right.accuracy, "interval": plain(right.interval)}


def _disagreement_json(vote: "Vote", links: Any) -> dict[str, Any]:
    sides = [{"answer": answer_json(answer), "versions": list(tags)} for answer, tags in vote.sides]
    return {"task": vote.task_id, "link": links[vote.task_id], "confidence": vote.confidence, "answers": sides}
