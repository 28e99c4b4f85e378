"""How `try` shows one task: what was sent, what came back, what it was taken for."""

from typing import TYPE_CHECKING, Any

import click

from backend.domain.answer import answer_json
from backend.domain.outcome import Failure, Rejection
from backend.interfaces.cli.render.console import printable
from backend.interfaces.presentation import number_format as numbers

if TYPE_CHECKING:
    from backend.services.try_task import TryResult


def trial_json(trial: "TryResult") -> dict[str, Any]:
    outcome = trial.outcome
    verdict = outcome.verdict
    return {
        "task": outcome.task_id,
        "messages": trial.messages,
        "attempts": [
            {"text": attempt.text, "finish_reason": attempt.finish_reason, "seconds": attempt.seconds}
            for attempt in trial.attempts
        ],
        "answer": None if outcome.answer is None else answer_json(outcome.answer),
        "rejection": {"reason": verdict.reason, "detail": verdict.detail} if isinstance(verdict, Rejection) else None,
        "failure": {"kind": verdict.kind, "detail": verdict.detail} if isinstance(verdict, Failure) else None,
        "confidence": outcome.confidence,
        "controls": outcome.controls,
        "prompt_tokens": outcome.usage.prompt_tokens,
        "completion_tokens": outcome.usage.completion_tokens,
        "cost_usd": outcome.usage.cost_usd,
    }


def print_trial(trial: "TryResult") -> None:
    for message in trial.messages:
        _part(message["role"], message["content"])
    for number, attempt in enumerate(trial.attempts, 1):
        title = "raw answer" if len(trial.attempts) == 1 else f"raw answer {number}"
        _part(f"{title} ({attempt.finish_reason}, {numbers.seconds(attempt.seconds)})", attempt.text)
    _part("verdict", _verdict(trial))


def _verdict(trial: "TryResult") -> str:
    outcome = trial.outcome
    verdict = outcome.verdict
    if isinstance(verdict, Rejection):
        return f"rejected, {verdict.reason}: {verdict.detail}"
    if isinstance(verdict, Failure):
        return f"failed, {verdict.kind}: {verdict.detail}"
    values = "; ".join(f"{name}: {', '.join(held) or '(none)'}" for name, held in answer_json(verdict).items())
    usage = outcome.usage
    tokens = f"{usage.prompt_tokens} + {numbers.things(usage.completion_tokens, 'token')}"
    each = "; ".join(f"{name} {numbers.proportion(sure)}" for name, sure in (outcome.controls or {}).items())
    sure = numbers.proportion(outcome.confidence) + (each and f" ({each})")
    said = f"{values}\nconfidence {sure}, {tokens}, cost {numbers.usd(usage.cost_usd)}"
    return f"{said}\n{trial.remark}" if trial.remark else said


def _part(title: str, text: str) -> None:
    click.secho(f"--- {title}", bold=True)
    click.echo(printable(text) + "\n")
