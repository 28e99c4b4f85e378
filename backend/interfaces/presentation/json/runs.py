"""Runs: what they would cost, how far they are, what came of them, and single tasks."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from backend.domain.answer_json import answer_json
from backend.domain.metrics.summary import Summary
from backend.domain.outcome import Failure, Rejection
from backend.domain.runs.cost_estimate import Estimate
from backend.domain.runs.run import Run
from backend.interfaces.presentation.json.plain import plain, user_json
from backend.interfaces.presentation.json.projects import push_json

if TYPE_CHECKING:
    from backend.domain.public_id import PublicId
    from backend.services.analysis.results import TaskResult
    from backend.services.run_control.status import RunStatus
    from backend.services.runs.options import RunResult
    from backend.services.try_task import TryResult


def estimate_json(estimate: Estimate) -> dict[str, Any]:
    """Ranges are lists of two numbers, low and high. `second_share` is in it for a cascade; null if nobody knows."""
    second = estimate.second
    share = None if second is None or not second.answers else [second.low, second.high]
    return {
        "tasks": estimate.tasks,
        "reused": estimate.reused,
        "prompt_tokens": plain(estimate.prompt_tokens),
        "completion_tokens": list(estimate.completion_tokens),
        "cost_usd": plain(estimate.cost_usd),
        "tokenizer": estimate.tokenizer,
        "example_tokens": list(estimate.example_tokens),
        **({} if second is None else {"second_share": share}),
    }


def started_json(run: Run) -> dict[str, Any]:
    """A run that goes on in the background."""
    return {"run": run.id, "version": run.tag, "status": run.status}


def summary_json(summary: Summary) -> dict[str, Any]:
    """Without `quotes` where no answer has any, because most configs have no control that marks a text, and without
    `cascade` where no second model was asked."""
    fields: dict[str, Any] = plain(asdict(summary))
    without = [name for name in ("quotes", "cascade") if fields[name] is None]
    return {name: value for name, value in fields.items() if name not in without}


def run_json(finished: "RunResult") -> dict[str, Any]:
    summary = summary_json(finished.summary)
    del summary["usable"]
    return {
        "version": finished.run.tag,
        "subset": str(finished.run.scope),
        "run": finished.run.id,
        **summary,
        "seconds": round(finished.seconds, 3),
        "predictions": push_json(finished.pushed) if finished.pushed else None,
    }


def run_status_json(status: "RunStatus", public_id: "PublicId | None" = None) -> dict[str, Any]:
    """How far a run is, for `watch` and the server; `runs` has a list of these.

    public_id: the integer that the API knows it by, and who started it
    """
    run, counts = status.run, status.counts
    return {
        "run": run.id,
        "version": run.tag,
        "subset": str(run.scope),
        "status": run.status,
        "reason": run.reason,
        "tasks": counts.tasks,
        "done": counts.done,
        "failed": counts.failed,
        "rejected": counts.rejected,
        "requests": counts.requests,
        "reused": counts.reused,
        "cost_usd": counts.cost_usd,
        "saved_usd": counts.saved_usd,
        "spent_usd": counts.spent_usd,
        "budget_usd": run.budget,
        "started": run.created,
        "seconds": round(run.seconds, 1),
        "id": public_id.id if public_id else None,
        "started_by": user_json(public_id),
    }


def task_results_json(results: "Sequence[TaskResult]") -> list[dict[str, Any]]:
    """`model`: who answered, in the results of a cascade only."""
    return [
        {
            "task": result.task,
            "text": result.text,
            "truth": result.truth,
            "answer": result.answer,
            "reason": result.reason,
            "confidence": result.confidence,
            "link": result.link,
            **({} if result.model is None else {"model": result.model}),
        }
        for result in results
    ]


def try_json(tried: "TryResult") -> dict[str, Any]:
    outcome, verdict = tried.outcome, tried.outcome.verdict
    return {
        "task": outcome.task_id,
        "messages": plain(tried.messages),
        "attempts": [
            {"text": attempt.text, "finish_reason": attempt.finish_reason, "seconds": attempt.seconds}
            for attempt in tried.attempts
        ],
        "answer": None if outcome.answer is None else answer_json(outcome.answer),
        "rejection": {"reason": verdict.reason, "detail": verdict.detail} if isinstance(verdict, Rejection) else None,
        "failure": {"kind": verdict.kind, "detail": verdict.detail} if isinstance(verdict, Failure) else None,
        "confidence": outcome.confidence,
        "controls": plain(outcome.controls),
        "prompt_tokens": outcome.usage.prompt_tokens,
        "completion_tokens": outcome.usage.completion_tokens,
        "cost_usd": outcome.usage.cost_usd,
    }
