"""Sentences about a run in which tasks got no answer: how many, why, and what to do next."""

from collections.abc import Mapping

ADVICE = {
    "timeout": "set CONCURRENCY lower or REQUEST_TIMEOUT_S higher; `ls-prompts doctor` says which fit this server",
    "deadline": "set CONCURRENCY lower; `ls-prompts doctor` says which fits this server",
    "rate_limited": "set CONCURRENCY lower, or wait for the provider's limit",
    "connection": "see whether the model's server is up: `ls-prompts doctor`",
    "server": "see the log of the model's server",
    "refused": "see what the provider does not allow: `ls-prompts results --failed`",
    "bad_request": "see what the server does not take: `ls-prompts try`",
    "budget": "give it a larger budget, or let answers be shorter",
    "bad_task": "see which field the tasks lack: `ls-prompts results --failed`",
}


def none_answered(failures: Mapping[str, int], tasks: int, refusal: str | None = None) -> str | None:
    """Why a run with these Failures (kind -> tasks) has no answer at all; None if it has one.

    refusal: the text of the provider's most frequent refusal
    """
    if not tasks or sum(failures.values()) < tasks:
        return None
    return f"None of the {tasks} tasks got an answer ({_listed(failures)}){_quoted(refusal)}: {_advice(failures)}."


def some_unanswered(failures: Mapping[str, int], tasks: int, run_id: str, refusal: str | None = None) -> str | None:
    """The last line about a run that has answers for some of its tasks only; None if it has all."""
    failed = sum(failures.values())
    if not failed:
        return None
    advice = _advice(failures)
    return (
        f"{failed} of {tasks} tasks got no answer ({_listed(failures)}){_quoted(refusal)}: {advice}; then "
        f"`ls-prompts retry {run_id}` asks them again."
    )


def _quoted(refusal: str | None) -> str:
    return f". Most often: {refusal.rstrip('.')}" if refusal else ""


def _listed(failures: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} {number}" for kind, number in ranked(failures))


def _advice(failures: Mapping[str, int]) -> str:
    """For the most frequent kind."""
    return advice_on(ranked(failures)[0][0])


def advice_on(kind: str) -> str:
    """What to do about a kind of Failure."""
    return ADVICE.get(kind, "see `ls-prompts results --failed`")


def ranked(failures: Mapping[str, int]) -> list[tuple[str, int]]:
    """The most frequent kind first."""
    return sorted(failures.items(), key=lambda pair: (-pair[1], pair[0]))
