"""Failures of a run, for people: how many tasks got no answer, of what kinds, and what helps against that."""

from collections.abc import Mapping

ADVICE = {
    "timeout": "Raise REQUEST_TIMEOUT_S or lower CONCURRENCY.",
    "rate_limited": "Lower CONCURRENCY or MAX_IN_FLIGHT.",
    "connection": "See whether the model's server runs.",
    "server": "See the log of the model's server.",
    "budget": "Run it without --budget.",
}
"""What to set or do about the kinds that something can be done about."""


def advice(failures: Mapping[str, int]) -> str:
    """Against the commonest kind of those that there is advice for; "" for none."""
    known = {kind: number for kind, number in failures.items() if kind in ADVICE}
    return ADVICE[max(known, key=lambda kind: known[kind])] if known else ""


def unanswered(tasks: int, failures: Mapping[str, int]) -> str:
    """`20 of 30 tasks got no answer (timeout 20). Raise REQUEST_TIMEOUT_S or lower CONCURRENCY.`"""
    kinds = ", ".join(f"{kind} {number:,}" for kind, number in failures.items())
    said = f"{sum(failures.values()):,} of {tasks:,} {'task' if tasks == 1 else 'tasks'} got no answer ({kinds})."
    return f"{said} {advice(failures)}".rstrip()
