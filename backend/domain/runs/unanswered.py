"""Notices about a run in which tasks got no answer: how many, why, and what to do next."""

from collections.abc import Mapping

from backend.advice import Advice, Notice

ADVICE = {
    "timeout": ("set CONCURRENCY lower or REQUEST_TIMEOUT_S higher.", Advice.CHECK_SERVER),
    "deadline": ("set CONCURRENCY lower.", Advice.CHECK_SERVER),
    "rate_limited": ("set CONCURRENCY lower, or wait for the provider's limit.", None),
    "connection": ("see whether the model's server is up.", Advice.CHECK_SERVER),
    "server": ("see the log of the model's server.", None),
    "refused": ("see what the provider does not allow.", Advice.LIST_FAILED),
    "bad_request": ("see what the server does not take.", Advice.LIST_FAILED),
    "budget": ("give it a larger budget, or let answers be shorter.", None),
    "bad_task": ("see which field the tasks lack.", Advice.LIST_FAILED),
}
"""What to do about each kind of Failure, and what else helps."""


def none_answered(failures: Mapping[str, int], tasks: int, refusal: str | None = None) -> Notice | None:
    """Why a run with these Failures (kind -> tasks) has no answer at all; None if it has one.

    refusal: the text of the provider's most frequent refusal
    """
    if not tasks or sum(failures.values()) < tasks:
        return None
    return _about(f"None of the {tasks} tasks got an answer", failures, refusal)


def some_unanswered(failures: Mapping[str, int], tasks: int, refusal: str | None = None) -> Notice | None:
    """The last line about a run that has answers for some of its tasks only; None if it has all."""
    failed = sum(failures.values())
    return _about(f"{failed} of {tasks} tasks got no answer", failures, refusal) if failed else None


def _about(sentence: str, failures: Mapping[str, int], refusal: str | None) -> Notice:
    """With the advice on the most frequent kind."""
    listed = ", ".join(f"{kind} {number}" for kind, number in ranked(failures))
    quoted = f". Most often: {refusal.rstrip('.')}" if refusal else ""
    return with_advice(f"{sentence} ({listed}){quoted}", ranked(failures)[0][0])


def with_advice(sentence: str, kind: str) -> Notice:
    """The sentence, and what to do about a kind of Failure."""
    todo, advice = ADVICE.get(kind, ("see why.", Advice.LIST_FAILED))
    return Notice(f"{sentence}: {todo}", advice)


def ranked(failures: Mapping[str, int]) -> list[tuple[str, int]]:
    """The most frequent kind first."""
    return sorted(failures.items(), key=lambda pair: (-pair[1], pair[0]))
