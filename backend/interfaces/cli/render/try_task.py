"""How `try` shows one task: the messages, the raw answer, and the outcome that was read from it."""

import json
from typing import TYPE_CHECKING, Any

import click

from backend.domain.answer_json import answer_json
from backend.domain.outcome import Failure, Rejection
from backend.interfaces.cli.render.console import printable
from backend.interfaces.presentation import number_format as numbers

if TYPE_CHECKING:
    from backend.services.try_task import TryResult


def print_try(tried: "TryResult") -> None:
    for message in tried.messages:
        _part(message["role"], message["content"])
    for number, attempt in enumerate(tried.attempts, 1):
        title = "raw answer" if len(tried.attempts) == 1 else f"raw answer {number}"
        _part(f"{title} ({attempt.finish_reason}, {numbers.seconds(attempt.seconds)})", attempt.text)
    _part("verdict", _verdict(tried))


def _verdict(tried: "TryResult") -> str:
    outcome = tried.outcome
    verdict = outcome.verdict
    if isinstance(verdict, Rejection):
        return f"rejected, {verdict.reason}: {verdict.detail}"
    if isinstance(verdict, Failure):
        return f"failed, {verdict.kind}: {verdict.detail}"
    held = {name: ", ".join(map(_value_text, listed)) for name, listed in answer_json(verdict).items()}
    values = "; ".join(f"{name}: {text or '(none)'}" for name, text in held.items())
    usage = outcome.usage
    tokens = f"{numbers.count(usage.prompt_tokens)} + {numbers.things(usage.completion_tokens, 'token')}"
    controls = "; ".join(
        f"{name} {numbers.proportion(confidence)}" for name, confidence in (outcome.controls or {}).items()
    )
    confidence = numbers.proportion(outcome.confidence) + (controls and f" ({controls})")
    summary = f"{values}\nconfidence {confidence}, {tokens}, cost {numbers.usd(usage.cost_usd)}"
    return f"{summary}\n{tried.caveat}" if tried.caveat else summary


def _value_text(held: Any) -> str:
    """A span is shown as JSON, with its place; what is said of an item of a list, with its number."""
    if isinstance(held, dict) and held.keys() == {"item", "value"}:
        return f"{held['item']}: {' | '.join(map(_value_text, held['value']))}"
    return held if isinstance(held, str) else json.dumps(held, ensure_ascii=False)


def _part(title: str, text: str) -> None:
    click.secho(f"--- {title}", bold=True)
    click.echo(printable(text) + "\n")
